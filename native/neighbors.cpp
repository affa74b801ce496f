// Full neighbour lists: periodic images within reach of the cell are laid out on a grid, whose rows each atom
// then scans.  Linear in the number of atoms, wherever they are written; a cell may be thinner than the cutoff.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "few_atoms.hpp"
#include "grid.hpp"
#include "images.hpp"
#include "shifts.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace potlearn {
namespace {

template <class T>
using Array = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;

struct Lists {
  std::vector<std::int64_t> first = {0};
  std::vector<std::int32_t> neighbor, shift;       // of each pair, the shift as its number
  std::vector<Shift> shifts;                       // by number
  std::vector<std::array<double, 3>> translation;  // of each shift: times the cell

  // Room for about so many pairs saves copies; it takes memory as it is filled.
  Lists(double pairs, int n) {
    const std::size_t room = std::size_t(std::min(1.02 * pairs, std::max(1e7, 200.0 * n)));
    neighbor.reserve(room);
    shift.reserve(room);
  }

  void name_shifts(const std::vector<Shift>& named, const Cell& cell) {
    shifts.insert(shifts.end(), named.begin(), named.end());
    for (const Shift& s : named) {
      std::array<double, 3>& t = translation.emplace_back();
      for (std::size_t b = 0; b < 3; ++b) t[b] = s[0] * cell.h[0][b] + s[1] * cell.h[1][b] + s[2] * cell.h[2][b];
    }
  }

  // Those of further atoms, of which the first has this number.
  void append(const Lists& more, int atom) {
    const std::int64_t pair = std::int64_t(neighbor.size());
    const std::int32_t known = std::int32_t(shifts.size());
    for (std::size_t i = 1; i < more.first.size(); ++i) first.push_back(pair + more.first[i]);
    for (const std::int32_t j : more.neighbor) neighbor.push_back(atom + j);
    for (const std::int32_t s : more.shift) shift.push_back(known + s);
    shifts.insert(shifts.end(), more.shifts.begin(), more.shifts.end());
    translation.insert(translation.end(), more.translation.begin(), more.translation.end());
  }
};

struct Search {
  double cutoff, closest;
};

[[noreturn]] void too_close(int i, int j, double distance, double closest) {
  throw std::invalid_argument("atoms " + std::to_string(std::min(i, j)) + " and " + std::to_string(std::max(i, j)) +
                              (i == j ? " (its periodic image)" : "") + " are " + number(distance) +
                              " Å apart; expected at least " + number(closest) +
                              " Å; do two atoms share a place, or did a simulation explode?");
}

template <class AnyGrid>
void find_pairs(const Wrapped& atoms, int n, const Images& images, const AnyGrid& grid, Search search, Lists& lists) {
  const double square = search.cutoff * search.cutoff, near = search.closest * search.closest;
  std::vector<double> squares;
  for (int i = 0; i < n; ++i) {
    const double *p = atoms.position(i), x = p[0], y = p[1], z = p[2];
    grid.rows_near(p, [&](std::size_t begin, std::size_t end) {
      squares.resize(std::max(squares.size(), end - begin));
      for (std::size_t k = begin; k < end; ++k) {
        const double dx = grid.x[k] - x, dy = grid.y[k] - y, dz = grid.z[k] - z;
        squares[k - begin] = dx * dx + dy * dy + dz * dz;
      }
      for (std::size_t k = begin; k < end; ++k) {
        if (!(squares[k - begin] < square)) continue;
        const std::size_t image = grid.image[k];
        const std::int32_t j = images.atom[image], s = images.shift[image];
        if (j == i && s == ShiftTable::NONE) continue;
        if (squares[k - begin] < near) too_close(i, j, std::sqrt(squares[k - begin]), search.closest);
        lists.neighbor.push_back(j);
        lists.shift.push_back(s);
      }
    });
    lists.first.push_back(std::int64_t(lists.neighbor.size()));
    if (double(lists.neighbor.size()) > PairLimit::most(i + 1))
      PairLimit::exceeded("more than", double(lists.neighbor.size()), i + 1, search.cutoff);
  }
}

Lists neighbor_lists(const double* positions, int n, const Cell& cell, Search search) {
  if (n == 0) return Lists(0, 0);
  const Wrapped atoms(positions, n, cell);
  Lists lists(PairLimit::check(atoms.fractions, n, cell, search.cutoff), n);
  Images images = images_in_reach(atoms, n, cell);
  const Grid grid(images, search.cutoff);
  if (grid.crowded())
    find_pairs(atoms, n, images, SparseGrid(images, search.cutoff), search, lists);
  else
    find_pairs(atoms, n, images, grid, search, lists);
  atoms.unwrap(lists.first, lists.neighbor, lists.shift, images.table);
  lists.name_shifts(images.table.shifts(), cell);
  return lists;
}

// Appends the pairs of a further configuration, whose first atom has this number.
void append_pairs(const double* positions, int n, const Cell& cell, double cutoff, int atom, FewAtoms& few,
                  Lists& lists) {
  const Fractions fractions(positions, n, cell);
  if (n == 0 || !FewAtoms::serves(fractions, n, cell)) {
    lists.append(neighbor_lists(positions, n, cell, {cutoff, 0.0}), atom);
    return;
  }
  PairLimit::check(fractions, n, cell, cutoff);
  few.lay_out(positions, n, fractions, cell, cutoff);
  const std::int32_t known = std::int32_t(lists.shifts.size());
  for (int i = 0; i < n; ++i) {
    few.for_pairs(i, cutoff, [&](std::int32_t j, std::int32_t s) {
      lists.neighbor.push_back(atom + j);
      lists.shift.push_back(known + s);
    });
    lists.first.push_back(std::int64_t(lists.neighbor.size()));
  }
  lists.name_shifts(few.shifts(), cell);
}

// A NumPy array of T that owns the vector's values, which are made of T.
template <class T, class Value>
nb::ndarray<nb::numpy, T> owned(std::vector<Value> values, std::initializer_list<std::size_t> shape) {
  auto* data = new std::vector<Value>(std::move(values));
  nb::capsule owner(data, [](void* p) noexcept { delete static_cast<std::vector<Value>*>(p); });
  return nb::ndarray<nb::numpy, T>(data->data(), shape, owner);
}

nb::tuple arrays(Lists lists) {
  const std::size_t n = lists.first.size() - 1, pairs = lists.neighbor.size(), shifts = lists.shifts.size();
  return nb::make_tuple(
      owned<std::int64_t>(std::move(lists.first), {n + 1}), owned<std::int32_t>(std::move(lists.neighbor), {pairs}),
      owned<std::int32_t>(std::move(lists.shift), {pairs}), owned<std::int32_t>(std::move(lists.shifts), {shifts, 3}),
      owned<double>(std::move(lists.translation), {shifts, 3}));
}

void check_numbers(std::initializer_list<const Array<double>*> arrays, double farthest) {
  for (const Array<double>* numbers : arrays)
    for (std::size_t k = 0; k < numbers->size(); ++k)
      if (!(std::abs(numbers->data()[k]) <= farthest)) throw nb::value_error("positions and cell must be finite");
}

// Of rows h and their inverse.
Cell cell_of(const double* h, const double* inverse, const std::array<bool, 3>& periodic, double cutoff) {
  Cell cell;
  for (int a = 0; a < 3; ++a) {
    cell.periodic[a] = periodic[a];
    double norm = 0;  // of the gradient of fractional coordinate a
    for (int b = 0; b < 3; ++b) {
      cell.h[a][b] = h[3 * a + b];
      cell.inverse[b][a] = inverse[3 * b + a];
      norm += cell.inverse[b][a] * cell.inverse[b][a];
    }
    cell.reach[a] = cutoff * std::sqrt(norm);
  }
  return cell;
}

nb::tuple compute(const Array<double>& positions, const Array<double>& h, const Array<double>& inverse,
                  const Array<bool>& periodic, double cutoff, double closest, double farthest) {
  if (positions.size() / 3 > std::size_t(std::numeric_limits<int>::max())) throw nb::value_error("too many atoms");
  if (h.size() != 9 || inverse.size() != 9 || periodic.size() != 3 || positions.size() % 3 || !(cutoff > 0))
    throw nb::value_error("expected positions (N, 3), cell (3, 3), its inverse, periodicity (3,), cutoff > 0");
  check_numbers({&positions, &h, &inverse}, farthest);
  const bool* along = periodic.data();
  const Cell cell = cell_of(h.data(), inverse.data(), {along[0], along[1], along[2]}, cutoff);
  Lists lists(0, 0);
  const std::size_t n = positions.size() / 3;
  {
    const nb::gil_scoped_release release;
    lists = neighbor_lists(positions.data(), int(n), cell, {cutoff, closest});
  }
  return arrays(std::move(lists));
}

// Lists of several configurations of sizes[b] atoms as one; no pair joins two of them.
nb::tuple compute_side_by_side(const Array<double>& positions, const Array<std::int64_t>& sizes, const Array<double>& h,
                               const Array<double>& inverse, const Array<bool>& periodic, double cutoff) {
  const std::size_t several = sizes.size();
  constexpr std::int64_t most = std::numeric_limits<int>::max();
  std::int64_t n = 0;
  for (std::size_t b = 0; b < several; ++b) {
    const std::int64_t size = sizes.data()[b];
    if (size < 0 || size > most - n) throw nb::value_error("expected sizes from 0 on, in all fewer than 2^31 atoms");
    n += size;
  }
  if (positions.size() != 3 * std::size_t(n) || h.size() != 9 * several || inverse.size() != 9 * several ||
      periodic.size() != several || !(cutoff > 0))
    throw nb::value_error("expected positions (N, 3), cells (B, 3, 3), inverses, periodicity (B,), cutoff > 0");
  check_numbers({&positions, &h, &inverse}, std::numeric_limits<double>::max());
  Lists all(0, 0);
  {
    const nb::gil_scoped_release release;
    FewAtoms few;
    int atom = 0;
    for (std::size_t b = 0; b < several; ++b) {
      const bool p = periodic.data()[b];
      const Cell cell = cell_of(h.data() + 9 * b, inverse.data() + 9 * b, {p, p, p}, cutoff);
      const int size = int(sizes.data()[b]);
      append_pairs(positions.data() + 3 * std::size_t(atom), size, cell, cutoff, atom, few, all);
      atom += size;
    }
  }
  return arrays(std::move(all));
}

}  // namespace
}  // namespace potlearn

NB_MODULE(_neighbors, m) {
  nb::set_leak_warnings(false);
  m.def("compute", &potlearn::compute, "positions"_a, "cell"_a, "inverse"_a, "periodic"_a, "cutoff"_a,
        "closest"_a = 0.0, "farthest"_a = std::numeric_limits<double>::max(),
        "Firsts (N + 1,), neighbours (P,) and numbers of shifts (P,) of all pairs closer than the cutoff, the shifts "
        "(K, 3) and their vectors (K, 3).\n\n"
        "ValueError: a pair closer than `closest`, or too many pairs.");
  m.def("compute_side_by_side", &potlearn::compute_side_by_side, "positions"_a, "sizes"_a, "cells"_a, "inverses"_a,
        "periodic"_a, "cutoff"_a,
        "The same of configurations of `sizes` atoms each, periodic along all directions or none, as one list.\n\n"
        "ValueError: too many pairs.");
}
