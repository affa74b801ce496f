#include <cstdint>
#include <set>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "grid.hpp"
#include "images.hpp"
#include "shifts.hpp"

namespace potlearn {
namespace {

// A cube of edge 4, periodic along the first two vectors; the cutoff is 3.
Cell slab() {
  return {{{4, 0, 0}, {0, 4, 0}, {0, 0, 1}}, {{.25, 0, 0}, {0, .25, 0}, {0, 0, 1}}, {true, true, false}, {.75, .75, 3}};
}

TEST(atoms_within_one_cell_are_left_alone) {
  const std::vector<double> positions = {41, 1, 0, 43, 3, 500};
  const Wrapped atoms(positions.data(), 2, slab());
  CHECK(atoms.position(0) == positions.data());
}

TEST(atoms_of_other_cells_are_wrapped_along_periodic_axes) {
  const std::vector<double> positions = {1, 1, 0, 43, -5, 500};
  const Wrapped atoms(positions.data(), 2, slab());
  const double* p = atoms.position(1);
  CHECK(p[0] == 3 && p[1] == 3 && p[2] == 500);
  ShiftTable table;
  std::vector<std::int32_t> shift = {ShiftTable::NONE, table.number({1, -1, 0}), ShiftTable::NONE};
  atoms.unwrap({0, 1, 3}, {1, 0, 1}, shift, table);
  CHECK((table[shift[0]] == Shift{-10, 2, 0} && table[shift[1]] == Shift{11, -3, 0}));
  CHECK(shift[2] == ShiftTable::NONE);
}

TEST(equal_shifts_have_one_number) {
  ShiftTable table;
  const std::int32_t first = table.number({1, 0, -1}), second = table.number({-1, 0, 1});
  CHECK(first != second && first != ShiftTable::NONE && second != ShiftTable::NONE);
  CHECK(table.number({1, 0, -1}) == first && table.number({0, 0, 0}) == ShiftTable::NONE);
  CHECK(table.shifts().size() == 3);
}

TEST(an_atom_too_many_cells_away_is_refused) {
  const std::vector<double> positions = {1, 1, 0, 1e12, 0, 0};
  CHECK_THROWS(Wrapped(positions.data(), 2, slab()), std::invalid_argument, "cells away");
}

TEST(too_many_pairs_are_refused_before_there_is_an_image) {
  const std::vector<double> positions(3 * 1000, 0.0);
  const Cell cell = slab();
  const Fractions fractions(positions.data(), 1000, cell);
  CHECK(PairLimit::check(fractions, 1000, cell, 3) < 5e7);
  CHECK_THROWS(PairLimit::check(fractions, 1000, cell, 300), std::invalid_argument, "expected at most 5e+07 pairs");
}

// Two clusters of a hundred images, each within a cube of edge 1, so many Å apart.
Images clusters(double apart) {
  Images images;
  const Cell cell = slab();
  for (int k = 0; k < 200; ++k) {
    const double p[3] = {k % 5 / 5.0 + (k % 2) * apart, k % 7 / 7.0, k % 11 / 11.0};
    images.add(p, k, {0, 0, 0}, cell);
  }
  return images;
}

template <class AnyGrid>
std::set<std::size_t> near(const AnyGrid& grid, const double* point, double cutoff) {
  std::set<std::size_t> found;
  grid.rows_near(point, [&](std::size_t begin, std::size_t end) {
    for (std::size_t k = begin; k < end; ++k) {
      const double x = grid.x[k] - point[0], y = grid.y[k] - point[1], z = grid.z[k] - point[2];
      if (x * x + y * y + z * z < cutoff * cutoff) found.insert(grid.image[k]);
    }
  });
  return found;
}

TEST(both_grids_find_what_is_near) {
  for (double apart : {1.0, 30.0, 1e8}) {
    const Images images = clusters(apart);
    const Grid grid(images, 2);
    const SparseGrid sparse(images, 2);
    CHECK(grid.crowded() == (apart == 1e8));
    for (std::size_t k = 0; k < images.size(); ++k) {
      const double p[3] = {images.x[k], images.y[k], images.z[k]};
      std::set<std::size_t> expected;
      for (std::size_t j = 0; j < images.size(); ++j) {
        const double x = images.x[j] - p[0], y = images.y[j] - p[1], z = images.z[j] - p[2];
        if (x * x + y * y + z * z < 4) expected.insert(j);
      }
      CHECK(near(sparse, p, 2) == expected);
      if (!grid.crowded()) CHECK(near(grid, p, 2) == expected);
    }
  }
}

}  // namespace
}  // namespace potlearn
