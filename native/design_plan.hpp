// What the design rows need to know of a program, found once: which moments each invariant reads, which
// combinations need tangents, and which features are mere products of two nodes.
#pragma once

#include <algorithm>
#include <vector>

#include "program_data.hpp"

namespace potlearn {

// The moments that one invariant depends on, and the nodes to walk for its adjoint.
struct Support {
  std::vector<int> nodes;          // ascending, the invariant last
  std::vector<int> moments;        // ascending, so grouped by neighbour species
  std::vector<int> species_first;  // (n_species + 1) into moments
  std::size_t jacobian = 0;        // where their derivatives start
};

// A feature's tangent is  left_weight * tangent[left] + right_weight * tangent[right]  over nodes; the
// weights are 1 and 0 unless it is a product.
struct ProductFeature {
  int left = 0, right = 0;
  bool product = false;
  double weight = 1;
};

struct DesignPlan {
  std::vector<Support> supports;
  std::size_t jacobian_size = 0;
  std::vector<int> combinations;  // whose tangents are formed, ascending
  std::vector<ProductFeature> features;
};

inline Support support_of(const Program& p, int n_species, int node) {
  std::vector<char> seen(p.n_moments + p.n_nodes + 1, 0);
  seen[p.n_moments + node] = 1;
  Support support;
  for (int d = node; d >= 0; --d) {
    if (!seen[p.n_moments + d]) continue;
    support.nodes.push_back(d);
    for (int g = p.node_first[d]; g < p.node_first[d + 1]; ++g) {
      seen[p.group_a[g]] = 1;
      for (int k = p.group_first[g]; k < p.group_first[g + 1]; ++k) seen[p.term_b[k]] = 1;
    }
  }
  std::reverse(support.nodes.begin(), support.nodes.end());
  const int per_species = p.n_moments / n_species;
  for (int e = 0; e < n_species; ++e) {
    support.species_first.push_back(int(support.moments.size()));
    for (int a = e * per_species; a < (e + 1) * per_species; ++a)
      if (seen[a]) support.moments.push_back(a);
  }
  support.species_first.push_back(int(support.moments.size()));
  return support;
}

// Whether a value is read by the nodes from `first` on.
inline std::vector<char> values_read(const Program& p, int first) {
  std::vector<char> read(p.n_moments + p.n_nodes + 1, 0);
  for (int g = p.node_first[first]; g < p.node_first[p.n_nodes]; ++g) {
    read[p.group_a[g]] = 1;
    for (int k = p.group_first[g]; k < p.group_first[g + 1]; ++k) read[p.term_b[k]] = 1;
  }
  return read;
}

inline bool is_product(const Program& p, int node) {
  const int g = p.node_first[node], one = p.n_moments + p.n_nodes;
  if (node < p.n_invariants || p.node_first[node + 1] != g + 1) return false;
  const int k = p.group_first[g];
  return p.group_first[g + 1] == k + 1 && p.group_a[g] != one && p.term_b[k] != one;
}

inline DesignPlan design_plan(const Program& p, int n_species) {
  DesignPlan plan;
  std::vector<char> read = values_read(p, p.n_invariants);
  for (int value : p.feature) {
    const int node = value - p.n_moments;
    ProductFeature feature = {node, node, false, 1};
    if (!read[value] && is_product(p, node)) {
      const int g = p.node_first[node], k = p.group_first[g];
      feature = {p.term_b[k] - p.n_moments, p.group_a[g] - p.n_moments, true, p.term_weight[k]};
    }
    plan.features.push_back(feature);
  }
  for (const ProductFeature& f : plan.features)
    if (!f.product) read[p.n_moments + f.left] = 1;
  for (int d = 0; d < p.n_nodes; ++d) {
    if (!read[p.n_moments + d]) continue;
    if (d >= p.n_invariants) {
      plan.combinations.push_back(d);
      continue;
    }
    plan.supports.push_back(support_of(p, n_species, d));
    plan.supports.back().jacobian = plan.jacobian_size;
    plan.jacobian_size += plan.supports.back().moments.size();
  }
  return plan;
}

}  // namespace potlearn
