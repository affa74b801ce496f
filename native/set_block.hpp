// Energies and pair gradients of many coefficient sets for a block of atoms.  Values and slopes of the program are
// formed for W atoms at once; then lanes hold sets, and the sets share every value of an atom.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "block.hpp"
#include "buffer.hpp"
#include "lanes.hpp"
#include "moments.hpp"
#include "program.hpp"
#include "pullback.hpp"
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

  SetBlock(const Basis& basis, const std::vector<PullbackPlan>& plans, int most_slots)
      : atoms_(basis, most_slots), pairs_(basis, most_slots), plans_(plans), features_(basis.n_features()),
        adjoint_(std::size_t(VECTORS) * atoms_.n_values) {}

  int capacity() const { return atoms_.capacity; }
  int filled() const { return filled_; }
  int atom(int w) const { return atoms_.atoms[w]; }
  // Of atom w, vector t of sets.
  const lanes& energy(int w, int t) const { return energies_[std::size_t(w) * vectors_ + t]; }
  int pairs_begin(int w) const { return pair_first_[w]; }
  int pairs_end(int w) const { return pair_first_[w + 1]; }
  const Pair& pair(int p) const { return list_[p]; }
  // (3, vectors)
  const lanes* gradient(int p) const { return &gradients_[std::size_t(p) * 3 * vectors_]; }

  // Atoms ids[0..n) of one species, n <= W.
  void evaluate(const System& s, const int* ids, int n, const SetCoefficients& c) {
    filled_ = n;
    vectors_ = c.vectors;
    list_.clear();
    pair_first_.assign(1, 0);
    energies_.at_least(std::size_t(W) * vectors_);
    gradients_.at_least(std::size_t(W) * atoms_.basis.n_species * capacity() * 3 * vectors_);
    form_values(s, ids, n);
    for (int w = 0; w < n; ++w) evaluate_atom(s, w, c);
  }

 private:
  Block atoms_;
  SetPairs pairs_;
  const std::vector<PullbackPlan>& plans_;
  Buffer slopes_, features_;  // of W atoms
  Buffer adjoint_;            // of one atom: (values, vectors)
  Buffer energies_;           // (atoms, vectors)
  Buffer gradients_;          // (pairs, 3, vectors)
  std::vector<Pair> list_;
  std::vector<int> pair_first_;
  int filled_ = 0, vectors_ = 0;

  const PullbackPlan& plan() const { return plans_[atoms_.basis.program_of[atoms_.species]]; }

  void form_values(const System& s, const int* ids, int n) {
    atoms_.pack_atoms(s, ids, n);
    atoms_.radial_and_harmonics();
    atoms_.moments();
    const std::size_t n_slopes = plan().n_slopes();
    slopes_.at_least(n_slopes + W);
    program_slopes(atoms_.program(), plan(), &atoms_.values[0], &slopes_[0]);
    for (std::size_t k = 0; k < n_slopes; k += W) transpose(&slopes_[k]);
    for (std::size_t k = 0; k < atoms_.program().feature.size(); ++k)
      features_[k] = atoms_.values[atoms_.program().feature[k]];
  }

  void evaluate_atom(const System& s, int w, const SetCoefficients& c) {
    pairs_.pack(s, atoms_.atoms[w]);
    list_pairs();
    const PulledAtom atom = {&slopes_[0], &features_[0], w};
    for_tiles<VECTORS>(vectors_, [&](auto tile, int first) {
      constexpr int T = tile();
      pull_back<T>(atoms_.program(), plan(), atom, int(atoms_.n_neighbors[w]), c.of_species(atoms_.species) + first,
                   vectors_, &adjoint_[0], &energies_[std::size_t(w) * vectors_ + first]);
      lanes* out = &gradients_[std::size_t(pair_first_[w]) * 3 * vectors_ + first];
      for (int t = 0; t < T; ++t) pairs_.gradients(&adjoint_[t], T, out + t, vectors_);
    });
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
