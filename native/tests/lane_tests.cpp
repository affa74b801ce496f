#include "lane_tests.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

#include "buffer.hpp"
#include "check.hpp"
#include "lanes.hpp"
#include "row_layout.hpp"
#include "row_shares.hpp"
#include "schedule.hpp"
#include "toy.hpp"

namespace potlearn::POTLEARN_ISA {
namespace {

void transpose_swaps_rows_and_columns() {
  lanes m[W];
  for (int i = 0; i < W; ++i)
    for (int j = 0; j < W; ++j) m[i][j] = 10 * i + j;
  transpose(m);
  for (int i = 0; i < W; ++i)
    for (int j = 0; j < W; ++j) CHECK(m[i][j] == 10 * j + i);
}

void loads_and_stores_need_no_alignment() {
  double from[W + 1], to[W + 1] = {};
  for (int w = 0; w <= W; ++w) from[w] = w;
  store(to + 1, load(from + 1));
  for (int w = 1; w <= W; ++w) CHECK(to[w] == w);
  CHECK(sum(splat(2)) == 2 * W);
}

void buffers_grow_and_start_cache_lines() {
  Buffer buffer(3);
  CHECK(reinterpret_cast<std::uintptr_t>(&buffer[0]) % 64 == 0);
  buffer[2] = splat(5);
  buffer.at_least(2);
  CHECK(buffer[2][0] == 5);
  buffer.at_least(100);
  for (int k = 0; k < 100; ++k) CHECK(sum(buffer[k]) == 0);
}

void blocks_hold_every_atom_once(const System& system) {
  const Schedule schedule(system);
  std::multiset<int> seen;
  for (int b = 0; b < schedule.blocks(); ++b) {
    CHECK(schedule.size(b) >= 1 && schedule.size(b) <= W);
    for (int k = 0; k < schedule.size(b); ++k) {
      seen.insert(schedule.atoms(b)[k]);
      CHECK(system.species[schedule.atoms(b)[k]] == system.species[schedule.atoms(b)[0]]);
    }
  }
  CHECK(int(seen.size()) == system.n_atoms && int(std::set<int>(seen.begin(), seen.end()).size()) == system.n_atoms);
  const std::vector<int> queues = schedule.queues();
  CHECK(queues.front() == 0 && queues.back() == schedule.blocks());
  for (std::size_t q = 0; q + 1 < queues.size(); ++q) CHECK(queues[q] <= queues[q + 1]);
  CHECK(schedule.useful(1) == 1 && schedule.useful(1 << 20) <= std::max(1, schedule.blocks()));
}

// Every column of every configuration belongs to one share.
void shares_hold_every_row_once(const RowLayout& layout, const System& system, int gates, int threads) {
  const Schedule schedule(system);
  const RowShares split = RowSplitter(layout, schedule, gates).split(threads);
  CHECK(int(split.shares.size()) <= std::max(1, threads));
  std::multiset<std::vector<int>> seen;
  std::multiset<int> counts;
  for (const RowShare& share : split.shares)
    for (int b = share.first_system; b < share.last_system; ++b) {
      if (share.columns->counts) counts.insert(b);
      for (std::size_t g = 0; g < share.columns->groups.size(); ++g)
        for (int k : share.columns->groups[g]) seen.insert({b, int(g), k});
    }
  const std::size_t groups = (layout.n_features + W - 1) / W * std::max(1, gates);
  CHECK(counts.size() == std::size_t(system.n_systems));
  CHECK(seen.size() == groups * system.n_systems);
  CHECK(std::set<std::vector<int>>(seen.begin(), seen.end()).size() == seen.size());
}

}  // namespace

void lane_tests() {
  transpose_swaps_rows_and_columns();
  loads_and_stores_need_no_alignment();
  buffers_grow_and_start_cache_lines();
  const toy::ToyBasis toy;
  const Basis basis = make_basis(toy.arrays());
  const RowLayout layout(basis);
  for (const std::vector<int>& sizes : std::vector<std::vector<int>>{{}, {1}, {300}, {2, 2, 1, 90, 3}, {40, 40}}) {
    const toy::ToySystem arrays(sizes);
    const System system = arrays.system();
    blocks_hold_every_atom_once(system);
    for (int gates : {0, 3})
      for (int threads : {1, 2, 3, 5, 16, 64}) shares_hold_every_row_once(layout, system, gates, threads);
  }
}

}  // namespace potlearn::POTLEARN_ISA
