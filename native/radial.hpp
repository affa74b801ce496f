// Quintic Hermite interpolation of the radial tables, W distances at a time.
#pragma once

#include <cstdint>

#include "basis.hpp"
#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

// Where a distance falls among the knots, from the bits of x = 8 r / cutoff: the leading ones number the
// interval, the rest is the position in it.
struct KnotPosition {
  ulanes interval;
  lanes t;  // in [0, 1)
  lanes h;  // interval length, in units of x

  KnotPosition(lanes x, int bits, int octaves) {
    const std::uint64_t lowest = std::uint64_t(1023 + 3 - octaves) << bits;
    const std::uint64_t mantissa = (std::uint64_t(1) << 52) - 1;
    const ulanes raw = (ulanes)x;
    interval = (raw >> (52 - bits)) - lowest;
    t = (lanes)(((raw << bits) & mantissa) | (std::uint64_t(1023) << 52)) - 1.0;
    h = (lanes)((raw & ~mantissa) - (std::uint64_t(bits) << 52));
  }
};

// Hermite weights of (f0, f0', f0'', f1, f1', f1'') for the value, and for the derivative in r.
struct HermiteWeights {
  alignas(64) double value[6][W], slope[6][W];

  HermiteWeights(lanes t, lanes h) {
    const lanes t2 = t * t, t3 = t2 * t, u = 1.0 - t, u2 = u * u, ih = 1.0 / h;
    const lanes f1 = t3 * (10.0 + t * (6.0 * t - 15.0)), df1 = 30.0 * t2 * u2;
    store(value[0], 1.0 - f1);
    store(value[1], h * t * u2 * u * (1.0 + 3.0 * t));
    store(value[2], h * h * 0.5 * t2 * u2 * u);
    store(value[3], f1);
    store(value[4], h * t3 * u * (3.0 * t - 4.0));
    store(value[5], h * h * 0.5 * t3 * u2);
    store(slope[0], -df1 * ih);
    store(slope[1], u2 * (1.0 + t * (2.0 - 15.0 * t)));
    store(slope[2], h * 0.5 * t * u2 * (2.0 - 5.0 * t));
    store(slope[3], df1 * ih);
    store(slope[4], t2 * (t * (28.0 - 15.0 * t) - 12.0));
    store(slope[5], h * 0.5 * t2 * u * (3.0 - 5.0 * t));
  }
};

// value[n], slope[n], n < n_radial rounded up to W, at the W distances r.
inline void radial_functions(const Basis& basis, const RadialTable& table, lanes r, lanes* value, lanes* slope) {
  const double scale = 8.0 / table.cutoff;
  const KnotPosition at(r * scale, basis.bits, basis.octaves);
  const HermiteWeights weights(at.t, at.h * (1.0 / scale));
  const int stride = basis.stride;
  for (int n = 0; n < basis.n_radial; n += W) {
    lanes v[W], s[W];
    for (int w = 0; w < W; ++w) {
      const double* knot = table.knots.data() + at.interval[w] * (3 * std::uint64_t(stride)) + n;
      v[w] = s[w] = splat(0);
      for (int k = 0; k < 6; ++k) {
        const lanes f = load(knot + k * stride);
        v[w] += weights.value[k][w] * f;
        s[w] += weights.slope[k][w] * f;
      }
    }
    transpose(v);
    transpose(s);
    for (int w = 0; w < W; ++w) {
      value[n + w] = v[w];
      slope[n + w] = s[w];
    }
  }
}

}  // namespace potlearn::POTLEARN_ISA
