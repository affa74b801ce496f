// Gradients dE/dr_ij for many coefficient sets: lanes hold sets, the neighbours' functions are numbers.
//
//   dE/dr = u sum_lm h_lm Y_lm + sum_lm d_lm grad Y_lm,   d_lm = sum_n G_nlm R_n,   h_lm = sum_n G_nlm R'_n
//
// with G = dE/dA, and grad Y_lm the gradient of Y_lm(r / |r|).
#pragma once

#include <cstddef>
#include <vector>

#include "block.hpp"
#include "buffer.hpp"
#include "harmonics.hpp"
#include "lanes.hpp"
#include "moments.hpp"

namespace potlearn::POTLEARN_ISA {

// A radial function that has a degree, and its first moment of that degree within a neighbour species.
struct DegreeChannel {
  int radial, moment;
};

// The channels of every degree.
inline std::vector<std::vector<DegreeChannel>> channels_by_degree(const Basis& basis) {
  std::vector<std::vector<DegreeChannel>> found(basis.max_degree() + 1);
  int moment = 0;
  for (int n = 0; n < basis.n_radial; ++n)
    for (int l = basis.lowest[n]; l <= basis.degree[n]; moment += 2 * l + 1, ++l) found[l].push_back({n, moment});
  return found;
}

// The neighbours of one atom, W in the lanes of a slot, and the gradients of their harmonics.
class SetPairs {
  // Registers: NEIGHBORS at a time, up to HARMONICS beside them.
  static constexpr int NEIGHBORS = W == 8 ? 2 : 1, HARMONICS = 4;

 public:
  SetPairs(const Basis& basis, int most_slots)
      : block_(basis, most_slots), channels_(channels_by_degree(basis)),
        slopes_(std::size_t(basis.n_species) * block_.capacity * 3 * block_.terms) {}

  int capacity() const { return block_.capacity; }
  const Block& block() const { return block_; }

  void pack(const System& s, int atom) {
    block_.pack_neighbors(s, atom);
    block_.radial_and_harmonics();
    with_degree(block_.degree, [&](auto L) {
      for (int e = 0; e < block_.basis.n_species; ++e)
        for (int slot = block_.begin(e); slot < block_.end(e); ++slot) harmonic_slopes<L()>(slot);
    });
  }

  // f(slot, lane) for every neighbour, in the order of the gradients.
  template <class F>
  void for_neighbors(F&& f) const {
    for (int e = 0; e < block_.basis.n_species; ++e)
      for (int k = 0; k < block_.found[e]; ++k) f(block_.begin(e) + k / W, k % W);
  }

  // Gradients (neighbours, 3, out_stride) of one vector of sets from G = dE/dmoment (moments, stride).
  void gradients(const lanes* G, int stride, lanes* out, int out_stride) const {
    for (int e = 0; e < block_.basis.n_species; ++e, G += block_.basis.moments_per_species() * stride) {
      const int n = block_.found[e];
      int k = 0;
      for (; k + NEIGHBORS <= n; k += NEIGHBORS, out += NEIGHBORS * 3 * out_stride)
        neighbor_tile<NEIGHBORS>(block_.begin(e) + k / W, k % W, G, stride, out, out_stride);
      for (; k < n; ++k, out += 3 * out_stride)
        neighbor_tile<1>(block_.begin(e) + k / W, k % W, G, stride, out, out_stride);
    }
  }

 private:
  Block block_;
  std::vector<std::vector<DegreeChannel>> channels_;
  Buffer slopes_;  // grad Y: (slots, 3, harmonics)

  // Sums over the harmonics of one neighbour.
  struct Sums {
    lanes radial, x, y, z;
  };

  template <int L>
  void harmonic_slopes(int s) {
    const AngularParts<L> parts(block_.ux[s], block_.uy[s], block_.uz[s]);
    const lanes u[3] = {block_.ux[s], block_.uy[s], block_.uz[s]};
    for (int axis = 0; axis < 3; ++axis) {
      lanes v[3];
      for (int a = 0; a < 3; ++a) v[a] = block_.inverse_r[s] * (double(a == axis) - u[a] * u[axis]);
      parts.along(v[0], v[1], v[2], &slopes_[(std::size_t(s) * 3 + axis) * block_.terms]);
    }
  }

  // Neighbours lane..lane + TS of a slot.
  template <int TS>
  void neighbor_tile(int slot, int lane, const lanes* G, int stride, lanes* out, int out_stride) const {
    Sums sums[TS] = {};
    for (int l = 0; l <= block_.degree; ++l)
      for_tiles<HARMONICS>(2 * l + 1, [&](auto tile, int m) {
        add_harmonics<TS, tile()>(slot, lane, channels_[l], l * l, m, G, stride, sums);
      });
    for (int t = 0; t < TS; ++t, out += 3 * out_stride) {
      out[0] = sums[t].x + block_.ux[slot][lane + t] * sums[t].radial;
      out[out_stride] = sums[t].y + block_.uy[slot][lane + t] * sums[t].radial;
      out[2 * out_stride] = sums[t].z + block_.uz[slot][lane + t] * sums[t].radial;
    }
  }

  // Harmonics m..m + TM of the degree whose first one is `first`.
  template <int TS, int TM>
  void add_harmonics(int slot, int lane, const std::vector<DegreeChannel>& channels, int first, int m, const lanes* G,
                     int stride, Sums* sums) const {
    const lanes *R = &block_.R[slot * block_.stride], *dR = &block_.dR[slot * block_.stride];
    lanes d[TS][TM] = {}, h[TS][TM] = {};
    for (const DegreeChannel& channel : channels) {
      const lanes* g = G + (channel.moment + m) * stride;
      for (int k = 0; k < TM; ++k)
        for (int t = 0; t < TS; ++t) {
          d[t][k] += R[channel.radial][lane + t] * g[k * stride];
          h[t][k] += dR[channel.radial][lane + t] * g[k * stride];
        }
    }
    const lanes *Y = &block_.Y[slot * block_.terms + first + m], *dY = &slopes_[slot * 3 * block_.terms + first + m];
    for (int t = 0; t < TS; ++t)
      for (int k = 0; k < TM; ++k) {
        sums[t].radial += Y[k][lane + t] * h[t][k];
        sums[t].x += dY[k][lane + t] * d[t][k];
        sums[t].y += dY[block_.terms + k][lane + t] * d[t][k];
        sums[t].z += dY[2 * block_.terms + k][lane + t] * d[t][k];
      }
  }
};

}  // namespace potlearn::POTLEARN_ISA
