// Repulsion beyond what the data of a fit cover (src/potlearn/potentials/wall.py):
//
//   E_i = K h((rho_i / limit - 1) / width) + 1/2 sum_j C q(r_ij / d),   rho_i = sum_j (1 - (r_ij / R)^2)^4
//   h(x) = 2 (e^x - 1 - x), linear from x = `linear` on;  q(u) = (1 - u)^2 / u
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "errors.hpp"
#include "parallel.hpp"
#include "terms.hpp"

namespace potlearn {
namespace {

struct Value {
  double value, slope;
};

struct Pair {
  double square, inverse;  // of the reach: its square, and one over it
  double contact, stiffness;
};

double longest(Span<const double> lengths) {
  double most = 0;
  for (double length : lengths) most = std::max(most, length);
  return most;
}

// The function h.
Value rise(double x, double linear) {
  const double y = std::clamp(x, 0.0, linear), slope = std::expm1(y), beyond = std::max(x - linear, 0.0);
  // e^y - 1 - y cancels for small y, where the series serves.
  const double value = y < 1e-3 ? y * y * (0.5 + y * (1.0 / 6 + y / 24)) : slope - y;
  return {2 * (value + beyond * slope), 2 * slope};
}

class WallTerm final : public Term {
 public:
  explicit WallTerm(const TermFile& given)
      : Term(longest(given.file.doubles(given.name("reach")))), n_species_(given.n_species),
        width_(given.file.number(given.name("width"))), linear_(given.file.number(given.name("linear"))) {
    expect(width_ > 0 && linear_ > 0, "wall: width and linear must be positive");
    const std::size_t n = n_species_;
    limit_ = array(given, "limit", n);
    height_ = array(given, "height", n);
    const auto reach = array(given, "reach", n * n), contact = array(given, "contact", n * n),
               stiffness = array(given, "stiffness", n * n);
    for (std::size_t k = 0; k < n * n; ++k) {
      expect(reach[k] > 0 && contact[k] >= 0 && contact[k] <= reach[k], "wall: contacts must be within the reach");
      const double square = reach[k] * reach[k];
      pairs_.push_back({square, 1 / square, contact[k], stiffness[k]});
    }
    for (double limit : limit_) expect(limit > 0, "wall: limits must be positive");
  }

  // Densities by all threads; the few centres that are concerned one after the other.
  void add(const System& s, int threads, const Sums& sums) override {
    constexpr int piece = 256;
    density_.resize(s.n_centers);
    concerned_.assign(s.n_centers, 0);
    for_items((s.n_centers + piece - 1) / piece, threads, [&](int, int p) {
      for (int c = p * piece; c < std::min((p + 1) * piece, s.n_centers); ++c) find_density(s, c);
    });
    for (int c = 0; c < s.n_centers; ++c)
      if (concerned_[c]) add_center(s, c, sums);
  }

 private:
  const int n_species_;
  const double width_, linear_;
  std::vector<double> limit_, height_;  // (S)
  std::vector<Pair> pairs_;             // (S, S)
  std::vector<double> density_;         // of the centres of a call
  std::vector<char> concerned_;

  static std::vector<double> array(const TermFile& given, const char* part, std::size_t size) {
    const Span<const double> values = given.file.doubles(given.name(part));
    expect(values.size == size, "wall: arrays must be (S) and (S, S)");
    return {values.begin(), values.end()};
  }

  // f(pair, vector (3), square of the distance, parameters) for every pair of a centre.
  template <class F>
  void for_pairs(const System& s, int center, F&& f) const {
    const int i = s.atom_of(center);
    const double *x = s.positions.data, *own = x + 3 * std::size_t(i);
    const Pair* row = &pairs_[std::size_t(s.species[i]) * n_species_];
    for (std::int64_t p = s.first[center]; p < s.first[center + 1]; ++p) {
      const double* other = x + 3 * std::size_t(s.neighbor[p]);
      const double d[3] = {other[0] - own[0], other[1] - own[1], other[2] - own[2]};
      f(p, d, d[0] * d[0] + d[1] * d[1] + d[2] * d[2], row[s.species[s.neighbor[p]]]);
    }
  }

  void find_density(const System& s, int center) {
    double sum = 0;
    bool touching = false;
    for_pairs(s, center, [&](std::int64_t, const double*, double square, const Pair& pair) {
      const double t = std::max(1 - square * pair.inverse, 0.0);
      sum += (t * t) * (t * t);
      touching |= square < pair.contact * pair.contact;
    });
    density_[center] = sum;
    concerned_[center] = touching || sum > limit_[s.species[s.atom_of(center)]];
  }

  void add_center(const System& s, int center, const Sums& sums) {
    const int i = s.atom_of(center), z = s.species[i];
    const Value h = rise((density_[center] / limit_[z] - 1) / width_, linear_);
    const double by_density = height_[z] * h.slope / (width_ * limit_[z]);
    sums.energies[center] += height_[z] * h.value;
    for_pairs(s, center, [&](std::int64_t p, const double* d, double square, const Pair& pair) {
      if (square >= pair.square) return;
      const double r = std::sqrt(square), t = 1 - square * pair.inverse;
      double pull = by_density * -8 * r * pair.inverse * t * t * t;
      if (r < pair.contact) {
        const double depth = 1 - r / pair.contact, over = pair.contact / r;
        sums.energies[center] += 0.5 * pair.stiffness * depth * depth * over;
        pull -= 0.5 * pair.stiffness * depth * (2 / r + depth * over / r);
      }
      add_pair(i, s.neighbor[p], d, pull / r, sums);
    });
  }

  // g = factor d is dE/dr_ij.
  static void add_pair(int i, int j, const double* d, double factor, const Sums& sums) {
    constexpr int first[6] = {0, 1, 2, 1, 0, 0}, second[6] = {0, 1, 2, 2, 2, 1};
    for (int a = 0; a < 3; ++a) {
      sums.forces[3 * std::size_t(i) + a] += factor * d[a];
      sums.forces[3 * std::size_t(j) + a] -= factor * d[a];
    }
    for (int k = 0; k < 6; ++k) {
      const double v = -factor * d[first[k]] * d[second[k]];
      sums.virial[k] += v;
      if (sums.atom_virials.empty()) continue;
      sums.atom_virials[6 * std::size_t(i) + k] += 0.5 * v;
      sums.atom_virials[6 * std::size_t(j) + k] += 0.5 * v;
    }
  }
};

}  // namespace

std::unique_ptr<Term> read_wall(const TermFile& given) { return std::make_unique<WallTerm>(given); }

}  // namespace potlearn
