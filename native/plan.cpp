#include "plan.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

#include "program_terms.hpp"

namespace potlearn {
namespace {

using Single = Plan::Single;
using Pair = Plan::Pair;
using Part = Plan::Part;
using Value = ProgramTerms::Value;

// Orders the sums of a plan, and lays them out.
class Planner {
 public:
  explicit Planner(const Program& p)
      : terms_(p), one_(terms_.one), values_(terms_.values()), features_(terms_.features()) {}

  int n_values() const { return int(values_.size()); }

  Plan::Sums<Single> forward() const {
    Plan::Sums<Single> found;
    const auto key = [this](int v) {
      return std::make_tuple(values_[v].level, values_[v].terms.pairs.size(), values_[v].terms.singles.size());
    };
    for (int v : sorted(all(n_values()), key))
      if (!values_[v].terms.empty()) add_terms(found, v, values_[v].terms);
    return found;
  }

  Plan::Sums<Single> features() const {
    Plan::Sums<Single> found;
    const auto key = [this](int k) { return std::make_pair(features_[k].pairs.size(), features_[k].singles.size()); };
    for (int k : sorted(all(int(features_.size())), key)) add_terms(found, k, features_[k]);
    return found;
  }

  Plan::Sums<Pair> adjoint() const {
    Plan::Sums<Pair> found;
    std::vector<std::size_t> lengths;
    for (const Value& value : values_) lengths.push_back(value.seeds.size());
    for (int v : backward_order(lengths)) {
      if (v == one_) continue;  // nobody asks for its adjoint
      for (const auto& [key, weight] : values_[v].seeds) found.first.push_back({weight, key.second, key.first});
      add_uses(found, v);
    }
    return found;
  }

  Plan::Linear linear() const {
    Plan::Linear found;
    std::vector<Shares> shares;
    std::vector<std::size_t> lengths;
    for (const Value& value : values_) {
      shares.push_back(shares_of(value));
      lengths.push_back(shares.back().of_products.size());
    }
    std::vector<const std::vector<Part>*> weights, starts;
    for (int v : backward_order(lengths)) {
      for (const auto& [a, weight] : shares[v].of_products) {
        found.adjoint.first.push_back({0, a});
        weights.push_back(&weight);
      }
      starts.push_back(&shares[v].start);
      add_uses(found.adjoint, v);
    }
    weights.insert(weights.end(), starts.begin(), starts.end());
    add_parts(found, weights);
    return found;
  }

 private:
  // In a linear model: parts of the weights by the other factor, and of the start.
  struct Shares {
    std::map<int, std::vector<Part>> of_products;
    std::vector<Part> start;
  };
  const ProgramTerms terms_;
  const int one_;
  const std::vector<Value>& values_;
  const std::vector<Terms>& features_;

  Shares shares_of(const Value& value) const {
    Shares found;
    for (const auto& [key, weight] : value.seeds)
      (key.second == one_ ? found.start : found.of_products[key.second]).push_back({weight, key.first});
    return found;
  }

  static void add_parts(Plan::Linear& to, const std::vector<const std::vector<Part>*>& weights) {
    to.part_first = {0};
    for (const auto* weight : weights) {
      to.parts.insert(to.parts.end(), weight->begin(), weight->end());
      to.part_first.push_back(std::int32_t(to.parts.size()));
    }
  }

  // Values with an adjoint, and one if it is in a feature, each after what reads it; at the same depth, the
  // shorter first sums come first.
  std::vector<int> backward_order(const std::vector<std::size_t>& first_lengths) const {
    std::vector<int> depth(n_values()), order;
    for (int v : sorted(all(n_values()), [this](int v) { return -values_[v].level; }))
      for (const auto& [key, weight] : values_[v].uses) depth[v] = std::max(depth[v], depth[key.first] + 1);
    depth[one_] = 0;
    for (int v : all(n_values()))
      if (terms_.has_adjoint(v) || !values_[v].seeds.empty()) order.push_back(v);
    return sorted(std::move(order),
                  [&](int v) { return std::make_tuple(depth[v], first_lengths[v], values_[v].uses.size()); });
  }

  static std::vector<int> all(int n) {
    std::vector<int> numbers(n);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  template <class Key>
  static std::vector<int> sorted(std::vector<int> numbers, Key&& key) {
    std::stable_sort(numbers.begin(), numbers.end(), [&](int a, int b) { return key(a) < key(b); });
    return numbers;
  }

  static void add_terms(Plan::Sums<Single>& to, int value, const Terms& terms) {
    to.first.insert(to.first.end(), terms.singles.begin(), terms.singles.end());
    to.pairs.insert(to.pairs.end(), terms.pairs.begin(), terms.pairs.end());
    add_sum(to, value);
  }

  template <class First>
  void add_uses(Plan::Sums<First>& to, int value) const {
    for (const auto& [key, weight] : values_[value].uses) to.pairs.push_back({weight, key.second, key.first});
    add_sum(to, value);
  }

  template <class First>
  static void add_sum(Plan::Sums<First>& to, int value) {
    to.sums.push_back({value, std::int32_t(to.first.size()), std::int32_t(to.pairs.size())});
  }
};

}  // namespace

Plan::Plan(const Program& p) : one(p.n_moments + p.n_nodes) {
  const Planner planner(p);
  forward = planner.forward();
  features = planner.features();
  adjoint = planner.adjoint();
  linear = planner.linear();
  n_values = planner.n_values();
  for (int least : p.min_neighbors) least_neighbors = std::max(least_neighbors, least);
}

}  // namespace potlearn
