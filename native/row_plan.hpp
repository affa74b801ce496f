// What the rows of a linear model need to know of a program, found once: the nodes whose derivatives the features are
// made of, the moments that each of them reads, and which features are mere products of two nodes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "program_arrays.hpp"

namespace potlearn {

// Where a moment comes from: neighbour species, radial function, angular index l^2 + l + m.
struct MomentOrigin {
  int species, radial, angular;
};

// Consecutive moments of a planned node that share neighbour species and radial function.
struct Segment {
  int radial, begin, end;  // of the plan's jacobian
};

// A node whose derivatives are found by walking back to the moments that it depends on.
struct Root {
  std::vector<int> nodes;    // to walk: ascending, the node itself last
  std::vector<int> moments;  // ascending
  int first;                 // of its entries among those of all roots
};

// jacobian[out] += weight * root entry[in]: planned nodes are linear combinations of roots.
struct Contribution {
  int out, in;
  double weight;
};

// A feature is a node (right < 0) or the product of two nodes, by their numbers in the plan.
struct PlannedFeature {
  int left, right;
};

struct RowPlan {
  std::vector<int> nodes;  // of the program
  std::vector<Root> roots;
  int n_root_entries = 0;
  std::vector<Contribution> contributions;
  std::vector<int> angular;                          // of every entry of the jacobian, node after node
  std::vector<int> contribution_first, entry_first;  // (nodes + 1): those of each node
  std::vector<std::vector<int>> roots_of;            // of each node
  std::vector<Segment> segments;
  std::vector<std::vector<int>> segment_first;  // (n_species, nodes + 1) into segments
  std::vector<PlannedFeature> features;
  std::vector<std::vector<char>> depends;  // (n_species, n_features): whether neighbours of a species matter
};

class RowPlanner {
 public:
  RowPlanner(const Program& program, std::vector<MomentOrigin> origins, int n_species)
      : program_(program), origins_(std::move(origins)), n_species_(n_species), planned_(program.n_nodes, -1),
        root_of_(program.n_nodes, -1) {}

  RowPlan plan() {
    plan_.contribution_first = plan_.entry_first = {0};
    for (int value : program_.feature) plan_.features.push_back(feature(value - program_.n_moments));
    for (int e = 0; e < n_species_; ++e) add_segments(e);
    for (int e = 0; e < n_species_; ++e) {
      std::vector<char> depends;
      for (const PlannedFeature& f : plan_.features) depends.push_back(reads(f.left, e) || reads(f.right, e));
      plan_.depends.push_back(depends);
    }
    return std::move(plan_);
  }

 private:
  const Program& program_;
  const std::vector<MomentOrigin> origins_;
  const int n_species_;
  std::vector<int> planned_, root_of_;     // per node of the program, -1: none
  std::vector<std::vector<int>> moments_;  // of each planned node
  RowPlan plan_;

  int one() const { return program_.n_moments + program_.n_nodes; }

  PlannedFeature feature(int node) {
    if (!is_product(node)) return {planned(node), -1};
    const int g = program_.node_first[node], n = program_.n_moments;
    const int left = planned(program_.group_a[g] - n);
    return {left, planned(program_.term_b[program_.group_first[g]] - n)};
  }

  // One group of one term of weight one over two nodes.
  bool is_product(int node) const {
    const int g = program_.node_first[node];
    if (node < program_.n_invariants || program_.node_first[node + 1] != g + 1) return false;
    const int k = program_.group_first[g];
    return program_.group_first[g + 1] == k + 1 && program_.term_weight[k] == 1.0 && program_.group_a[g] != one() &&
           program_.term_b[k] != one();
  }

  int planned(int node) {
    if (planned_[node] < 0) {
      planned_[node] = int(plan_.nodes.size());
      plan_.nodes.push_back(node);
      combine(node);
    }
    return planned_[node];
  }

  // The jacobian of a node from those of its roots.
  void combine(int node) {
    std::vector<std::pair<int, double>> parts;
    if (!linear_in_nodes(node)) {
      parts.push_back({root(node), 1.0});
    } else {
      const int g = program_.node_first[node];
      for (int k = program_.group_first[g]; k < program_.group_first[g + 1]; ++k)
        parts.push_back({root(program_.term_b[k] - program_.n_moments), program_.term_weight[k]});
    }
    std::vector<int> moments;
    for (const auto& [r, weight] : parts)
      moments.insert(moments.end(), plan_.roots[r].moments.begin(), plan_.roots[r].moments.end());
    std::sort(moments.begin(), moments.end());
    moments.erase(std::unique(moments.begin(), moments.end()), moments.end());
    const int first = plan_.entry_first.back();
    for (int a : moments) plan_.angular.push_back(origins_[a].angular);
    plan_.roots_of.emplace_back();
    for (const auto& [r, weight] : parts) {
      const Root& from = plan_.roots[r];
      plan_.roots_of.back().push_back(r);
      for (std::size_t q = 0; q < from.moments.size(); ++q) {
        const auto place = std::lower_bound(moments.begin(), moments.end(), from.moments[q]) - moments.begin();
        plan_.contributions.push_back({first + int(place), from.first + int(q), weight});
      }
    }
    plan_.entry_first.push_back(int(plan_.angular.size()));
    plan_.contribution_first.push_back(int(plan_.contributions.size()));
    moments_.push_back(std::move(moments));
  }

  // A sum of nodes with constant weights.
  bool linear_in_nodes(int node) const {
    const int g = program_.node_first[node];
    if (program_.node_first[node + 1] != g + 1 || program_.group_a[g] != one()) return false;
    for (int k = program_.group_first[g]; k < program_.group_first[g + 1]; ++k)
      if (program_.term_b[k] < program_.n_moments || program_.term_b[k] == one()) return false;
    return true;
  }

  int root(int node) {
    if (root_of_[node] >= 0) return root_of_[node];
    std::vector<char> seen(one() + 1, 0);
    seen[program_.n_moments + node] = 1;
    Root made;
    for (int d = node; d >= 0; --d) {
      if (!seen[program_.n_moments + d]) continue;
      made.nodes.push_back(d);
      for (int g = program_.node_first[d]; g < program_.node_first[d + 1]; ++g) {
        seen[program_.group_a[g]] = 1;
        for (int k = program_.group_first[g]; k < program_.group_first[g + 1]; ++k) seen[program_.term_b[k]] = 1;
      }
    }
    std::reverse(made.nodes.begin(), made.nodes.end());
    for (int a = 0; a < program_.n_moments; ++a)
      if (seen[a]) made.moments.push_back(a);
    made.first = plan_.n_root_entries;
    plan_.n_root_entries += int(made.moments.size());
    root_of_[node] = int(plan_.roots.size());
    plan_.roots.push_back(std::move(made));
    return root_of_[node];
  }

  void add_segments(int e) {
    std::vector<int> first = {int(plan_.segments.size())};
    for (std::size_t x = 0; x < plan_.nodes.size(); ++x) {
      for (std::size_t q = 0; q < moments_[x].size(); ++q) {
        const MomentOrigin& origin = origins_[moments_[x][q]];
        if (origin.species != e) continue;
        const int entry = plan_.entry_first[x] + int(q);
        const bool fresh = int(plan_.segments.size()) == first.back();
        if (fresh || plan_.segments.back().radial != origin.radial)
          plan_.segments.push_back({origin.radial, entry, entry});
        plan_.segments.back().end = entry + 1;
      }
      first.push_back(int(plan_.segments.size()));
    }
    plan_.segment_first.push_back(std::move(first));
  }

  bool reads(int x, int e) const { return x >= 0 && plan_.segment_first[e][x + 1] > plan_.segment_first[e][x]; }
};

}  // namespace potlearn
