// A polynomial program as flat arrays.
#pragma once

#include <cstdint>
#include <vector>

namespace potlearn {

// v[node] = sum over groups  v[a] * sum over terms  weight * v[b].
// Values are numbered: moments, then nodes, then the constant one.
struct Program {
  int n_moments = 0;
  int n_nodes = 0;
  int n_invariants = 0;                   // nodes below this read moments; from here on they read nodes only
  std::vector<std::int32_t> node_first;   // (n_nodes + 1) into groups
  std::vector<std::int32_t> group_a;      // value index
  std::vector<std::int32_t> group_first;  // (n_groups + 1) into terms
  std::vector<std::int32_t> term_b;       // value index
  std::vector<double> term_weight;
  std::vector<std::int32_t> feature;        // value index of each feature
  std::vector<char> terminal;               // nodes that nothing reads: their values come with the adjoint
  std::vector<std::int32_t> min_neighbors;  // a feature is zero with fewer neighbours than this

  void find_terminals() {
    std::vector<char> read(n_moments + n_nodes + 1, 0);
    for (int v : group_a) read[v] = 1;
    for (int v : term_b) read[v] = 1;
    terminal.assign(n_nodes, 0);
    for (int d = 0; d < n_nodes; ++d) terminal[d] = !read[n_moments + d];
  }
};

}  // namespace potlearn
