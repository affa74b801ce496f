// Gradients dE/dr_ij for many coefficient sets: lanes hold sets, the neighbours' functions are numbers.
//
//   dE/dr = u sum_lm h_lm Y_lm + e1 sum_lm d_lm d1(Y_lm) + e2 sum_lm d_lm d2(Y_lm)
//   h_lm = sum_n G_nlm R'_n,   d_lm = sum_n G_nlm R_n,   G = dE/dA
//
// d1 and d2 being the derivatives along e1 and e2 over r, in a frame (u, e1, e2) along the neighbour's direction u.
#pragma once

#include <cstddef>
#include <vector>

#include "block.hpp"
#include "buffer.hpp"
#include "harmonics.hpp"
#include "lanes.hpp"
#include "moments.hpp"
#include "vector3.hpp"

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
        slopes_(std::size_t(basis.n_species) * block_.capacity * 2 * block_.terms),
        frame_(std::size_t(basis.n_species) * block_.capacity * 2) {}

  int capacity() const { return block_.capacity; }
  const Block& block() const { return block_; }

  void pack(const System& s, int center) {
    block_.pack_neighbors(s, center);
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
  Buffer slopes_;               // d1(Y), d2(Y): (slots, 2, harmonics)
  std::vector<Vector3> frame_;  // e1, e2: (slots, 2)

  // Of one neighbour, along u, e1 and e2.
  struct Sums {
    lanes radial, first, second;
  };

  template <int L>
  void harmonic_slopes(int s) {
    const Vector3 u = {block_.ux[s], block_.uy[s], block_.uz[s]};
    Vector3* e = &frame_[2 * s];
    orthonormal(u, e[0], e[1]);
    const AngularParts<L> parts(u.x, u.y, u.z);
    for (int axis = 0; axis < 2; ++axis) {
      const Vector3 v = block_.inverse_r[s] * e[axis];
      parts.along(v.x, v.y, v.z, &slopes_[(2 * s + axis) * block_.terms]);
    }
  }

  // Neighbours lane..lane + TS of a slot.
  template <int TS>
  void neighbor_tile(int slot, int lane, const lanes* G, int stride, lanes* out, int out_stride) const {
    Sums sums[TS] = {};
    add_constant<TS>(slot, lane, G, stride, sums);
    for (int l = 1; l <= block_.degree; ++l)
      for_tiles<HARMONICS>(2 * l + 1,
                           [&](auto tile, int m) { add_harmonics<TS, tile()>(slot, lane, l, m, G, stride, sums); });
    const Vector3 *e1 = &frame_[2 * slot], *e2 = e1 + 1;
    for (int t = 0; t < TS; ++t, out += 3 * out_stride) {
      const int w = lane + t;
      const Sums& sum = sums[t];
      out[0] = block_.ux[slot][w] * sum.radial + e1->x[w] * sum.first + e2->x[w] * sum.second;
      out[out_stride] = block_.uy[slot][w] * sum.radial + e1->y[w] * sum.first + e2->y[w] * sum.second;
      out[2 * out_stride] = block_.uz[slot][w] * sum.radial + e1->z[w] * sum.first + e2->z[w] * sum.second;
    }
  }

  // The constant harmonic, which is 1.
  template <int TS>
  void add_constant(int slot, int lane, const lanes* G, int stride, Sums* sums) const {
    const lanes* dR = &block_.dR[slot * block_.stride];
    for (const DegreeChannel& channel : channels_[0])
      for (int t = 0; t < TS; ++t) sums[t].radial += dR[channel.radial][lane + t] * G[channel.moment * stride];
  }

  // Harmonics m..m + TM of degree l.
  template <int TS, int TM>
  void add_harmonics(int slot, int lane, int l, int m, const lanes* G, int stride, Sums* sums) const {
    const lanes *R = &block_.R[slot * block_.stride], *dR = &block_.dR[slot * block_.stride];
    lanes d[TS][TM] = {}, h[TS][TM] = {};
    for (const DegreeChannel& channel : channels_[l]) {
      const lanes* g = G + (channel.moment + m) * stride;
      for (int k = 0; k < TM; ++k)
        for (int t = 0; t < TS; ++t) {
          d[t][k] += R[channel.radial][lane + t] * g[k * stride];
          h[t][k] += dR[channel.radial][lane + t] * g[k * stride];
        }
    }
    const int terms = block_.terms, first = l * l + m;
    const lanes *Y = &block_.Y[slot * terms + first], *d1 = &slopes_[2 * slot * terms + first], *d2 = d1 + terms;
    for (int t = 0; t < TS; ++t)
      for (int k = 0; k < TM; ++k) {
        sums[t].radial += Y[k][lane + t] * h[t][k];
        sums[t].first += d1[k][lane + t] * d[t][k];
        sums[t].second += d2[k][lane + t] * d[t][k];
      }
  }
};

}  // namespace potlearn::POTLEARN_ISA
