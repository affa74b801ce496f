// Pairs of a cell of few atoms: all images near the cell are laid out, and each atom looks at all of them.  Nothing is
// sorted or looked up; arrays stay from cell to cell.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "images.hpp"

namespace potlearn {

class FewAtoms {
 public:
  static constexpr int MOST = 16;             // atoms; for more, a grid is faster
  static constexpr double MOST_CELLS = 2;     // that the atoms span along an axis; beyond, they are wrapped first
  static constexpr double MOST_IMAGES = 4e4;  // of all atoms, by all shifts that are tried

  // Whether these limits hold.
  static bool serves(const Fractions& fractions, int n, const Cell& cell) {
    double images = n;
    for (int a = 0; a < 3; ++a) {
      const double width = fractions.high[a] - fractions.low[a];
      if (!cell.periodic[a]) continue;
      if (!(width <= MOST_CELLS)) return false;
      images *= 2 * (width + cell.reach[a]) + 1;
    }
    return n <= MOST && images <= MOST_IMAGES;
  }

  // Images of the atoms: first those by no shift.
  void lay_out(const double* positions, int n, const Fractions& fractions, const Cell& cell, double cutoff) {
    for (auto* values : {&x_, &y_, &z_}) values->clear();
    atom_.clear(), shift_.clear(), shifts_.clear();
    find_box(positions, n, cutoff);
    add(positions, n, Shift{}, cell);
    int most[3] = {};
    for (int a = 0; a < 3; ++a)
      if (cell.periodic[a]) most[a] = int(std::floor(fractions.high[a] - fractions.low[a] + cell.reach[a] + 1e-9));
    Shift s;
    for (s[0] = -most[0]; s[0] <= most[0]; ++s[0])
      for (s[1] = -most[1]; s[1] <= most[1]; ++s[1])
        for (s[2] = -most[2]; s[2] <= most[2]; ++s[2])
          if (s != Shift{}) add(positions, n, s, cell);
  }

  // f(neighbour, number of the shift) for all pairs of an atom closer than the cutoff.
  template <class F>
  void for_pairs(int atom, double cutoff, F&& f) {
    const std::size_t count = x_.size();
    const double x = x_[std::size_t(atom)], y = y_[std::size_t(atom)], z = z_[std::size_t(atom)];
    squares_.resize(count), near_.resize(count);
    for (std::size_t k = 0; k < count; ++k) {
      const double dx = x_[k] - x, dy = y_[k] - y, dz = z_[k] - z;
      squares_[k] = dx * dx + dy * dy + dz * dz;
    }
    squares_[std::size_t(atom)] = 2 * cutoff * cutoff;  // the atom itself
    std::size_t found = 0;
    for (std::size_t k = 0; k < count; ++k) {  // without branches on the distance, which nobody can predict
      near_[found] = std::int32_t(k);
      found += squares_[k] < cutoff * cutoff;
    }
    for (std::size_t k = 0; k < found; ++k) f(atom_[std::size_t(near_[k])], shift_[std::size_t(near_[k])]);
  }

  const std::vector<Shift>& shifts() const { return shifts_; }

 private:
  double low_[3], high_[3];  // a box around all atoms and their neighbours
  std::vector<double> x_, y_, z_, squares_;
  std::vector<std::int32_t> atom_, shift_, near_;
  std::vector<Shift> shifts_;

  void find_box(const double* positions, int n, double cutoff) {
    for (int a = 0; a < 3; ++a) {
      low_[a] = high_[a] = positions[a];
      for (int i = 1; i < n; ++i) {
        low_[a] = std::min(low_[a], positions[3 * i + a]);
        high_[a] = std::max(high_[a], positions[3 * i + a]);
      }
      low_[a] -= cutoff, high_[a] += cutoff;
    }
  }

  // Images by one shift, but for those that no atom sees.
  void add(const double* positions, int n, const Shift& s, const Cell& cell) {
    double t[3];
    for (int a = 0; a < 3; ++a) t[a] = s[0] * cell.h[0][a] + s[1] * cell.h[1][a] + s[2] * cell.h[2][a];
    const std::size_t before = atom_.size();
    for (int j = 0; j < n; ++j) {
      const double x = positions[3 * j] + t[0], y = positions[3 * j + 1] + t[1], z = positions[3 * j + 2] + t[2];
      if (x < low_[0] || x > high_[0] || y < low_[1] || y > high_[1] || z < low_[2] || z > high_[2]) continue;
      x_.push_back(x), y_.push_back(y), z_.push_back(z);
      atom_.push_back(j);
      shift_.push_back(std::int32_t(shifts_.size()));
    }
    if (atom_.size() > before) shifts_.push_back(s);
  }
};

}  // namespace potlearn
