// Configurations as the kernels read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "span.hpp"

namespace potlearn {

// One configuration, or several side by side, with the full neighbour list, sorted by centre.
// It is checked once, here, and refers to arrays that live elsewhere.
class System {
 public:
  Span<const double> positions;       // (N, 3)
  Span<const std::int32_t> species;   // (N)
  Span<const std::int64_t> first;     // (N + 1): where the pairs of each centre start
  Span<const std::int32_t> neighbor;  // (P)
  Span<const double> offsets;         // (P, 3)
  Span<const std::int32_t> owner;     // (N), ascending: the configuration of each atom; empty: there is one
  int n_systems = 1;

  int n_atoms = 0;
  int n_species = 0;       // highest species index + 1
  int most_neighbors = 0;  // of any atom
  std::vector<int> order;  // atoms, species by species

  // Throws std::invalid_argument.
  System(Span<const double> positions, Span<const std::int32_t> species, Span<const std::int64_t> first,
         Span<const std::int32_t> neighbor, Span<const double> offsets, Span<const std::int32_t> owner, int n_systems);

  int owner_of(int atom) const { return owner.empty() ? 0 : owner[atom]; }

 private:
  void check_sizes() const;
  void check_pairs();
  void check_owners() const;
  void sort_by_species();
};

// Indices of the pairs closer than the cutoff, ascending; `found` has room for all.  Returns their number.
std::size_t close_pairs(const System& system, double cutoff, Span<std::int64_t> found);

}  // namespace potlearn
