// Configurations as the kernels read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "span.hpp"

namespace potlearn {

// One configuration, or several side by side, with the full neighbour list, sorted by centre.
// It is checked once, here, and refers to arrays that live elsewhere.  Every atom is a centre, or those that are named:
// the others are neighbours only.
class System {
 public:
  Span<const double> positions;       // (N, 3)
  Span<const std::int32_t> species;   // (N)
  Span<const std::int32_t> centers;   // (C): the atom of each centre; empty: centre c is atom c
  Span<const std::int64_t> first;     // (C + 1): where the pairs of each centre start
  Span<const std::int32_t> neighbor;  // (P)
  Span<const std::int32_t> image;     // (P): the translation of each pair; empty: there is none
  Span<const double> translations;    // (K, 3)
  Span<const std::int32_t> owner;     // (N), ascending: the configuration of each atom; empty: there is one
  int n_systems = 1;

  int n_atoms = 0;
  int n_centers = 0;
  int n_species = 0;       // highest species index + 1
  int most_neighbors = 0;  // of any centre
  std::vector<int> order;  // centres, species by species

  // Throws std::invalid_argument.
  System(Span<const double> positions, Span<const std::int32_t> species, Span<const std::int64_t> first,
         Span<const std::int32_t> neighbor, Span<const std::int32_t> image, Span<const double> translations,
         Span<const std::int32_t> owner, int n_systems);

  // One configuration with centres apart from its atoms; images of atoms are atoms of their own.
  System(Span<const double> positions, Span<const std::int32_t> species, Span<const std::int32_t> centers,
         Span<const std::int64_t> first, Span<const std::int32_t> neighbor);

  bool every_atom_is_centre() const { return centers.empty() && n_centers == n_atoms; }
  int atom_of(int center) const { return centers.empty() ? center : centers[center]; }
  int owner_of(int atom) const { return owner.empty() ? 0 : owner[atom]; }
  const double* translation_of(std::int64_t pair) const { return &translations[3 * std::size_t(image[pair])]; }

 private:
  void check_sizes() const;
  void check_centers() const;
  void check_pairs();
  void check_images() const;
  void check_owners() const;
  void sort_by_species();
};

// Indices of the pairs that are closer than the cutoff, ascending, of a system that has images and whose atoms are all
// centres; `found` has room for all.  Returns their number.
std::size_t close_pairs(const System& system, double cutoff, Span<std::int64_t> found);

}  // namespace potlearn
