#include "system.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>

#include "errors.hpp"

namespace potlearn {

System::System(Span<const double> positions_, Span<const std::int32_t> species_, Span<const std::int64_t> first_,
               Span<const std::int32_t> neighbor_, Span<const std::int32_t> image_, Span<const double> translations_,
               Span<const std::int32_t> owner_, int n_systems_)
    : positions(positions_), species(species_), first(first_), neighbor(neighbor_), image(image_),
      translations(translations_), owner(owner_), n_systems(n_systems_) {
  check_sizes();
  expect(first.size == species.size + 1, "first must be (N + 1,)");
  n_atoms = n_centers = int(species.size);
  check_pairs();
  check_images();
  check_owners();
  sort_by_species();
}

System::System(Span<const double> positions_, Span<const std::int32_t> species_, Span<const std::int32_t> centers_,
               Span<const std::int64_t> first_, Span<const std::int32_t> neighbor_)
    : positions(positions_), species(species_), centers(centers_), first(first_), neighbor(neighbor_) {
  check_sizes();
  expect(centers.size < std::size_t(std::numeric_limits<int>::max()), "too many centres");
  expect(first.size == centers.size + 1, "first must be (C + 1,)");
  n_atoms = int(species.size);
  n_centers = int(centers.size);
  check_centers();
  check_pairs();
  sort_by_species();
}

void System::check_sizes() const {
  expect(species.size < std::size_t(std::numeric_limits<int>::max()), "too many atoms");
  expect(positions.size == 3 * species.size, "positions must be (N, 3)");
}

void System::check_centers() const {
  bool within = true;
  for (std::int32_t i : centers) within &= i >= 0 && i < n_atoms;
  expect(within, "centre out of range");
}

void System::check_pairs() {
  expect(first[0] == 0 && std::size_t(first[n_centers]) == neighbor.size, "first must run from 0 to P");
  std::int64_t fewest = 0, most = 0;
  for (int i = 0; i < n_centers; ++i) {
    fewest = std::min(fewest, first[i + 1] - first[i]);
    most = std::max(most, first[i + 1] - first[i]);
  }
  expect(fewest == 0, "first must not decrease");
  most_neighbors = int(most);
  // The sign bit of j, or of the last atom minus j, is set where j is no atom: lanes have no faster comparison.
  std::uint32_t outside = 0;
  const std::uint32_t last = std::uint32_t(n_atoms) - 1;
  for (std::int32_t j : neighbor) outside |= std::uint32_t(j) | (last - std::uint32_t(j));
  expect(outside >> 31 == 0, "neighbour index out of range");
}

void System::check_images() const {
  expect(image.size == neighbor.size, "image must be (P,)");
  expect(translations.size % 3 == 0, "translations must be (K, 3)");
  std::int32_t lowest = 0, highest = -1;
  for (std::int32_t k : image) {
    lowest = std::min(lowest, k);
    highest = std::max(highest, k);
  }
  expect(lowest == 0 && 3 * (std::int64_t(highest) + 1) <= std::int64_t(translations.size), "image out of range");
}

void System::check_owners() const {
  if (owner.empty() && n_atoms > 0) {
    expect(n_systems == 1, "several configurations need the owner of each atom");
    return;
  }
  expect(n_systems >= 0 && owner.size == species.size, "owner must be (N,)");
  int last = 0;
  bool ascending = true, apart = true;
  for (int i = 0; i < n_atoms; ++i) {
    ascending &= last <= owner[i];
    last = owner[i];
    for (std::int64_t p = first[i]; p < first[i + 1]; ++p) apart &= owner[neighbor[p]] == owner[i];
  }
  expect(ascending && last < std::max(1, n_systems), "owner must ascend from 0 to below the number of configurations");
  expect(apart, "a pair joins atoms of two configurations");
}

void System::sort_by_species() {
  for (std::int32_t z : species) {
    expect(z >= 0 && z < std::numeric_limits<std::int32_t>::max(), "species index out of range");
    n_species = std::max(n_species, z + 1);
  }
  order.resize(n_centers);
  std::iota(order.begin(), order.end(), 0);
  const auto before = [this](int c, int d) { return species[atom_of(c)] < species[atom_of(d)]; };
  if (!std::is_sorted(order.begin(), order.end(), before)) std::stable_sort(order.begin(), order.end(), before);
}

std::size_t close_pairs(const System& system, double cutoff, Span<std::int64_t> found) {
  expect(found.size >= system.neighbor.size, "found must have room for every pair");
  expect(system.every_atom_is_centre(), "every atom must be a centre");
  const double* x = system.positions.data;
  std::size_t count = 0;
  for (int i = 0; i < system.n_atoms; ++i)
    for (std::int64_t p = system.first[i]; p < system.first[i + 1]; ++p) {
      const double *y = x + 3 * system.neighbor[p], *t = system.translation_of(p);
      const double dx = y[0] + t[0] - x[3 * i], dy = y[1] + t[1] - x[3 * i + 1], dz = y[2] + t[2] - x[3 * i + 2];
      if (dx * dx + dy * dy + dz * dz < cutoff * cutoff) found[count++] = p;
    }
  return count;
}

}  // namespace potlearn
