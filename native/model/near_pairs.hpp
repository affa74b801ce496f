// The pairs of a list that are closer than a cutoff: terms of short range then look at few of many neighbours.
#pragma once

#include <cstdint>
#include <vector>

#include "interacting.hpp"
#include "system.hpp"

namespace potlearn {

class NearPairs {
 public:
  // Of pairs of the centres of a system, without offsets, in their order.  They must be its own, or some of them.
  PairList find(const System& system, const PairList& pairs, double cutoff, int threads);

 private:
  static constexpr int PIECE = 256;  // centres that are looked at together
  std::vector<std::int64_t> first_;
  std::vector<std::int32_t> neighbor_;  // with room for all

  void find_piece(const System& system, const PairList& pairs, double square, int piece);
};

}  // namespace potlearn
