// Moments and their adjoint as small matrix products in registers.  For one neighbour species, over its slots s:
//
//   A[n, lm] = sum_s R[s, n] Y[s, lm]
//   c[s, n] = sum_lm G[n, lm] Y[s, lm],   d[s, lm] = sum_n G[n, lm] R[s, n],   G = dE/dA
//
// Radial functions of equal angular degrees form a group and are handled together.
#pragma once

#include <type_traits>
#include <vector>

#include "basis.hpp"
#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

struct RadialGroup {
  int first, count, lowest, degree, moment;  // moment: index of the group's first moment within a species
  int skipped() const { return Basis::harmonics(lowest); }
  int terms() const { return Basis::harmonics(degree + 1) - skipped(); }
};

// Registers: TN radial functions at a time; TM harmonics (forward) or TS slots (adjoint) beside them.
constexpr int TN_MAX = W == 8 ? 6 : 5;
constexpr int TM_MAX = W == 8 ? 4 : 2;
constexpr int TS_MAX = W == 8 ? 2 : 1;

template <int TN, int TM>
inline void moment_tile(int slots, const lanes* R, int r_stride, const lanes* Y, int y_stride, lanes* A, int terms) {
  lanes acc[TN][TM];
  for (int n = 0; n < TN; ++n)
    for (int m = 0; m < TM; ++m) acc[n][m] = A[n * terms + m];
  for (int s = 0; s < slots; ++s, R += r_stride, Y += y_stride)
    for (int n = 0; n < TN; ++n)
      for (int m = 0; m < TM; ++m) acc[n][m] += R[n] * Y[m];
  for (int n = 0; n < TN; ++n)
    for (int m = 0; m < TM; ++m) A[n * terms + m] = acc[n][m];
}

template <int TN>
inline void moment_rows(int slots, const lanes* R, int r_stride, const lanes* Y, int y_stride, lanes* A, int terms) {
  int m = 0;
  for (; m + TM_MAX <= terms; m += TM_MAX) moment_tile<TN, TM_MAX>(slots, R, r_stride, Y + m, y_stride, A + m, terms);
  for (; m < terms; ++m) moment_tile<TN, 1>(slots, R, r_stride, Y + m, y_stride, A + m, terms);
}

// Call f with the largest register tile that fits, until `count` is used up: f(tile constant, offset).
template <int T, class F>
inline void for_tiles(int count, F&& f, int offset = 0) {
  if constexpr (T > 0) {
    while (count >= T) {
      f(std::integral_constant<int, T>{}, offset);
      offset += T;
      count -= T;
    }
    if (count > 0) for_tiles<T - 1>(count, f, offset);
  }
}

// A += R^T Y over the slots, for all groups.
inline void add_moments(const std::vector<RadialGroup>& groups, int slots, const lanes* R, int r_stride, const lanes* Y,
                        int y_stride, lanes* A) {
  for (const RadialGroup& g : groups)
    for_tiles<TN_MAX>(g.count, [&](auto tile, int n) {
      moment_rows<tile()>(slots, R + g.first + n, r_stride, Y + g.skipped(), y_stride, A + g.moment + n * g.terms(),
                          g.terms());
    });
}

template <int TN, int TS>
inline void adjoint_tile(const lanes* R, int r_stride, const lanes* Y, int y_stride, const lanes* G, int terms,
                         lanes* c, lanes* d) {
  lanes acc[TS][TN], radial[TS][TN];
  for (int s = 0; s < TS; ++s)
    for (int n = 0; n < TN; ++n) {
      acc[s][n] = splat(0);
      radial[s][n] = R[s * r_stride + n];
    }
  for (int m = 0; m < terms; ++m) {
    lanes y[TS], dm[TS];
    for (int s = 0; s < TS; ++s) {
      y[s] = Y[s * y_stride + m];
      dm[s] = d[s * y_stride + m];
    }
    for (int n = 0; n < TN; ++n) {
      const lanes g = G[n * terms + m];
      for (int s = 0; s < TS; ++s) {
        acc[s][n] += g * y[s];
        dm[s] += g * radial[s][n];
      }
    }
    for (int s = 0; s < TS; ++s) d[s * y_stride + m] = dm[s];
  }
  for (int s = 0; s < TS; ++s)
    for (int n = 0; n < TN; ++n) c[s * r_stride + n] = acc[s][n];
}

// c and d of TS slots; d must be zero on entry.
template <int TS>
inline void moment_adjoint(const std::vector<RadialGroup>& groups, const lanes* R, int r_stride, const lanes* Y,
                           int y_stride, const lanes* G, lanes* c, lanes* d) {
  for (const RadialGroup& g : groups)
    for_tiles<TN_MAX>(g.count, [&](auto tile, int n) {
      adjoint_tile<tile(), TS>(R + g.first + n, r_stride, Y + g.skipped(), y_stride, G + g.moment + n * g.terms(),
                               g.terms(), c + g.first + n, d + g.skipped());
    });
}

inline std::vector<RadialGroup> radial_groups(const Basis& basis) {
  std::vector<RadialGroup> groups;
  int moment = 0;
  for (int n = 0; n < basis.n_radial; ++n) {
    const int lowest = basis.lowest[n], degree = basis.degree[n];
    if (groups.empty() || groups.back().lowest != lowest || groups.back().degree != degree)
      groups.push_back({n, 0, lowest, degree, moment});
    ++groups.back().count;
    moment += groups.back().terms();
  }
  return groups;
}

}  // namespace potlearn::POTLEARN_ISA
