// The adjoint of a program for many seeds at once.  With v[node] = sum_q v[a] sum_k w v[b], the adjoint of a value is
// gathered from the nodes that read it,
//   g[a] = sum g[node] inner,   inner = sum_k w v[b];      g[b] = sum g[node] w v[a],
// so that each is written once.  Nodes that nothing reads have the coefficients of their features as adjoint.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "lanes.hpp"
#include "program_arrays.hpp"

namespace potlearn::POTLEARN_ISA {

// One product of such a sum: weight * factor * source, where the factor is a value or an inner sum, and the source a
// coefficient or an adjoint.
struct PullbackTerm {
  double weight;
  std::int32_t factor, source;
};

// The sum of one value: its terms from coefficients come first, end with `middle`, then those from adjoints.
struct PullbackSum {
  std::int32_t value, middle, end;
};

struct PullbackPlan {
  std::vector<std::int32_t> inner;  // where the inner sum of a group is kept: behind the values, or a value itself
  std::vector<PullbackSum> sums;    // from the last value to the first
  std::vector<PullbackTerm> terms;  // of the sums, one after the other
  int n_factors = 0;                // values and inner sums

  explicit PullbackPlan(const Program& p)
      : inner(p.group_a.size()), n_factors(p.n_moments + p.n_nodes + 1), n_moments_(p.n_moments) {
    Uses uses(n_factors);
    std::vector<std::vector<int>> features(p.n_nodes);
    for (std::size_t k = 0; k < p.feature.size(); ++k) features[p.feature[k] - p.n_moments].push_back(int(k));
    for (int d = 0; d < p.n_nodes; ++d) add_node(p, d, features[d], uses);
    uses.pop_back();  // nobody asks for the adjoint of one
    while (!uses.empty()) {
      add_sum(int(uses.size()) - 1, uses.back());
      uses.pop_back();
    }
  }

 private:
  const int n_moments_;
  // Of every value: weights by (source is an adjoint, source, factor).
  using Key = std::pair<std::pair<bool, int>, int>;
  using Uses = std::vector<std::map<Key, double>>;

  void add_node(const Program& p, int d, const std::vector<int>& features, Uses& uses) {
    const int node = p.n_moments + d, one = p.n_moments + p.n_nodes;
    std::vector<std::pair<bool, int>> sources;
    for (int k : features) {
      if (p.terminal[d])
        sources.push_back({false, k});
      else
        uses[node][{{false, k}, one}] += 1;
    }
    if (!p.terminal[d]) sources.push_back({true, node});
    for (int q = p.node_first[d]; q < p.node_first[d + 1]; ++q) add_group(p, q, sources, uses);
  }

  void add_group(const Program& p, int q, const std::vector<std::pair<bool, int>>& sources, Uses& uses) {
    const int first = p.group_first[q], last = p.group_first[q + 1], a = p.group_a[q];
    const bool single = last - first == 1;
    inner[q] = single ? -1 : n_factors++;
    for (const auto& source : sources) {
      uses[a][{source, single ? p.term_b[first] : inner[q]}] += single ? p.term_weight[first] : 1.0;
      for (int k = first; k < last; ++k) uses[p.term_b[k]][{source, a}] += p.term_weight[k];
    }
  }

  void add_sum(int value, const std::map<Key, double>& uses) {
    PullbackSum sum = {value, std::int32_t(terms.size()), 0};
    for (const auto& [key, weight] : uses) {
      terms.push_back({weight, key.second, key.first.second});
      if (!key.first.first) ++sum.middle;
    }
    sum.end = std::int32_t(terms.size());
    if (!uses.empty() || value < n_moments_) sums.push_back(sum);
  }
};

// v: moments on entry; nodes, the constant one and the inner sums on return.
inline void program_factors(const Program& p, const PullbackPlan& plan, lanes* v) {
  lanes* node = v + p.n_moments;
  node[p.n_nodes] = splat(1);
  for (int d = 0; d < p.n_nodes; ++d) {
    lanes value = splat(0);
    for (int q = p.node_first[d]; q < p.node_first[d + 1]; ++q) {
      lanes inner = splat(0);
      for (int k = p.group_first[q]; k < p.group_first[q + 1]; ++k) inner += p.term_weight[k] * v[p.term_b[k]];
      if (plan.inner[q] >= 0) v[plan.inner[q]] = inner;
      value += v[p.group_a[q]] * inner;
    }
    node[d] = value;
  }
}

// Of T vectors of sets: v the factors of one atom, c (M, stride) the coefficients, g (values, T) the adjoints; zero on
// entry where nothing reads a value.
template <int T>
inline void pull_back(const PullbackPlan& plan, const double* v, const lanes* c, int stride, lanes* g) {
  const PullbackTerm* term = plan.terms.data();
  for (const PullbackSum& sum : plan.sums) {
    lanes total[T] = {};
    for (const PullbackTerm* middle = plan.terms.data() + sum.middle; term != middle; ++term) {
      const double slope = term->weight * v[term->factor];
      for (int t = 0; t < T; ++t) total[t] += slope * c[term->source * stride + t];
    }
    for (const PullbackTerm* end = plan.terms.data() + sum.end; term != end; ++term) {
      const double slope = term->weight * v[term->factor];
      for (int t = 0; t < T; ++t) total[t] += slope * g[term->source * T + t];
    }
    for (int t = 0; t < T; ++t) g[sum.value * T + t] = total[t];
  }
}

}  // namespace potlearn::POTLEARN_ISA
