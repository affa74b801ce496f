#include "linear_plan.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>
#include <vector>

namespace potlearn {
namespace {

using Direction = LinearPlan::Direction;
using Part = LinearPlan::Part;

// The sums of a plan, value by value.
class Planner {
 public:
  explicit Planner(const Program& p) : p_(p), one_(p.n_moments + p.n_nodes), values_(one_ + 1) {
    for (int d = 0; d < p.n_nodes; ++d)
      if (!p.terminal[d]) add_node(d);
    for (std::size_t k = 0; k < p.feature.size(); ++k) add_feature(int(k));
  }

  int n_values() const { return int(values_.size()); }

  Direction forward() const {
    std::vector<int> order = all();
    sort(order, [this](int v) {
      return std::make_tuple(values_[v].level, values_[v].pairs.size(), values_[v].singles.size());
    });
    Direction found;
    for (int v : order) {
      const Value& value = values_[v];
      if (value.singles.empty() && value.pairs.empty()) continue;
      found.singles.insert(found.singles.end(), value.singles.begin(), value.singles.end());
      found.pairs.insert(found.pairs.end(), value.pairs.begin(), value.pairs.end());
      add_sum(found, v);
    }
    return found;
  }

  // And the parts of its weights.
  Direction backward(std::vector<std::int32_t>& part_first, std::vector<Part>& parts) const {
    Direction found;
    std::vector<const std::vector<Part>*> weights;
    for (int v : backward_order()) {
      const Value& value = values_[v];
      for (const auto& [a, weight] : value.shares) {
        found.singles.push_back({0, a});
        weights.push_back(&weight);
      }
      for (const auto& [key, weight] : value.uses) found.pairs.push_back({weight, key.second, key.first});
      add_sum(found, v);
    }
    for (const LinearPlan::Sum& sum : found.sums) weights.push_back(&values_[sum.value].start);
    for (const auto* weight : weights) {
      part_first.push_back(std::int32_t(parts.size()));
      parts.insert(parts.end(), weight->begin(), weight->end());
    }
    part_first.push_back(std::int32_t(parts.size()));
    return found;
  }

 private:
  struct Value {
    int level = 0;  // above all that it is made of
    std::vector<LinearPlan::Single> singles;
    std::vector<LinearPlan::Pair> pairs;
    std::map<std::pair<int, int>, double> uses;  // weights by reader and the other factor
    std::map<int, std::vector<Part>> shares;     // in features only, by the other factor
    std::vector<Part> start;
  };
  const Program& p_;
  const int one_;
  std::vector<Value> values_;  // moments, nodes, one, inner sums

  void add_node(int d) {
    const int node = p_.n_moments + d;
    for (int q = p_.node_first[d]; q < p_.node_first[d + 1]; ++q) {
      const int first = p_.group_first[q], last = p_.group_first[q + 1], a = p_.group_a[q];
      if (a == one_)
        for (int t = first; t < last; ++t) add_single(node, p_.term_weight[t], p_.term_b[t]);
      else if (last - first == 1)
        add_pair(node, p_.term_weight[first], a, p_.term_b[first]);
      else
        add_pair(node, 1, a, inner_sum(first, last));
    }
  }

  int inner_sum(int first, int last) {
    values_.emplace_back();
    const int inner = n_values() - 1;
    for (int t = first; t < last; ++t) add_single(inner, p_.term_weight[t], p_.term_b[t]);
    return inner;
  }

  void add_single(int value, double weight, int a) {
    values_[value].singles.push_back({weight, a});
    values_[a].uses[{value, one_}] += weight;
    rise(value, a);
  }

  void add_pair(int value, double weight, int a, int b) {
    values_[value].pairs.push_back({weight, a, b});
    values_[a].uses[{value, b}] += weight;
    values_[b].uses[{value, a}] += weight;
    rise(value, a);
    rise(value, b);
  }

  void rise(int value, int above) { values_[value].level = std::max(values_[value].level, values_[above].level + 1); }

  void add_feature(int k) {
    const int node = p_.feature[k], d = node - p_.n_moments;
    if (!p_.terminal[d]) {
      values_[node].start.push_back({1, k});
      return;
    }
    for (int q = p_.node_first[d]; q < p_.node_first[d + 1]; ++q)
      for (int t = p_.group_first[q]; t < p_.group_first[q + 1]; ++t) {
        const int a = p_.group_a[q], b = p_.term_b[t];
        values_[a].shares[b].push_back({p_.term_weight[t], k});
        values_[b].shares[a].push_back({p_.term_weight[t], k});
      }
  }

  bool is_formed(int v) const { return v < p_.n_moments || v > one_ || (v < one_ && !p_.terminal[v - p_.n_moments]); }

  std::vector<int> backward_order() const {
    std::vector<int> order = all(), depth(n_values());
    sort(order, [this](int v) { return -values_[v].level; });
    for (int v : order)
      for (const auto& [key, weight] : values_[v].uses) depth[v] = std::max(depth[v], depth[key.first] + 1);
    depth[one_] = 0;
    order.erase(std::remove_if(order.begin(), order.end(),
                               [this](int v) { return !is_formed(v) && !(v == one_ && !values_[v].shares.empty()); }),
                order.end());
    sort(order, [&](int v) { return std::make_tuple(depth[v], values_[v].shares.size(), values_[v].uses.size()); });
    return order;
  }

  std::vector<int> all() const {
    std::vector<int> values(values_.size());
    std::iota(values.begin(), values.end(), 0);
    return values;
  }

  template <class Key>
  static void sort(std::vector<int>& values, Key&& key) {
    std::stable_sort(values.begin(), values.end(), [&](int a, int b) { return key(a) < key(b); });
  }

  static void add_sum(Direction& to, int value) {
    to.sums.push_back({value, std::int32_t(to.singles.size()), std::int32_t(to.pairs.size())});
  }
};

}  // namespace

LinearPlan::LinearPlan(const Program& p) : one(p.n_moments + p.n_nodes) {
  const Planner planner(p);
  forward = planner.forward();
  backward = planner.backward(part_first, parts);
  n_values = planner.n_values();
  for (int least : p.min_neighbors) least_neighbors = std::max(least_neighbors, least);
}

LinearWeights::LinearWeights(const LinearPlan& plan, const double* coefficients)
    : singles(plan.backward.singles), starts(plan.backward.sums.size()) {
  const auto weight = [&](std::size_t k) {
    double sum = 0;
    for (int q = plan.part_first[k]; q < plan.part_first[k + 1]; ++q)
      sum += plan.parts[q].factor * coefficients[plan.parts[q].feature];
    return sum;
  };
  for (std::size_t k = 0; k < singles.size(); ++k) singles[k].weight = weight(k);
  for (std::size_t k = 0; k < starts.size(); ++k) starts[k] = weight(singles.size() + k);
}

}  // namespace potlearn
