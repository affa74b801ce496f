// Energies and pair gradients of many coefficient sets for a block of atoms.  The values of the program are formed for
// W atoms at once; then lanes hold sets, and the sets share every value of an atom.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "block.hpp"
#include "buffer.hpp"
#include "lanes.hpp"
#include "moments.hpp"
#include "plan.hpp"
#include "plan_pass.hpp"
#include "set_coefficients.hpp"
#include "set_pairs.hpp"

namespace potlearn::POTLEARN_ISA {

// The workspace of one thread.
class SetBlock {
  // Vectors of sets whose adjoints are gathered together.
  static constexpr int VECTORS = W == 8 ? 4 : 2;

 public:
  struct Pair {
    std::int32_t neighbor;
    double x, y, z;
  };

  SetBlock(const Basis& basis, const std::vector<Plan>& plans, int most_slots)
      : atoms_(basis, most_slots), pairs_(basis, most_slots), plans_(plans),
        adjoint_(std::size_t(VECTORS) * atoms_.n_values) {}

  int capacity() const { return atoms_.capacity; }
  int filled() const { return filled_; }
  int center(int w) const { return atoms_.centers[w]; }
  int atom(int w) const { return atoms_.atoms[w]; }
  // Of atom w, vector t of sets.
  const lanes& energy(int w, int t) const { return energies_[std::size_t(w) * vectors_ + t]; }
  int pairs_begin(int w) const { return pair_first_[w]; }
  int pairs_end(int w) const { return pair_first_[w + 1]; }
  const Pair& pair(int p) const { return list_[p]; }
  // (3, vectors)
  const lanes* gradient(int p) const { return &gradients_[std::size_t(p) * 3 * vectors_]; }

  // Centres ids[0..n) of one species, n <= W.
  void evaluate(const System& s, const int* ids, int n, const SetCoefficients& c) {
    filled_ = n;
    vectors_ = c.vectors;
    list_.clear();
    pair_first_.assign(1, 0);
    energies_.at_least(std::size_t(W) * vectors_);
    gradients_.at_least(std::size_t(W) * atoms_.basis.n_species * capacity() * 3 * vectors_);
    form_factors(s, ids, n);
    for (int w = 0; w < n; ++w) evaluate_atom(s, w, c);
  }

 private:
  Block atoms_;
  SetPairs pairs_;
  const std::vector<Plan>& plans_;
  Buffer factors_;           // values and features of W atoms
  std::vector<double> own_;  // of one atom after the other
  Buffer coefficients_;      // of one atom, but for features that need more neighbours
  Buffer adjoint_;           // of one atom: (values, vectors)
  Buffer energies_;          // (atoms, vectors)
  Buffer gradients_;         // (pairs, 3, vectors)
  std::vector<Pair> list_;
  std::vector<int> pair_first_;
  int filled_ = 0, vectors_ = 0;

  const Plan& plan() const { return plans_[atoms_.basis.program_of[atoms_.species]]; }
  std::size_t n_factors() const { return (std::size_t(plan().n_values) + plan().n_features() + W - 1) / W * W; }

  void form_factors(const System& s, const int* ids, int n) {
    atoms_.pack_atoms(s, ids, n);
    atoms_.radial_and_harmonics();
    atoms_.moments();
    factors_.at_least(n_factors());
    own_.resize(W * n_factors());
    std::copy(&atoms_.values[0], &atoms_.values[atoms_.basis.n_moments()], &factors_[0]);
    plan_forward(plan(), &factors_[0]);
    form_sums(plan().features, &factors_[0], &factors_[plan().n_values]);
    for (std::size_t k = 0; k < n_factors(); k += W) {
      transpose(&factors_[k]);
      for (int w = 0; w < W; ++w) store(&own_[w * n_factors() + k], factors_[k + w]);
    }
  }

  void evaluate_atom(const System& s, int w, const SetCoefficients& c) {
    pairs_.pack(s, atoms_.centers[w]);
    list_pairs();
    const double* v = &own_[w * n_factors()];
    const lanes* weights = weights_of(w, c);
    for_tiles<VECTORS>(vectors_, [&](auto tile, int first) {
      constexpr int T = tile();
      add_energies<T>(v + plan().n_values, weights + first, &energies_[std::size_t(w) * vectors_ + first]);
      pull_back<T>(plan(), v, weights + vectors_ + first, vectors_, &adjoint_[0]);
      lanes* out = &gradients_[std::size_t(pair_first_[w]) * 3 * vectors_ + first];
      for (int t = 0; t < T; ++t) pairs_.gradients(&adjoint_[t], T, out + t, vectors_);
    });
  }

  // Coefficients (1 + M, vectors) of atom w: zero where it has fewer neighbours than the feature needs.
  const lanes* weights_of(int w, const SetCoefficients& c) {
    const std::vector<std::int32_t>& needed = atoms_.program().min_neighbors;
    const lanes* given = c.of_species(atoms_.species);
    const double n = atoms_.n_neighbors[w];
    if (std::all_of(needed.begin(), needed.end(), [&](int least) { return n >= least; })) return given;
    coefficients_.at_least((1 + needed.size()) * vectors_);
    for (int t = 0; t < vectors_; ++t) coefficients_[t] = given[t];
    for (std::size_t k = 0; k < needed.size(); ++k)
      for (int t = 0; t < vectors_; ++t) {
        const std::size_t at = (1 + k) * vectors_ + t;
        coefficients_[at] = n >= needed[k] ? given[at] : splat(0);
      }
    return &coefficients_[0];
  }

  template <int T>
  void add_energies(const double* features, const lanes* c, lanes* energy) const {
    lanes sum[T];
    for (int t = 0; t < T; ++t) sum[t] = c[t];
    for (int k = 0; k < plan().n_features(); ++k)
      for (int t = 0; t < T; ++t) sum[t] += features[k] * c[(1 + k) * vectors_ + t];
    for (int t = 0; t < T; ++t) energy[t] = sum[t];
  }

  void list_pairs() {
    const Block& block = pairs_.block();
    pairs_.for_neighbors([&](int slot, int lane) {
      const double r = block.r[slot][lane];
      list_.push_back({block.neighbor[slot * W + lane], r * block.ux[slot][lane], r * block.uy[slot][lane],
                       r * block.uz[slot][lane]});
    });
    pair_first_.push_back(int(list_.size()));
  }
};

}  // namespace potlearn::POTLEARN_ISA
