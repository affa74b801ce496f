// The polynomial program, forward, adjoint and tangent, over any value type: lanes (a block of atoms) or
// double (one atom).
#pragma once

#include "basis.hpp"
#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

// v: moments on entry; nodes and the constant one on return.
template <class T>
inline void program_forward(const Program& p, T* v) {
  T* node = v + p.n_moments;
  node[p.n_nodes] = T{} + 1.0;
  for (int d = 0; d < p.n_nodes; ++d) {
    T value = T{};
    for (int g = p.node_first[d]; g < p.node_first[d + 1]; ++g) {
      T inner = T{};
      for (int k = p.group_first[g]; k < p.group_first[g + 1]; ++k) inner += p.term_weight[k] * v[p.term_b[k]];
      value += v[p.group_a[g]] * inner;
    }
    node[d] = value;
  }
}

// Adjoint of one node: g += g[node] * d(node)/dv.  Returns the node's value.
template <class T>
inline T node_adjoint(const Program& p, int d, const T* v, T* g) {
  const T seed = g[p.n_moments + d];
  T value = T{};
  for (int q = p.node_first[d]; q < p.node_first[d + 1]; ++q) {
    const int a = p.group_a[q];
    const T left = v[a], outer = seed * left;
    T inner = T{};
    for (int k = p.group_first[q]; k < p.group_first[q + 1]; ++k) {
      inner += p.term_weight[k] * v[p.term_b[k]];
      g[p.term_b[k]] += p.term_weight[k] * outer;
    }
    g[a] += seed * inner;
    value += left * inner;
  }
  return value;
}

// Tangent of one node; values of type S may be scalars while the tangents are lanes.
template <class S, class T>
inline T node_tangent(const Program& p, int d, const S* v, const T* dv) {
  T tangent = T{};
  for (int q = p.node_first[d]; q < p.node_first[d + 1]; ++q) {
    S inner = S{};
    T dinner = T{};
    for (int k = p.group_first[q]; k < p.group_first[q + 1]; ++k) {
      inner += p.term_weight[k] * v[p.term_b[k]];
      dinner += p.term_weight[k] * dv[p.term_b[k]];
    }
    tangent += v[p.group_a[q]] * dinner + dv[p.group_a[q]] * inner;
  }
  return tangent;
}

// dv: tangents of the moments on entry; of the nodes on return.
template <class T>
inline void program_tangent(const Program& p, const T* v, T* dv) {
  dv[p.n_moments + p.n_nodes] = T{};
  for (int d = 0; d < p.n_nodes; ++d) dv[p.n_moments + d] = node_tangent(p, d, v, dv);
}

}  // namespace potlearn::POTLEARN_ISA
