#include "density.hpp"

#include <algorithm>
#include <vector>

#include "errors.hpp"

namespace potlearn {
namespace {

// Of a pair of species: one over the square of the reach, and the square of the contact.
struct Range {
  double inverse, contact;
};

std::vector<Range> ranges(const System& system, Span<const double> reach, Span<const double> contact) {
  std::size_t n = 0;
  while (n * n < reach.size) ++n;
  expect(n * n == reach.size && contact.size == reach.size, "reach and contact must be (S, S)");
  expect(std::size_t(system.n_species) <= n, "species index beyond the tables");
  std::vector<Range> table(reach.size);
  for (std::size_t k = 0; k < reach.size; ++k) {
    expect(reach[k] > 0 && contact[k] >= 0, "reach must be positive, contact not negative");
    table[k] = {1 / (reach[k] * reach[k]), contact[k] * contact[k]};
  }
  return table;
}

}  // namespace

std::size_t densities(const System& system, Span<const double> reach, Span<const double> contact, Span<double> density,
                      Span<std::int64_t> found) {
  expect(system.every_atom_is_centre(), "every atom must be a centre");
  expect(density.size == system.species.size, "density must be (N,)");
  expect(found.size >= system.neighbor.size, "found must have room for every pair");
  const std::vector<Range> table = ranges(system, reach, contact);
  std::size_t n_species = 0;
  while (n_species * n_species < table.size()) ++n_species;
  const double* x = system.positions.data;
  std::size_t count = 0;
  for (int i = 0; i < system.n_atoms; ++i) {
    const Range* row = table.data() + n_species * system.species[i];
    double sum = 0;
    for (std::int64_t p = system.first[i]; p < system.first[i + 1]; ++p) {
      const int j = system.neighbor[p];
      const double *y = x + 3 * j, *shift = system.translation_of(p);
      const double dx = y[0] + shift[0] - x[3 * i], dy = y[1] + shift[1] - x[3 * i + 1],
                   dz = y[2] + shift[2] - x[3 * i + 2];
      const double square = dx * dx + dy * dy + dz * dz;
      const Range& range = row[system.species[j]];
      const double t = std::max(1 - square * range.inverse, 0.0);
      sum += (t * t) * (t * t);
      if (square < range.contact) found[count++] = p;
    }
    density[i] = sum;
  }
  return count;
}

}  // namespace potlearn
