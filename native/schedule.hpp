// Blocks of atoms, and the queues of blocks that threads share.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "lanes.hpp"
#include "system.hpp"

namespace potlearn::POTLEARN_ISA {

// Blocks of at most W centres of one species, in the order of System::order.
struct Schedule {
  const System& system;
  std::vector<int> start;  // (blocks + 1) into the order

  explicit Schedule(const System& s) : system(s) {
    start.push_back(0);
    const auto species = [&](int k) { return s.species[s.atom_of(s.order[k])]; };
    for (int k = 1; k < s.n_centers; ++k)
      if (k - start.back() == W || species(k) != species(k - 1)) start.push_back(k);
    if (s.n_centers > 0) start.push_back(s.n_centers);
  }

  int blocks() const { return int(start.size()) - 1; }
  // Numbers of the centres: those of the atoms, where every atom is a centre.
  const int* atoms(int block) const { return &system.order[start[block]]; }
  int size(int block) const { return start[block + 1] - start[block]; }

  // Blocks whose gradients are added up one after the other: queue q has those from entry q to entry q + 1.
  std::vector<int> queues() const {
    constexpr int most = 8, blocks_each = 8;
    const int n = std::max(1, std::min(most, blocks() / blocks_each));
    std::vector<int> starts;
    for (int q = 0; q <= n; ++q) starts.push_back(int(std::int64_t(blocks()) * q / n));
    return starts;
  }

  // As many of the threads as have enough to do.
  int useful(int threads) const {
    constexpr int blocks_each = 8;
    return std::max(1, std::min(threads, blocks() / blocks_each));
  }
};

}  // namespace potlearn::POTLEARN_ISA
