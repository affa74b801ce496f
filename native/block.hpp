// The neighbourhood of a block of atoms, laid out in lanes, and the stages that run on it.
//
// A slot holds W neighbours: one of each of W atoms of the same species (`pack_atoms`), or W of one atom
// (`pack_neighbors`).  Slots are grouped by neighbour species.  Empty places hold a pair beyond the cutoff,
// where every radial function is zero.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "basis.hpp"
#include "buffer.hpp"
#include "errors.hpp"
#include "harmonics.hpp"
#include "lanes.hpp"
#include "moments.hpp"
#include "network_pass.hpp"
#include "program.hpp"
#include "radial.hpp"
#include "span.hpp"
#include "stages.hpp"
#include "system.hpp"
#include "vector3.hpp"

namespace potlearn::POTLEARN_ISA {

// Call f with the angular degree as a compile-time constant.
template <class F>
inline void with_degree(int degree, F&& f) {
  static_assert(MAX_DEGREE == 12);
  switch (degree) {
    case 0: return f(std::integral_constant<int, 0>{});
    case 1: return f(std::integral_constant<int, 1>{});
    case 2: return f(std::integral_constant<int, 2>{});
    case 3: return f(std::integral_constant<int, 3>{});
    case 4: return f(std::integral_constant<int, 4>{});
    case 5: return f(std::integral_constant<int, 5>{});
    case 6: return f(std::integral_constant<int, 6>{});
    case 7: return f(std::integral_constant<int, 7>{});
    case 8: return f(std::integral_constant<int, 8>{});
    case 9: return f(std::integral_constant<int, 9>{});
    case 10: return f(std::integral_constant<int, 10>{});
    case 11: return f(std::integral_constant<int, 11>{});
    default: return f(std::integral_constant<int, 12>{});
  }
}

// Strains (3, 3), one per lane.
struct Strain {
  lanes e[9];
};

class Block {
 public:
  // most_slots: per neighbour species that the block must hold.
  Block(const Basis& of, int most_slots)
      : basis(of), groups(radial_groups(of)), degree(of.max_degree()), terms((degree + 1) * (degree + 1)),
        stride(of.stride), capacity((most_slots + 1) / 2 * 2), n_values(of.n_moments() + of.max_nodes() + 1),
        slots(of.n_species), found(of.n_species), ux(places()), uy(places()), uz(places()), r(places()),
        inverse_r(places()), neighbor(places() * W), R(places() * stride), dR(places() * stride), Y(places() * terms),
        values(n_values + of.max_groups()), adjoint(n_values), gradient(3 * places()), positions_(places()),
        sections_(harmonic_sections(of)), by_angular_(2 * terms), counts_(of.n_species), filled_(of.n_species * W),
        far_(of.n_species), near_(of.n_species) {}

  const Basis& basis;
  const std::vector<RadialGroup> groups;
  const int degree, terms, stride, capacity, n_values;
  int species = 0;                  // of the centres
  int centers[W] = {};              // numbers of the centres
  int atoms[W] = {};                // and their atoms
  lanes n_neighbors = splat(0);     // of each centre, within the cutoff
  std::vector<int> slots;           // used slots per neighbour species; those of e start at e * capacity
  std::vector<int> found;           // neighbours per species, of the most that a lane has
  Buffer ux, uy, uz, r, inverse_r;  // unit vector, distance
  std::vector<std::int32_t> neighbor;
  Buffer R, dR, Y;
  Buffer values, adjoint;  // moments, nodes, one, inner sums (plan.hpp); and dE/d(them) but for inner sums
  Buffer features, seeds;  // and dE/d(them); no room before they are needed
  Buffer gradient;         // dE/dr_ij, (slots, 3)
  NetworkPass network;     // no room before it is needed

  const Program& program() const { return basis.program(species); }
  int begin(int e) const { return e * capacity; }
  int end(int e) const { return e * capacity + slots[e]; }

  // Centres ids[0..n) of one species, n <= W, one per lane.
  void pack_atoms(const System& s, const int* ids, int n) {
    start(s, ids, n);
    std::fill(slots.begin(), slots.end(), 0);
    for (int w = 0; w < n; ++w) {
      gather(s, ids[w], [&](int e, int k, double x, double y, double z, double r2, int j) {
        set(begin(e) + k, w, x, y, z, r2, j);
      });
      for (int e = 0; e < basis.n_species; ++e) {
        n_neighbors[w] += counts_[e];
        slots[e] = std::max(slots[e], counts_[e]);
        filled_[e * W + w] = counts_[e];
      }
    }
    found = slots;
    for (int e = 0; e < basis.n_species; ++e) {
      if (TS_MAX == 2) slots[e] += slots[e] & 1;
      for (int w = 0; w < W; ++w)
        for (int k = w < n ? filled_[e * W + w] : 0; k < slots[e]; ++k) set_empty(begin(e) + k, w, e);
    }
    normalise();
  }

  // All neighbours of one centre, W per slot.
  void pack_neighbors(const System& s, int id) {
    start(s, &id, 1);
    gather(s, id, [&](int e, int k, double x, double y, double z, double r2, int j) {
      set(begin(e) + k / W, k % W, x, y, z, r2, j);
    });
    found = counts_;
    for (int e = 0; e < basis.n_species; ++e) {
      const int n = found[e];
      n_neighbors[0] += n;
      slots[e] = (n + W - 1) / W;
      for (int k = n; k < slots[e] * W; ++k) set_empty(begin(e) + k / W, k % W, e);
    }
    normalise();
  }

  void radial_and_harmonics() {
    // Positions in the tables are known ahead: look-ups need not wait for them.
    for (int e = 0; e < basis.n_species; ++e) {
      const RadialTable& table = basis.table(species, e);
      for (int s = begin(e); s < end(e); ++s) positions_[s].find(basis, table, r[s]);
      for (int s = begin(e); s < end(e); ++s)
        radial_functions(basis, table, positions_[s], &R[s * stride], &dR[s * stride]);
    }
    end_stage(Stage::radial);
    with_degree(degree, [&](auto L) {
      for (int e = 0; e < basis.n_species; ++e)
        for (int s = begin(e); s < end(e); ++s) AngularParts<L()>(ux[s], uy[s], uz[s]).values(&Y[s * terms]);
    });
    end_stage(Stage::harmonics);
  }

  void moments() {
    std::fill(&values[0], &values[basis.n_moments()], splat(0));
    for (int e = 0; e < basis.n_species; ++e)
      add_moments(groups, slots[e], &R[begin(e) * stride], stride, &Y[begin(e) * terms], terms,
                  &values[e * basis.moments_per_species()]);
  }

  // Tangents of the moments, into the adjoint buffer, along dr_ij = u_j - u_i + strain r_ij.
  void moment_tangents(Span<const double> u, const Strain& strain) {
    adjoint.clear();
    Buffer &radial = radial_tangent_, &angular = angular_tangent_;
    radial.at_least(places() * stride);
    angular.at_least(places() * terms);
    with_degree(degree, [&](auto L) {
      for (int e = 0; e < basis.n_species; ++e)
        for (int s = begin(e); s < end(e); ++s) {
          const Vector3 v = pair_velocity(s, u, strain);
          const lanes stretch = ux[s] * v.x + uy[s] * v.y + uz[s] * v.z;
          for (int n = 0; n < stride; ++n) radial[s * stride + n] = dR[s * stride + n] * stretch;
          AngularParts<L()>(ux[s], uy[s], uz[s])
              .along(inverse_r[s] * (v.x - stretch * ux[s]), inverse_r[s] * (v.y - stretch * uy[s]),
                     inverse_r[s] * (v.z - stretch * uz[s]), &angular[s * terms]);
        }
    });
    for (int e = 0; e < basis.n_species; ++e) {
      lanes* tangent = &adjoint[e * basis.moments_per_species()];
      add_moments(groups, slots[e], &radial[begin(e) * stride], stride, &Y[begin(e) * terms], terms, tangent);
      add_moments(groups, slots[e], &R[begin(e) * stride], stride, &angular[begin(e) * terms], terms, tangent);
    }
  }

  // dE/dr_ij of every slot, from dE/dmoment in the adjoint.
  void pair_gradients() {
    with_degree(degree, [&](auto L) {
      for (int e = 0; e < basis.n_species; ++e) {
        const lanes* G = &adjoint[e * basis.moments_per_species()];
        int s = begin(e);
        for (; s + TS_MAX <= end(e); s += TS_MAX) slot_gradients<L(), TS_MAX>(s, G);
        for (; s < end(e); ++s) slot_gradients<L(), 1>(s, G);
      }
    });
  }

 private:
  Buffer radial_tangent_, angular_tangent_;  // none until they are needed
  AlignedVector<PiecePosition> positions_;
  const std::vector<HarmonicSection> sections_;
  Buffer by_angular_;                 // dE/dY of the slots of a tile; zero where there are no moments
  std::vector<int> counts_, filled_;  // neighbours per species of an atom, and of each lane
  std::vector<double> far_, near_;    // squares of the distances that a table covers

  std::size_t places() const { return std::size_t(basis.n_species) * capacity; }

  void start(const System& s, const int* ids, int n) {
    for (int w = 0; w < W; ++w) {
      centers[w] = ids[w < n ? w : n - 1];
      atoms[w] = s.atom_of(centers[w]);
    }
    species = s.species[atoms[0]];
    n_neighbors = splat(0);
  }

  // f(e, k, x, y, z, r^2, j) for the k-th neighbour of species e within the cutoff; counts them.  Others are handed
  // over too, where the next one will be: whether a pair is within the cutoff is not to be foreseen.
  template <class F>
  void gather(const System& s, int center, F&& f) {
    const double* x = s.positions.data;
    if (s.image.empty()) return gather(s, center, [x](std::int64_t, int j, int a) { return x[3 * j + a]; }, f);
    gather(s, center, [x, &s](std::int64_t p, int j, int a) { return x[3 * j + a] + s.translation_of(p)[a]; }, f);
  }

  // place(pair, atom, axis): where the neighbour of a pair is.
  template <class P, class F>
  void gather(const System& s, int center, P&& place, F&& f) {
    for (int e = 0; e < basis.n_species; ++e) {
      const RadialTable& table = basis.table(species, e);
      counts_[e] = 0;
      far_[e] = table.cutoff * table.cutoff;
      near_[e] = table.closest * table.closest;
    }
    const bool close =
        basis.n_species > 1 ? gather_of<true>(s, center, place, f) : gather_of<false>(s, center, place, f);
    if (close) throw_too_close(s, center, place);
  }

  // Whether a pair is too close.
  template <bool SEVERAL, class P, class F>
  bool gather_of(const System& s, int center, P&& place, F&& f) {
    const double *own = &s.positions[3 * s.atom_of(center)], *far = far_.data(), *near = near_.data();
    const double x0 = own[0], y0 = own[1], z0 = own[2];
    bool close = false;
    int all = 0;  // where there is one species
    int* counts = counts_.data();
    for (std::int64_t p = s.first[center]; p < s.first[center + 1]; ++p) {
      const int j = s.neighbor[p], e = SEVERAL ? s.species[j] : 0;
      int& count = SEVERAL ? counts[e] : all;
      const double x = place(p, j, 0) - x0, y = place(p, j, 1) - y0, z = place(p, j, 2) - z0;
      const double r2 = x * x + y * y + z * z;
      f(e, count, x, y, z, r2, j);
      count += r2 < far[e];
      close |= r2 < near[e];
    }
    if (!SEVERAL) counts[0] = all;
    return close;
  }

  template <class P>
  [[noreturn]] void throw_too_close(const System& s, int center, P&& place) const {
    const int i = s.atom_of(center);
    for (std::int64_t p = s.first[center];; ++p) {
      const int j = s.neighbor[p];
      double r2 = 0;
      for (int a = 0; a < 3; ++a) {
        const double x = place(p, j, a) - s.positions[3 * i + a];
        r2 += x * x;
      }
      const double closest = basis.table(species, s.species[j]).closest;
      if (r2 < closest * closest || p + 1 == s.first[center + 1]) throw TooClose(i, j, std::sqrt(r2), closest);
    }
  }

  void set(int slot, int w, double x, double y, double z, double r2, int j) {
    ux[slot][w] = x;
    uy[slot][w] = y;
    uz[slot][w] = z;
    r[slot][w] = r2;
    neighbor[slot * W + w] = j;
  }

  // A place beyond the cutoff, between two knots that are both zero.
  void set_empty(int slot, int w, int e) {
    const double x = basis.table(species, e).cutoff * (1 + 2.5 / double(1 << basis.bits));
    set(slot, w, x, 0, 0, x * x, atoms[w]);
  }

  void normalise() {
    for (int e = 0; e < basis.n_species; ++e)
      for (int s = begin(e); s < end(e); ++s) {
        r[s] = square_root(r[s]);
        inverse_r[s] = 1.0 / r[s];
        ux[s] *= inverse_r[s];
        uy[s] *= inverse_r[s];
        uz[s] *= inverse_r[s];
      }
  }

  Vector3 pair_velocity(int s, Span<const double> u, const Strain& strain) const {
    const lanes d[3] = {ux[s] * r[s], uy[s] * r[s], uz[s] * r[s]};
    lanes v[3];
    for (int a = 0; a < 3; ++a) {
      v[a] = strain.e[3 * a] * d[0] + strain.e[3 * a + 1] * d[1] + strain.e[3 * a + 2] * d[2];
      for (int w = 0; w < W; ++w) v[a][w] += u[3 * neighbor[s * W + w] + a] - u[3 * atoms[w] + a];
    }
    return {v[0], v[1], v[2]};
  }

  template <int L, int TS>
  void slot_gradients(int s0, const lanes* G) {
    lanes radial[TS];
    moment_adjoint<TS>(sections_, &R[s0 * stride], &dR[s0 * stride], stride, &Y[s0 * terms], terms, G, &by_angular_[0],
                       radial);
    for (int t = 0; t < TS; ++t) {
      const int s = s0 + t;
      lanes gx, gy, gz;
      AngularParts<L>(ux[s], uy[s], uz[s]).gradient(&by_angular_[t * terms], gx, gy, gz);
      const lanes along = radial[t] - inverse_r[s] * (gx * ux[s] + gy * uy[s] + gz * uz[s]);
      gradient[3 * s] = along * ux[s] + inverse_r[s] * gx;
      gradient[3 * s + 1] = along * uy[s] + inverse_r[s] * gy;
      gradient[3 * s + 2] = along * uz[s] + inverse_r[s] * gz;
    }
  }
};

}  // namespace potlearn::POTLEARN_ISA
