// A configuration in its cell: atoms wrapped along periodic axes, and all images that an atom may see.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "shifts.hpp"

namespace potlearn {

struct Cell {
  double h[3][3], inverse[3][3];  // rows: cell vectors; x = f h, f = x inverse
  bool periodic[3];
  double reach[3];  // of the cutoff along each fractional coordinate
};

inline std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

// Fractional coordinates of points, and their range.
struct Fractions {
  std::vector<double> f;
  double low[3] = {}, high[3] = {};

  Fractions(const double* positions, int n, const Cell& cell) : f(3 * std::size_t(n)) {
    for (int i = 0; i < n; ++i)
      for (int a = 0; a < 3; ++a) {
        double v = 0;
        for (int b = 0; b < 3; ++b) v += positions[3 * std::size_t(i) + b] * cell.inverse[b][a];
        f[3 * std::size_t(i) + a] = v;
        low[a] = i ? std::min(low[a], v) : v;
        high[a] = i ? std::max(high[a], v) : v;
      }
  }
};

// The atoms as the search sees them.  Along a periodic axis on which they span more than one cell they are moved
// into the first; where they are written costs nothing then.  Others stay, and keep every bit.
class Wrapped {
 public:
  Wrapped(const double* positions, int n, const Cell& cell) : x_(positions), fractions(positions, n, cell) {
    bool wide[3], any = false;
    for (int a = 0; a < 3; ++a) {
      wide[a] = cell.periodic[a] && !(fractions.high[a] - fractions.low[a] <= 1 + 1e-9);
      any |= wide[a];
    }
    if (!any) return;
    wrap(n, cell, wide);
    fractions = Fractions(x_, n, cell);
  }
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;

  const double* position(int i) const { return x_ + 3 * std::size_t(i); }
  // Shifts between atoms as they are written, from those between wrapped ones.
  void unwrap(const std::vector<std::int64_t>& first, const std::vector<std::int32_t>& neighbor,
              std::vector<std::int32_t>& shift, ShiftTable& table) const {
    if (away_.empty()) return;
    for (std::size_t i = 0; i + 1 < first.size(); ++i)
      for (std::size_t p = std::size_t(first[i]); p < std::size_t(first[i + 1]); ++p) {
        const Shift &own = away_[i], &other = away_[std::size_t(neighbor[p])];
        if (own == other) continue;
        Shift s = table[shift[p]];
        for (std::size_t a = 0; a < 3; ++a) s[a] += own[a] - other[a];
        shift[p] = table.number(s);
      }
  }

 private:
  const double* x_;
  std::vector<double> moved_;
  std::vector<Shift> away_;  // cells that each atom was moved back

 public:
  Fractions fractions;

 private:
  void wrap(int n, const Cell& cell, const bool* wide) {
    moved_.assign(x_, x_ + 3 * std::size_t(n));
    away_.assign(std::size_t(n), Shift{});
    for (std::size_t i = 0; i < away_.size(); ++i)
      for (std::size_t a = 0; a < 3; ++a) {
        if (!wide[a]) continue;
        const double cells = std::floor(fractions.f[3 * i + a]);
        if (!(std::abs(cells) < 1 << 29)) throw std::invalid_argument("an atom is more than 5e8 cells away");
        away_[i][a] = std::int32_t(cells);
        for (std::size_t b = 0; b < 3; ++b) moved_[3 * i + b] -= cells * cell.h[a][b];
      }
    x_ = moved_.data();
  }
};

// How many pairs are too many, and images as a part of that.  The limits lie far beyond what matter has.
struct PairLimit {
  static constexpr double PAIRS = 5e7, PER_ATOM = 5000, BYTES = 8, IMAGES = 0.2;

  static double most(double n_atoms) { return std::max(PAIRS, PER_ATOM * n_atoms); }

  [[noreturn]] static void exceeded(const char* how, double pairs, int n_atoms, double cutoff) {
    throw std::invalid_argument(std::string(how) + " " + number(pairs) + " pairs of atoms within " + number(cutoff) +
                                " Å, " + number(pairs / n_atoms) + " neighbours of each atom, or " +
                                number(BYTES * pairs / 1e9) + " GB; expected at most " + number(PAIRS) + " pairs (" +
                                number(BYTES * PAIRS / 1e9) + " GB) or " + number(PER_ATOM) +
                                " neighbours; are cell and positions in Å?");
  }

  // From the density and the number of images, before anything is allocated.  Returns about how many pairs there are.
  static double check(const Fractions& fractions, int n, const Cell& cell, double cutoff) {
    const auto& h = cell.h;
    double volume =
        std::abs(h[0][0] * (h[1][1] * h[2][2] - h[1][2] * h[2][1]) - h[0][1] * (h[1][0] * h[2][2] - h[1][2] * h[2][0]) +
                 h[0][2] * (h[1][0] * h[2][1] - h[1][1] * h[2][0]));
    double images = n;
    for (int a = 0; a < 3; ++a) {
      const double width = fractions.high[a] - fractions.low[a] + 2 * cell.reach[a];
      if (cell.periodic[a])
        images *= width;
      else
        volume *= width;
    }
    const double pairs = double(n) * n / volume * (4.0 / 3.0) * 3.14159265358979 * cutoff * cutoff * cutoff;
    if (!(pairs <= most(n) && images <= IMAGES * most(n))) exceeded("about", std::max(pairs, images), n, cutoff);
    return pairs;
  }
};

// Atoms and their images, as points with the atom and the shift that made them.
struct Images {
  std::vector<double> x, y, z;
  std::vector<std::int32_t> atom, shift;  // numbers in the table
  ShiftTable table;

  void add(const double* p, int j, const Shift& s, const Cell& cell) {
    double moved[3];
    for (int a = 0; a < 3; ++a) moved[a] = p[a] + s[0] * cell.h[0][a] + s[1] * cell.h[1][a] + s[2] * cell.h[2][a];
    x.push_back(moved[0]);
    y.push_back(moved[1]);
    z.push_back(moved[2]);
    atom.push_back(j);
    shift.push_back(table.number(s));
  }
  std::size_t size() const { return atom.size(); }
};

// All images that an atom of the configuration may see: their fractional coordinates lie in the range of
// the atoms' own, widened by the cutoff's reach.
inline Images images_in_reach(const Wrapped& atoms, int n, const Cell& cell) {
  constexpr double margin = 1e-9;
  const Fractions& r = atoms.fractions;
  Images images;
  for (int j = 0; j < n; ++j) {
    int first[3] = {}, last[3] = {};
    for (int a = 0; a < 3; ++a)
      if (cell.periodic[a]) {
        const double f = r.f[3 * std::size_t(j) + a];
        first[a] = int(std::ceil(r.low[a] - cell.reach[a] - f - margin));
        last[a] = int(std::floor(r.high[a] + cell.reach[a] - f + margin));
      }
    Shift s;
    for (s[0] = first[0]; s[0] <= last[0]; ++s[0])
      for (s[1] = first[1]; s[1] <= last[1]; ++s[1])
        for (s[2] = first[2]; s[2] <= last[2]; ++s[2]) images.add(atoms.position(j), j, s, cell);
  }
  return images;
}

}  // namespace potlearn
