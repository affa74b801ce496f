// The adjoint of a program for many seeds at once: the slopes d(node)/d(factor) are formed once per block of atoms,
// and the adjoint of every value is then gathered from the nodes that read it.
//
//   v[node] = sum_q v[a] sum_k w v[b]:   slope of a = sum_k w v[b],   slope of b = w v[a]
//   g[value] = sum of seeds of its features + sum over its readers  slope g[reader]
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "lanes.hpp"
#include "program_arrays.hpp"

namespace potlearn::POTLEARN_ISA {

// Where slopes are kept: one for every factor that is not the constant, in the order in which they are gathered,
// from the last value to the first.
struct PullbackPlan {
  std::vector<std::int32_t> of_group, of_term;  // slope of each factor; that of the constant is the last
  std::vector<std::int32_t> first, reader;      // slopes and readers of value v: first[v + 1]..first[v]
  std::vector<std::int32_t> first_feature,
      feature;  // features that are value v: first_feature[v]..first_feature[v + 1]

  explicit PullbackPlan(const Program& p) {
    const int one = p.n_moments + p.n_nodes;
    std::vector<std::vector<std::pair<int, std::int32_t*>>> uses(one + 1);  // reader, and where its slope is noted
    std::vector<std::vector<int>> features(one);
    of_group.resize(p.group_a.size());
    of_term.resize(p.term_b.size());
    for (int d = 0; d < p.n_nodes; ++d)
      for (int q = p.node_first[d]; q < p.node_first[d + 1]; ++q) {
        uses[p.group_a[q]].emplace_back(p.n_moments + d, &of_group[q]);
        for (int k = p.group_first[q]; k < p.group_first[q + 1]; ++k)
          uses[p.term_b[k]].emplace_back(p.n_moments + d, &of_term[k]);
      }
    for (std::size_t k = 0; k < p.feature.size(); ++k) features[p.feature[k]].push_back(int(k));
    number(uses);
    for (const auto& own : features) {
      first_feature.push_back(std::int32_t(feature.size()));
      feature.insert(feature.end(), own.begin(), own.end());
    }
    first_feature.push_back(std::int32_t(feature.size()));
  }

  std::size_t n_slopes() const { return reader.size(); }

 private:
  void number(const std::vector<std::vector<std::pair<int, std::int32_t*>>>& uses) {
    first.resize(uses.size());
    for (std::size_t v = uses.size() - 1; v-- > 0;) {
      first[v + 1] = std::int32_t(reader.size());
      for (const auto& [node, slope] : uses[v]) {
        *slope = std::int32_t(reader.size());
        reader.push_back(node);
      }
    }
    first[0] = std::int32_t(reader.size());
    for (const auto& use : uses.back()) *use.second = first[0];
  }
};

// v: moments on entry; all nodes and the constant one on return.  slopes: n_slopes() and one more.
inline void program_slopes(const Program& p, const PullbackPlan& plan, lanes* v, lanes* slopes) {
  lanes* node = v + p.n_moments;
  node[p.n_nodes] = splat(1);
  for (int d = 0; d < p.n_nodes; ++d) {
    lanes value = splat(0);
    for (int q = p.node_first[d]; q < p.node_first[d + 1]; ++q) {
      const lanes left = v[p.group_a[q]];
      lanes inner = splat(0);
      for (int k = p.group_first[q]; k < p.group_first[q + 1]; ++k) {
        inner += p.term_weight[k] * v[p.term_b[k]];
        slopes[plan.of_term[k]] = p.term_weight[k] * left;
      }
      slopes[plan.of_group[q]] = inner;
      value += left * inner;
    }
    node[d] = value;
  }
}

// One atom of a block: its slopes, features and number of neighbours.
struct PulledAtom {
  const lanes *slopes, *features;
  int lane;

  // Slopes are transposed: W of one atom lie side by side.
  double slope(std::size_t k) const { return slopes[k / W * W + std::size_t(lane)][int(k % W)]; }
};

// Of T vectors of sets: c (1 + M, stride) the coefficients, one-body energies first; g (values, T) the adjoint.
template <int T>
inline void pull_back(const Program& p, const PullbackPlan& plan, const PulledAtom& atom, int n_neighbors,
                      const lanes* c, int stride, lanes* g, lanes* energy) {
  lanes sum[T];
  for (int t = 0; t < T; ++t) sum[t] = c[t];
  for (int v = p.n_moments + p.n_nodes - 1; v >= 0; --v) {
    lanes total[T] = {};
    for (int f = plan.first_feature[v]; f < plan.first_feature[v + 1]; ++f) {
      const int k = plan.feature[f];
      if (n_neighbors < p.min_neighbors[k]) continue;
      const double value = atom.features[k][atom.lane];
      for (int t = 0; t < T; ++t) {
        const lanes weight = c[(1 + k) * stride + t];
        total[t] += weight;
        sum[t] += weight * value;
      }
    }
    for (int use = plan.first[v + 1]; use < plan.first[v]; ++use) {
      const double slope = atom.slope(std::size_t(use));
      const lanes* seed = g + plan.reader[use] * T;
      for (int t = 0; t < T; ++t) total[t] += slope * seed[t];
    }
    for (int t = 0; t < T; ++t) g[v * T + t] = total[t];
  }
  for (int t = 0; t < T; ++t) energy[t] = sum[t];
}

}  // namespace potlearn::POTLEARN_ISA
