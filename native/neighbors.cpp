// Full neighbour lists: periodic images within reach of the cell are laid out on a grid, whose rows each atom
// then scans.  Linear in the number of atoms; a cell may be thinner than the cutoff.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace nb = nanobind;
using namespace nb::literals;

namespace {

template <class T>
using Array = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;

struct Cell {
  double h[3][3], inverse[3][3];  // rows: cell vectors; x = f h, f = x inverse
  bool periodic[3];
  double reach[3];  // of the cutoff along each fractional coordinate
};

// Atoms and their images, as points with the atom and the shift that made them.
struct Images {
  std::vector<double> x, y, z;
  std::vector<std::int32_t> atom, shift;

  void add(const double* p, int j, const int* s, const Cell& cell) {
    double moved[3];
    for (int a = 0; a < 3; ++a) moved[a] = p[a] + s[0] * cell.h[0][a] + s[1] * cell.h[1][a] + s[2] * cell.h[2][a];
    x.push_back(moved[0]);
    y.push_back(moved[1]);
    z.push_back(moved[2]);
    atom.push_back(j);
    shift.insert(shift.end(), s, s + 3);
  }
  std::size_t size() const { return atom.size(); }
};

// All images that an atom of the configuration may see: their fractional coordinates lie in the range of
// the atoms' own, widened by the cutoff's reach.
Images images_in_reach(const double* positions, int n, const Cell& cell) {
  constexpr double margin = 1e-9;
  std::vector<double> f(3 * std::size_t(n));
  double low[3] = {}, high[3] = {};
  for (int i = 0; i < n; ++i)
    for (int a = 0; a < 3; ++a) {
      double v = 0;
      for (int b = 0; b < 3; ++b) v += positions[3 * i + b] * cell.inverse[b][a];
      f[3 * i + a] = v;
      low[a] = i ? std::min(low[a], v) : v;
      high[a] = i ? std::max(high[a], v) : v;
    }
  double count = n;
  for (int a = 0; a < 3; ++a)
    if (cell.periodic[a]) count *= high[a] - low[a] + 2 * cell.reach[a] + 1;
  if (!(count < 1e9)) throw nb::value_error("the cutoff reaches more than 1e9 periodic images");
  Images images;
  for (int j = 0; j < n; ++j) {
    int first[3] = {}, last[3] = {};
    for (int a = 0; a < 3; ++a)
      if (cell.periodic[a]) {
        first[a] = int(std::ceil(low[a] - cell.reach[a] - f[3 * j + a] - margin));
        last[a] = int(std::floor(high[a] + cell.reach[a] - f[3 * j + a] + margin));
      }
    int s[3];
    for (s[0] = first[0]; s[0] <= last[0]; ++s[0])
      for (s[1] = first[1]; s[1] <= last[1]; ++s[1])
        for (s[2] = first[2]; s[2] <= last[2]; ++s[2]) images.add(positions + 3 * j, j, s, cell);
  }
  return images;
}

// Boxes at least half as long as the cutoff, at most some four per image; images sorted by box, along x fastest.
class Grid {
  static constexpr int REACH = 2;  // boxes that a cutoff spans at most

 public:
  Grid(const Images& images, double cutoff) : images_(images) {
    const std::vector<double>* coordinates[3] = {&images.x, &images.y, &images.z};
    double most = 4.0 * double(images.size()) + 1;
    for (int a = 2; a >= 0; --a) {
      const auto [low, high] = std::minmax_element(coordinates[a]->begin(), coordinates[a]->end());
      low_[a] = *low;
      const double share = a == 0 ? most : std::cbrt(most);
      count_[a] = std::max(1, int(std::min({REACH * (*high - *low) / cutoff, share, 1e6})));
      inverse_[a] = count_[a] / std::max(*high - *low, cutoff / REACH) * (1 - 1e-12);
    }
    sort();
  }

  // f(begin, end): ranges of sorted images that hold all within the cutoff of a point.
  template <class F>
  void rows_near(const double* point, F&& f) const {
    const int c[3] = {box(0, point[0]), box(1, point[1]), box(2, point[2])};
    const int x0 = std::max(c[0] - REACH, 0), x1 = std::min(c[0] + REACH, count_[0] - 1);
    for (int k = std::max(c[2] - REACH, 0); k <= std::min(c[2] + REACH, count_[2] - 1); ++k)
      for (int j = std::max(c[1] - REACH, 0); j <= std::min(c[1] + REACH, count_[1] - 1); ++j) {
        const std::size_t row = (std::size_t(k) * count_[1] + j) * count_[0];
        f(start_[row + x0], start_[row + x1 + 1]);
      }
  }

  std::vector<double> x, y, z;
  std::vector<std::size_t> image;  // of each sorted place

 private:
  const Images& images_;
  double low_[3], inverse_[3];
  int count_[3];
  std::vector<std::size_t> start_;

  int box(int axis, double v) const { return std::clamp(int((v - low_[axis]) * inverse_[axis]), 0, count_[axis] - 1); }

  void sort() {
    const std::size_t n = images_.size();
    std::vector<std::size_t> key(n);
    start_.assign(std::size_t(count_[0]) * count_[1] * count_[2] + 1, 0);
    for (std::size_t k = 0; k < n; ++k) {
      key[k] =
          (std::size_t(box(2, images_.z[k])) * count_[1] + box(1, images_.y[k])) * count_[0] + box(0, images_.x[k]);
      ++start_[key[k] + 1];
    }
    for (std::size_t b = 1; b < start_.size(); ++b) start_[b] += start_[b - 1];
    std::vector<std::size_t> next(start_.begin(), start_.end() - 1);
    x.resize(n);
    y.resize(n);
    z.resize(n);
    image.resize(n);
    for (std::size_t k = 0; k < n; ++k) {
      const std::size_t place = next[key[k]]++;
      x[place] = images_.x[k];
      y[place] = images_.y[k];
      z[place] = images_.z[k];
      image[place] = k;
    }
  }
};

struct Lists {
  std::vector<std::int64_t> first = {0};
  std::vector<std::int32_t> neighbor, shift;
  std::vector<double> offset;  // of each pair: its shift times the cell
};

Lists neighbor_lists(const double* positions, int n, const Cell& cell, double cutoff) {
  Lists lists;
  if (n == 0) return lists;
  const Images images = images_in_reach(positions, n, cell);
  const Grid grid(images, cutoff);
  std::vector<double> squares;
  for (int i = 0; i < n; ++i) {
    const double x = positions[3 * i], y = positions[3 * i + 1], z = positions[3 * i + 2];
    grid.rows_near(positions + 3 * i, [&](std::size_t begin, std::size_t end) {
      squares.resize(std::max(squares.size(), end - begin));
      for (std::size_t k = begin; k < end; ++k) {
        const double dx = grid.x[k] - x, dy = grid.y[k] - y, dz = grid.z[k] - z;
        squares[k - begin] = dx * dx + dy * dy + dz * dz;
      }
      for (std::size_t k = begin; k < end; ++k) {
        if (!(squares[k - begin] < cutoff * cutoff)) continue;
        const std::size_t image = grid.image[k];
        const std::int32_t j = images.atom[image], *s = &images.shift[3 * image];
        if (j == i && s[0] == 0 && s[1] == 0 && s[2] == 0) continue;
        lists.neighbor.push_back(j);
        lists.shift.insert(lists.shift.end(), s, s + 3);
      }
    });
    lists.first.push_back(std::int64_t(lists.neighbor.size()));
  }
  lists.offset.resize(lists.shift.size());
  for (std::size_t p = 0; p < lists.shift.size(); p += 3)
    for (int b = 0; b < 3; ++b)
      lists.offset[p + b] =
          lists.shift[p] * cell.h[0][b] + lists.shift[p + 1] * cell.h[1][b] + lists.shift[p + 2] * cell.h[2][b];
  return lists;
}

// A NumPy array that owns the vector's numbers.
template <class T>
nb::ndarray<nb::numpy, T> owned(std::vector<T> values, std::initializer_list<std::size_t> shape) {
  auto* data = new std::vector<T>(std::move(values));
  nb::capsule owner(data, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nb::ndarray<nb::numpy, T>(data->data(), shape, owner);
}

nb::tuple compute(const Array<double>& positions, const Array<double>& h, const Array<double>& inverse,
                  const Array<bool>& periodic, double cutoff) {
  if (h.size() != 9 || inverse.size() != 9 || periodic.size() != 3 || positions.size() % 3 || !(cutoff > 0))
    throw nb::value_error("expected positions (N, 3), cell (3, 3), its inverse, periodicity (3,), cutoff > 0");
  for (const Array<double>* numbers : {&positions, &h, &inverse})
    for (std::size_t k = 0; k < numbers->size(); ++k)
      if (!std::isfinite(numbers->data()[k])) throw nb::value_error("positions and cell must be finite");
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
  Lists lists;
  const std::size_t n = positions.size() / 3;
  {
    const nb::gil_scoped_release release;
    lists = neighbor_lists(positions.data(), int(n), cell, cutoff);
  }
  const std::size_t pairs = lists.neighbor.size();
  return nb::make_tuple(owned(std::move(lists.first), {n + 1}), owned(std::move(lists.neighbor), {pairs}),
                        owned(std::move(lists.shift), {pairs, 3}), owned(std::move(lists.offset), {pairs, 3}));
}

}  // namespace

NB_MODULE(_neighbors, m) {
  nb::set_leak_warnings(false);
  m.def(
      "compute", &compute, "positions"_a, "cell"_a, "inverse"_a, "periodic"_a, "cutoff"_a,
      "Firsts (N + 1,), neighbours (P,), shifts (P, 3) and their vectors (P, 3) of all pairs closer than the cutoff.");
}
