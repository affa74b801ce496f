// Radial functions and their slopes from tables of polynomials, W distances at a time.
#pragma once

#include <cstdint>

#include "basis.hpp"
#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

// Where a distance falls among the pieces, from the bits of x = 8 r / cutoff: the leading ones number the interval, the
// rest is the position in it.
struct PiecePosition {
  alignas(64) std::uint64_t place[W];  // of the piece among all, in doubles
  alignas(64) double offset[W];        // from the middle of the interval, in Å

  void find(const Basis& basis, const RadialTable& table, lanes r) {
    const int bits = basis.bits;
    const std::uint64_t lowest = std::uint64_t(1023 + 3 - basis.octaves) << bits;
    const std::uint64_t mantissa = (std::uint64_t(1) << 52) - 1;
    const ulanes raw = (ulanes)(r * (8.0 / table.cutoff));
    const ulanes interval = (raw >> (52 - bits)) - lowest;
    for (int w = 0; w < W; ++w) place[w] = interval[w] * (std::uint64_t(POWERS) * basis.row);
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
  V v = f * x + e, s = f;
  s = s * x + v;
  v = v * x + d;
  s = s * x + v;
  v = v * x + c;
  s = s * x + v;
  v = v * x + b;
  slope = s * x + v;
  value = v * x + a;
}

// W functions at W distances; place: where their pieces start, in doubles.
inline void radial_group(const double* group, const std::uint64_t* place, int width, const double* x, lanes* value,
                         lanes* slope) {
  lanes v[W], s[W];
#pragma GCC unroll 8
  for (int w = 0; w < W; ++w) polynomials(group + place[w], width, x[w], v[w], s[w]);
  transpose(v);
  transpose(s);
#pragma GCC unroll 8
  for (int w = 0; w < W; ++w) {
    value[w] = v[w];
    slope[w] = s[w];
  }
}

#ifdef POTLEARN_HALF_LANES
// W / 2 functions.
inline void radial_half_group(const double* group, const std::uint64_t* place, int width, const double* x, lanes* value,
                              lanes* slope) {
  half_lanes v[W], s[W];
#pragma GCC unroll 8
  for (int w = 0; w < W; ++w) polynomials(group + place[w], width, x[w], v[w], s[w]);
  transpose_halves(v, value);
  transpose_halves(s, slope);
}
#endif

// value[n], slope[n], n < n_radial rounded up to W, at W distances.
inline void radial_functions(const Basis& basis, const RadialTable& table, const PiecePosition& at, lanes* value,
                             lanes* slope) {
  const double* group = table.pieces.data();
  for (int first = 0; first < basis.row; first += GROUP) {
    const int width = basis.row - first < GROUP ? basis.row - first : GROUP;
#ifdef POTLEARN_HALF_LANES
    if (width < W) return radial_half_group(group, at.place, width, at.offset, value + first, slope + first);
#endif
    for (int n = 0; n < width; n += W)
      radial_group(group + n, at.place, width, at.offset, value + first + n, slope + first + n);
    group += POWERS * width;
  }
}

}  // namespace potlearn::POTLEARN_ISA
