// Radial functions and their slopes from tables of polynomials, W distances at a time.
#pragma once

#include <cstdint>

#include "basis.hpp"
#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

// Where a distance falls among the pieces, from the bits of x = 8 r / cutoff: the leading ones number the interval, the
// rest is the position in it.
struct PiecePosition {
  ulanes interval;
  alignas(64) double offset[W];  // from the middle of the interval, in Å

  PiecePosition(const Basis& basis, const RadialTable& table, lanes r) {
    const int bits = basis.bits;
    const std::uint64_t lowest = std::uint64_t(1023 + 3 - basis.octaves) << bits;
    const std::uint64_t mantissa = (std::uint64_t(1) << 52) - 1;
    const ulanes raw = (ulanes)(r * (8.0 / table.cutoff));
    interval = (raw >> (52 - bits)) - lowest;
    const lanes t = (lanes)(((raw << bits) & mantissa) | (std::uint64_t(1023) << 52)) - 1.5;
    const lanes h = (lanes)((raw & ~mantissa) - (std::uint64_t(bits) << 52));
    store(offset, t * h * (table.cutoff / 8.0));
  }
};

// Value and slope at x of the polynomials p[power * width], one per component of V.
template <class V>
inline void polynomials(const double* p, int width, double x, V& value, V& slope) {
  static_assert(POWERS == 6);
  V a, b, c, d, e, f;
  __builtin_memcpy(&f, p + 5 * width, sizeof(V));
  __builtin_memcpy(&e, p + 4 * width, sizeof(V));
  __builtin_memcpy(&d, p + 3 * width, sizeof(V));
  __builtin_memcpy(&c, p + 2 * width, sizeof(V));
  __builtin_memcpy(&b, p + width, sizeof(V));
  __builtin_memcpy(&a, p, sizeof(V));
  const V X = V{} + x;
  V v = f * X + e, s = f;
  s = s * X + v;
  v = v * X + d;
  s = s * X + v;
  v = v * X + c;
  s = s * X + v;
  v = v * X + b;
  slope = s * X + v;
  value = v * X + a;
}

// W functions at W distances; piece: where their polynomials are.
inline void radial_group(const double* const* piece, int width, const double* x, lanes* value, lanes* slope) {
  lanes v[W], s[W];
  for (int w = 0; w < W; ++w) polynomials(piece[w], width, x[w], v[w], s[w]);
  transpose(v);
  transpose(s);
  for (int w = 0; w < W; ++w) {
    value[w] = v[w];
    slope[w] = s[w];
  }
}

#ifdef POTLEARN_HALF_LANES
// W / 2 functions.
inline void radial_half_group(const double* const* piece, int width, const double* x, lanes* value, lanes* slope) {
  half_lanes v[W], s[W];
  for (int w = 0; w < W; ++w) polynomials(piece[w], width, x[w], v[w], s[w]);
  transpose_halves(v, value);
  transpose_halves(s, slope);
}
#endif

// value[n], slope[n], n < n_radial rounded up to W, at the W distances r.
inline void radial_functions(const Basis& basis, const RadialTable& table, lanes r, lanes* value, lanes* slope) {
  const PiecePosition at(basis, table, r);
  const double* piece[W];
  for (int w = 0; w < W; ++w) piece[w] = &table.pieces[at.interval[w] * (std::uint64_t(POWERS) * basis.row)];
  for (int first = 0; first < basis.row; first += GROUP) {
    const int width = basis.row - first < GROUP ? basis.row - first : GROUP;
#ifdef POTLEARN_HALF_LANES
    if (width < W) return radial_half_group(piece, width, at.offset, value + first, slope + first);
#endif
    for (int n = 0; n < width; n += W) {
      radial_group(piece, width, at.offset, value + first + n, slope + first + n);
      for (int w = 0; w < W; ++w) piece[w] += W;
    }
    for (int w = 0; w < W; ++w) piece[w] += (POWERS - 1) * width;
  }
}

}  // namespace potlearn::POTLEARN_ISA
