// Moments and their adjoint as small matrix products in registers.  For one neighbour species, over its slots s:
//
//   A[n, lm] = sum_s R[s, n] Y[s, lm]
//   d[s, lm] = sum_n G[n, lm] R[s, n],   radial[s] = sum_lm Y[s, lm] sum_n G[n, lm] R'[s, n],   G = dE/dA
//
// Radial functions of equal angular degrees form a group and are handled together; backwards, harmonics of equal radial
// functions form a section.
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

// Registers: forward TN radial functions and TM harmonics at a time; backward HARMONICS of TS slots.
constexpr int TN_MAX = W == 8 ? 6 : 5;
constexpr int TM_MAX = W == 8 ? 4 : 2;
constexpr int TS_MAX = W == 8 ? 2 : 1;
constexpr int HARMONICS = W == 8 ? 6 : 5;

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

template <int TN>
inline void moment_rows(int slots, const lanes* R, int r_stride, const lanes* Y, int y_stride, lanes* A, int terms) {
  constexpr int TM = TN < 3 ? 2 * TM_MAX : TM_MAX;
  for_tiles<TM>(terms,
                [&](auto tile, int m) { moment_tile<TN, tile()>(slots, R, r_stride, Y + m, y_stride, A + m, terms); });
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

// Harmonics first..first + count with the same channels.
struct HarmonicSection {
  // A radial function, and its moment with the first harmonic, within a species.
  struct Channel {
    int radial, moment;
    bool operator==(const Channel& other) const { return radial == other.radial && moment == other.moment; }
  };
  int first, count;
  std::vector<Channel> channels;
};

template <int TM, int TS>
__attribute__((noinline)) void section_tile(const HarmonicSection& section, int m, const lanes* R, const lanes* dR,
                                            int r_stride, const lanes* Y, int y_stride, const lanes* G, lanes* d,
                                            lanes* radial) {
  lanes value[TS][TM], slope[TS][TM];
  for (int s = 0; s < TS; ++s)
    for (int k = 0; k < TM; ++k) value[s][k] = slope[s][k] = splat(0);
  for (const HarmonicSection::Channel& channel : section.channels) {
    const lanes* g = G + channel.moment + m;
    lanes r[TS], dr[TS];
    for (int s = 0; s < TS; ++s) {
      r[s] = R[s * r_stride + channel.radial];
      dr[s] = dR[s * r_stride + channel.radial];
    }
    for (int k = 0; k < TM; ++k)
      for (int s = 0; s < TS; ++s) {
        value[s][k] += g[k] * r[s];
        slope[s][k] += g[k] * dr[s];
      }
  }
#pragma GCC unroll 2
  for (int s = 0; s < TS; ++s) {
    lanes sum = radial[s];
    const lanes* y = Y + s * y_stride + section.first + m;
    lanes* out = d + s * y_stride + section.first + m;
#pragma GCC unroll 8
    for (int k = 0; k < TM; ++k) {
      out[k] = value[s][k];
      sum += y[k] * slope[s][k];
    }
    radial[s] = sum;
  }
}

// d and radial of TS slots; d is written where there are moments.
template <int TS>
inline void moment_adjoint(const std::vector<HarmonicSection>& sections, const lanes* R, const lanes* dR, int r_stride,
                           const lanes* Y, int y_stride, const lanes* G, lanes* d, lanes* radial) {
  for (int s = 0; s < TS; ++s) radial[s] = splat(0);
  for (const HarmonicSection& section : sections)
    for_tiles<HARMONICS>(section.count, [&](auto tile, int m) {
      section_tile<tile(), TS>(section, m, R, dR, r_stride, Y, y_stride, G, d, radial);
    });
}

// Whether the harmonics that follow a section have its channels.
inline bool continues(const HarmonicSection& section, const HarmonicSection& next) {
  std::vector<HarmonicSection::Channel> expected = section.channels;
  for (HarmonicSection::Channel& channel : expected) channel.moment += section.count;
  return expected == next.channels;
}

inline std::vector<HarmonicSection> harmonic_sections(const Basis& basis) {
  std::vector<HarmonicSection> sections;
  for (int l = 0; l <= basis.max_degree(); ++l) {
    HarmonicSection next = {Basis::harmonics(l), 2 * l + 1, {}};
    int moment = 0;
    for (int n = 0; n < basis.n_radial; ++n) {
      const int skipped = Basis::harmonics(basis.lowest[n]);
      if (basis.lowest[n] <= l && l <= basis.degree[n]) next.channels.push_back({n, moment + next.first - skipped});
      moment += Basis::harmonics(basis.degree[n] + 1) - skipped;
    }
    if (!sections.empty() && continues(sections.back(), next))
      sections.back().count += next.count;
    else
      sections.push_back(next);
  }
  return sections;
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
