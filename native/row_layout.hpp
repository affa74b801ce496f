// How the columns of rows are made W at a time, and shared by threads.  Found once per basis.
#pragma once

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "basis.hpp"
#include "lanes.hpp"
#include "row_plan.hpp"

namespace potlearn::POTLEARN_ISA {

// Columns that one thread makes.  A group is W consecutive features, named by the first of them.
struct ColumnShare {
  bool counts = false;                   // the columns of one-body counts, too
  std::vector<std::vector<int>> groups;  // of each gate
  std::vector<std::vector<int>> near;    // (n_species), without gates: those that neighbours of a species change
  std::vector<int> nodes, roots;         // of the plan, that they are made of, ascending
  double cost = 0;
};

class RowLayout {
 public:
  // The derivative of a feature:  value[value1] d[node1] + value[value2] d[node2].
  struct Rule {
    int value1, node1, value2, node2;
  };

  explicit RowLayout(const Basis& basis)
      : plan(RowPlanner(basis.programs[0], origins(basis), basis.n_species).plan()),
        n_features(int(plan.features.size())), n_nodes(int(plan.nodes.size())) {
    for (const PlannedFeature& f : plan.features)
      rules.push_back(f.right >= 0 ? Rule{f.right, f.left, f.left, f.right}
                                   : Rule{n_nodes, f.left, n_nodes + 1, f.left});
    for (int k = 0; k < n_features; k += W) plain.push_back(is_plain(k));
    for (int needed : basis.programs[0].min_neighbors) most_needed = std::max(most_needed, needed);
    const int terms = Basis::harmonics(basis.max_degree() + 1);
    common_cost_ = 40.0 * basis.n_radial + 30.0 * terms;
  }

  const RowPlan plan;
  const int n_features, n_nodes;
  std::vector<Rule> rules;  // values and nodes are numbered as planned; then come one and zero
  std::vector<char> plain;  // whether the features of a group are consecutive nodes
  int most_needed = 0;      // neighbours, by any feature

  // At most `parts` shares of about equal cost that hold all columns once.
  using Shares = std::shared_ptr<const std::vector<ColumnShare>>;
  Shares shares(int gates, int parts) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    Shares& known = shares_[{gates, parts}];
    if (!known) known = std::make_shared<const std::vector<ColumnShare>>(split(gates, parts));
    return known;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::pair<int, int>, Shares> shares_;
  double common_cost_;

  static std::vector<MomentOrigin> origins(const Basis& basis) {
    std::vector<MomentOrigin> found;
    for (int e = 0; e < basis.n_species; ++e)
      for (int n = 0; n < basis.n_radial; ++n)
        for (int lm = Basis::harmonics(basis.lowest[n]); lm < Basis::harmonics(basis.degree[n] + 1); ++lm)
          found.push_back({e, n, lm});
    return found;
  }

  bool is_plain(int group) const {
    for (int k = group; k < std::min(group + W, n_features); ++k)
      if (plan.features[k].right >= 0 || plan.features[k].left != plan.features[group].left + k - group) return false;
    return true;
  }

  int groups() const { return int(plain.size()); }
  int units(int gates) const { return std::max(1, gates) * groups(); }

  // Costs, in multiply-adds or so per slot: of a node, of a group of features, of what every share has to do.
  double node_cost(int x) const { return 3.0 * (plan.entry_first[x + 1] - plan.entry_first[x]) + 20; }
  static constexpr double group_cost = 17.0 * W;

  template <class F>
  void for_nodes(int group, F&& f) const {
    for (int k = group * W; k < std::min(group * W + W, n_features); ++k)
      for (int x : {plan.features[k].left, plan.features[k].right})
        if (x >= 0) f(x);
  }

  // Contiguous shares of units (gate, group): the smallest cost for which `parts` are enough, by bisection.
  std::vector<ColumnShare> split(int gates, int parts) const {
    double low = 0, high = 1;
    high += units(gates) * group_cost;
    for (int x = 0; x < n_nodes; ++x) high += node_cost(x);
    for (int step = 0; parts > 1 && step < 30; ++step) {
      const double middle = 0.5 * (low + high);
      (int(cuts(gates, middle).size()) - 1 > parts ? low : high) = middle;
    }
    std::vector<ColumnShare> found;
    const std::vector<int> at = cuts(gates, high);
    for (std::size_t k = 0; k + 1 < at.size(); ++k) found.push_back(share(gates, at[k], at[k + 1]));
    return found;
  }

  // Where shares begin that take units up to a cost, one unit at least; then the number of units.
  std::vector<int> cuts(int gates, double most) const {
    std::vector<int> found = {0}, user(n_nodes, 0);  // the share that has a node
    double cost = 0;
    for (int u = 0; u < units(gates); ++u) {
      double added = added_cost(gates, u, int(found.size()), user);
      if (u > found.back() && cost + added > most) {
        found.push_back(u);
        cost = 0;
        added = added_cost(gates, u, int(found.size()), user);
      }
      cost += added;
    }
    found.push_back(units(gates));
    return found;
  }

  // Gates depend on all nodes, which every share then has.
  double added_cost(int gates, int unit, int number, std::vector<int>& user) const {
    double cost = group_cost;
    if (gates > 0) return cost;
    for_nodes(unit, [&](int x) {
      if (user[x] != number) cost += node_cost(x);
      user[x] = number;
    });
    return cost;
  }

  ColumnShare share(int gates, int begin, int end) const {
    ColumnShare made;
    made.counts = begin == 0;
    made.cost = common_cost_;
    made.groups.resize(std::max(1, gates));
    made.near.resize(plan.depends.size());
    std::vector<char> has_node(n_nodes, gates > 0), has_root(plan.roots.size(), 0);
    for (int u = begin; u < end; ++u) {
      const int group = u % groups();
      made.groups[u / groups()].push_back(group * W);
      made.cost += group_cost;
      for_nodes(group, [&](int x) { has_node[x] = 1; });
      for (std::size_t e = 0; e < made.near.size() && gates == 0; ++e)
        if (depends(int(e), group)) made.near[e].push_back(group * W);
    }
    for (int x = 0; x < n_nodes; ++x) {
      if (!has_node[x]) continue;
      made.nodes.push_back(x);
      made.cost += node_cost(x);
      for (int r : plan.roots_of[x]) has_root[r] = 1;
    }
    for (std::size_t r = 0; r < has_root.size(); ++r)
      if (has_root[r]) made.roots.push_back(int(r));
    return made;
  }

  bool depends(int species, int group) const {
    const std::vector<char>& of = plan.depends[species];
    const auto first = of.begin() + group * W, last = of.begin() + std::min(group * W + W, n_features);
    return std::find(first, last, char(1)) != last;
  }
};

}  // namespace potlearn::POTLEARN_ISA
