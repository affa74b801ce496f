// From derivatives of nodes to those of features, added to rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "block.hpp"
#include "buffer.hpp"
#include "kernel.hpp"
#include "lanes.hpp"
#include "program_arrays.hpp"
#include "row_layout.hpp"

namespace potlearn::POTLEARN_ISA {

// Rows of the first feature, by component and lane.
template <int N>
using RowPointers = double* [N][W];

// Serves one block of atoms after the other.
class RowWriter {
 public:
  RowWriter(const Program& program, const RowLayout& layout)
      : program_(program), layout_(layout), n_features_(layout.n_features), n_nodes_(layout.n_nodes),
        values_(n_nodes_ + 2) {
    values_[n_nodes_] = splat(1);
  }

  // Takes the values of a block's nodes and, for its first n atoms, gates.
  void begin(const Block& block, int n, const Gates& gates) {
    n_neighbors_ = block.n_neighbors;
    for (int x = 0; x < n_nodes_; ++x) values_[x] = block.values[program_.n_moments + layout_.plan.nodes[x]];
    sparse_ = false;
    for (int w = 0; w < n; ++w) sparse_ |= n_neighbors_[w] < layout_.most_needed;
    gates_ = gates.count;
    if (gates_) load_gates(block.atoms, n, gates);
  }

  // Subtracts d(feature) from the rows of all W lanes, where the atoms have neighbours of species e.
  void subtract(const ColumnShare& share, int e, const lanes* nodes, const RowPointers<3>& rows) const {
    if (!sparse_ && !gates_) return subtract_plain(nodes, share.near[e], rows);
    int lane[W];
    for (int w = 0; w < W; ++w) lane[w] = w;
    if (gates_)
      subtract_each<3>(share.groups, nodes, rows, lane, W);
    else
      subtract_groups<3>(0, share.near[e], nodes, nullptr, rows, lane, W);
  }

  // Subtracts N components from the rows of some lanes.
  template <int N>
  void subtract_each(const std::vector<std::vector<int>>& groups, const lanes* nodes, const RowPointers<N>& rows,
                     const int* lane, int count) const {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      if (groups[g].empty()) continue;
      lanes rate[N] = {};
      if (gates_) gate_rates<N>(int(g), nodes, rate);
      subtract_groups<N>(int(g), groups[g], nodes, rate, rows, lane, count);
    }
  }

  // Adds the features themselves.
  void add_values(const std::vector<std::vector<int>>& groups, const RowPointers<1>& rows, const int* lane,
                  int count) const {
    for (std::size_t g = 0; g < groups.size(); ++g)
      for (int k : groups[g]) {
        const int m = std::min(W, n_features_ - k);
        lanes b[W];
        for (int w = 0; w < m; ++w) b[w] = gates_ ? gate_weight_[g] * feature(k + w) : feature(k + w);
        add(rows[0], int(g) * n_features_ + k, m, b, lane, count);
      }
  }

 private:
  const Program& program_;
  const RowLayout& layout_;
  const int n_features_, n_nodes_;
  Buffer values_;  // of the planned nodes, then one and zero
  lanes n_neighbors_ = splat(0);
  bool sparse_ = false;  // some feature is absent for want of neighbours
  int gates_ = 0;
  Buffer gate_weight_, gate_slope_;

  void load_gates(const int* ids, int n, const Gates& gates) {
    gate_weight_.at_least(gates_);
    gate_slope_.at_least(std::size_t(gates_) * n_features_);
    gate_weight_.clear();
    gate_slope_.clear();
    for (int w = 0; w < n; ++w)
      for (int g = 0; g < gates_; ++g) {
        const std::size_t place = std::size_t(ids[w]) * gates_ + g;
        gate_weight_[g][w] = gates.weights[place];
        for (int k = 0; k < n_features_; ++k)
          gate_slope_[std::size_t(g) * n_features_ + k][w] = gates.slopes[place * n_features_ + k];
      }
  }

  lanes guard(lanes x, int k) const {
    return (lanes)((ulanes)x & (ulanes)(n_neighbors_ >= splat(program_.min_neighbors[k])));
  }
  lanes feature(int k) const {
    const PlannedFeature& f = layout_.plan.features[k];
    return guard(f.right < 0 ? values_[f.left] : values_[f.left] * values_[f.right], k);
  }
  lanes derivative(const RowLayout::Rule& rule, const lanes* d) const {
    return values_[rule.value1] * d[rule.node1] + values_[rule.value2] * d[rule.node2];
  }

  // No gates, and neighbours enough for every feature.
  void subtract_plain(const lanes* node, const std::vector<int>& groups, const RowPointers<3>& rows) const {
    const lanes* d[3] = {node, node + n_nodes_, node + 2 * n_nodes_};
    const RowLayout::Rule* rules = layout_.rules.data();
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const int k = groups[g];
      if (k + W > n_features_) {
        subtract_tail(k, g > 0 && groups[g - 1] == k - W, d, rows);
        continue;
      }
      lanes x[3][W];
      if (layout_.plain[k / W]) {
#pragma GCC unroll 8
        for (int w = 0; w < W; ++w)
#pragma GCC unroll 3
          for (int c = 0; c < 3; ++c) x[c][w] = d[c][rules[k].node1 + w];
      } else {
#pragma GCC unroll 8
        for (int w = 0; w < W; ++w) {
          const RowLayout::Rule& rule = rules[k + w];
          const lanes v1 = values_[rule.value1], v2 = values_[rule.value2];
#pragma GCC unroll 3
          for (int c = 0; c < 3; ++c) x[c][w] = v1 * d[c][rule.node1] + v2 * d[c][rule.node2];
        }
      }
#pragma GCC unroll 3
      for (int c = 0; c < 3; ++c) {
        transpose(x[c]);
#pragma GCC unroll 8
        for (int w = 0; w < W; ++w) store(rows[c][w] + k, load(rows[c][w] + k) - x[c][w]);
      }
    }
  }

  // Features k to the last, fewer than W.  Those before k, if this share has them, fill a register with zeros.
  void subtract_tail(int k, bool has_before, const lanes* const* d, const RowPointers<3>& rows) const {
    const int first = n_features_ - W;
    for (int c = 0; c < 3; ++c) {
      lanes x[W] = {};
      for (int j = k; j < n_features_; ++j) x[W - n_features_ + j] = derivative(layout_.rules[j], d[c]);
      if (has_before) {
        transpose(x);
        for (int w = 0; w < W; ++w) store(rows[c][w] + first, load(rows[c][w] + first) - x[w]);
        continue;
      }
      for (int j = k; j < n_features_; ++j)
        for (int w = 0; w < W; ++w) rows[c][w][j] -= x[W - n_features_ + j][w];
    }
  }

  template <int N>
  void subtract_groups(int g, const std::vector<int>& groups, const lanes* node, const lanes* rate,
                       const RowPointers<N>& rows, const int* lane, int count) const {
    for (int first : groups) {
      const int m = std::min(W, n_features_ - first);
      for (int c = 0; c < N; ++c) {
        lanes d[W];
        for (int j = 0; j < m; ++j) {
          const int k = first + j;
          d[j] = guard(derivative(layout_.rules[k], node + c * n_nodes_), k);
          if (gates_) d[j] = gate_weight_[g] * d[j] + feature(k) * rate[c];
          d[j] = -d[j];
        }
        add(rows[c], g * n_features_ + first, m, d, lane, count);
      }
    }
  }

  // d(w_g B_k) = w_g dB_k + B_k sum_m (dw_g/dB_m) dB_m: the sum.
  template <int N>
  void gate_rates(int g, const lanes* node, lanes* rate) const {
    for (int k = 0; k < n_features_; ++k)
      for (int c = 0; c < N; ++c)
        rate[c] +=
            gate_slope_[std::size_t(g) * n_features_ + k] * guard(derivative(layout_.rules[k], node + c * n_nodes_), k);
  }

  // Columns k..k+m of the lanes' rows; x[j] holds column k + j of all lanes.
  static void add(double* const* rows, int k, int m, lanes* x, const int* lane, int count) {
    if (m < W) {
      for (int w = 0; w < count; ++w)
        for (int j = 0; j < m; ++j) rows[w][k + j] += x[j][lane[w]];
      return;
    }
    transpose(x);
    for (int w = 0; w < count; ++w) store(rows[w] + k, load(rows[w] + k) + x[lane[w]]);
  }
};

}  // namespace potlearn::POTLEARN_ISA
