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

  void name_shifts(const ShiftTable& table, const Cell& cell) {
    shifts = table.shifts();
    for (const Shift& s : shifts) {
      std::array<double, 3>& t = translation.emplace_back();
      for (std::size_t b = 0; b < 3; ++b) t[b] = s[0] * cell.h[0][b] + s[1] * cell.h[1][b] + s[2] * cell.h[2][b];
    }
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
  lists.name_shifts(images.table, cell);
  return lists;
}

// A NumPy array of T that owns the vector's values, which are made of T.
template <class T, class Value>
nb::ndarray<nb::numpy, T> owned(std::vector<Value> values, std::initializer_list<std::size_t> shape) {
  auto* data = new std::vector<Value>(std::move(values));
  nb::capsule owner(data, [](void* p) noexcept { delete static_cast<std::vector<Value>*>(p); });
  return nb::ndarray<nb::numpy, T>(data->data(), shape, owner);
}

nb::tuple compute(const Array<double>& positions, const Array<double>& h, const Array<double>& inverse,
                  const Array<bool>& periodic, double cutoff, double closest, double farthest) {
  if (positions.size() / 3 > std::size_t(std::numeric_limits<int>::max())) throw nb::value_error("too many atoms");
  if (h.size() != 9 || inverse.size() != 9 || periodic.size() != 3 || positions.size() % 3 || !(cutoff > 0))
    throw nb::value_error("expected positions (N, 3), cell (3, 3), its inverse, periodicity (3,), cutoff > 0");
  for (const Array<double>* numbers : {&positions, &h, &inverse})
    for (std::size_t k = 0; k < numbers->size(); ++k)
      if (!(std::abs(numbers->data()[k]) <= farthest)) throw nb::value_error("positions and cell must be finite");
  Cell cell;
  for (int a = 0; a < 3; ++a) {
    cell.periodic[a] = periodic.data()[a];
    double norm = 0;  // of the gradient of fractional coordinate a
    for (int b = 0; b < 3; ++b) {
      cell.h[a][b] = h.data()[3 * a + b];
      cell.inverse[b][a] = inverse.data()[3 * b + a];
      norm += cell.inverse[b][a] * cell.inverse[b][a];
    }
    cell.reach[a] = cutoff * std::sqrt(norm);
  }
  Lists lists(0, 0);
  const std::size_t n = positions.size() / 3;
  {
    const nb::gil_scoped_release release;
    lists = neighbor_lists(positions.data(), int(n), cell, {cutoff, closest});
  }
  const std::size_t pairs = lists.neighbor.size(), shifts = lists.shifts.size();
  return nb::make_tuple(
      owned<std::int64_t>(std::move(lists.first), {n + 1}), owned<std::int32_t>(std::move(lists.neighbor), {pairs}),
      owned<std::int32_t>(std::move(lists.shift), {pairs}), owned<std::int32_t>(std::move(lists.shifts), {shifts, 3}),
      owned<double>(std::move(lists.translation), {shifts, 3}));
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
}
