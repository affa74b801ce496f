#include "near_pairs.hpp"

#include <algorithm>
#include <cstddef>

#include "parallel.hpp"

namespace potlearn {

PairList NearPairs::find(const System& s, const PairList& pairs, double cutoff, int threads) {
  const int pieces = (s.n_centers + PIECE - 1) / PIECE;
  first_.resize(std::size_t(s.n_centers) + 1);
  if (neighbor_.size() < pairs.neighbor.size + 1) neighbor_.resize(pairs.neighbor.size + 1);
  for_items(pieces, threads, [&](int, int piece) { find_piece(s, pairs, cutoff * cutoff, piece); });
  // Each piece begins where its pairs began in the list; `first_` has the ends of its centres from there.
  std::int64_t end = first_[0] = 0;
  for (int piece = 0; piece < pieces; ++piece) {
    const int begin = piece * PIECE, stop = std::min(begin + PIECE, s.n_centers);
    const std::int64_t from = pairs.first[begin], count = first_[stop];
    std::copy_n(neighbor_.begin() + from, count, neighbor_.begin() + end);
    for (int c = begin; c < stop; ++c) first_[c + 1] += end;
    end += count;
  }
  return {{first_.data(), first_.size()}, {neighbor_.data(), std::size_t(end)}};
}

// Without branches on the distance, which nobody can predict.
void NearPairs::find_piece(const System& s, const PairList& pairs, double square, int piece) {
  const double* x = s.positions.data;
  std::int32_t* out = neighbor_.data() + pairs.first[piece * PIECE];
  std::int64_t count = 0;
  for (int c = piece * PIECE; c < std::min((piece + 1) * PIECE, s.n_centers); ++c) {
    const double* own = x + 3 * std::size_t(s.atom_of(c));
    const double x0 = own[0], y0 = own[1], z0 = own[2];
    for (std::int64_t p = pairs.first[c]; p < pairs.first[c + 1]; ++p) {
      const std::int32_t j = pairs.neighbor[p];
      const double* other = x + 3 * std::size_t(j);
      const double dx = other[0] - x0, dy = other[1] - y0, dz = other[2] - z0;
      out[count] = j;
      count += dx * dx + dy * dy + dz * dz < square;
    }
    first_[std::size_t(c) + 1] = count;
  }
}

}  // namespace potlearn
