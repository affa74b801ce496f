// A small basis and small configurations.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "basis.hpp"
#include "span.hpp"
#include "system.hpp"

namespace potlearn::toy {

template <class T>
Span<const T> span(const std::vector<T>& v) {
  return {v.data(), v.size()};
}
inline Span<double> span(std::vector<double>& v) { return {v.data(), v.size()}; }

// Two species, radial functions (rc - r)^3 and r (rc - r)^3, degrees up to 2; features are the power spectrum and
// products of two of its parts, some of them absent for atoms with fewer than three neighbours.
class ToyBasis {
 public:
  static constexpr int n_species = 2, n_radial = 2, degree = 2, bits = 4, octaves = 6, stride = MAX_LANES;
  static constexpr double cutoff = 3.0;

  explicit ToyBasis(int n_products = 25) {
    fill_knots();
    program.n_moments = n_species * n_radial * (degree + 1) * (degree + 1);
    program.node_first = {0};
    program.group_first = {0};
    for (int start = 0; start < program.n_moments; start += (degree + 1) * (degree + 1))
      for (int l = 0; l <= degree; ++l) add_power(start + l * l, 2 * l + 1);
    program.n_invariants = int(program.node_first.size()) - 1;
    for (int k = 0; k < n_products; ++k) add_product(k % program.n_invariants, (5 * k + 1) % program.n_invariants);
    program.n_nodes = int(program.node_first.size()) - 1;
    for (int d = 0; d < program.n_nodes; ++d) {
      program.feature.push_back(program.n_moments + d);
      program.min_neighbors.push_back(d % 6 == 5 ? 3 : 0);
    }
  }

  int n_features() const { return program.n_nodes; }

  BasisArrays arrays() const {
    return {n_species,      bits,           octaves,     span(lowest), span(degrees),
            span(table_of), span(cutoffs_), span(knots), {&program},   span(program_of)};
  }

  Program program;
  std::vector<std::int32_t> lowest = {0, 0}, degrees = {degree, degree}, table_of = {0, 0, 0, 0}, program_of = {0, 0};
  std::vector<double> knots;

 private:
  std::vector<double> cutoffs_ = {cutoff};

  void fill_knots() {
    for (int q = 3 - octaves; q < 3; ++q)
      for (int k = 0; k < 1 << bits; ++k) add_knot(cutoff / 8 * std::ldexp(1 + double(k) / (1 << bits), q));
    for (int k = 0; k < 5; ++k) add_knot(cutoff);
  }

  void add_knot(double r) {
    const double d = cutoff - r;
    const double f[3] = {d * d * d, -3 * d * d, 6 * d};
    for (int derivative = 0; derivative < 3; ++derivative) {
      const double product = r * f[derivative] + (derivative > 0 ? derivative * f[derivative - 1] : 0.0);
      knots.push_back(f[derivative]);
      knots.push_back(product);
      knots.insert(knots.end(), stride - n_radial, 0.0);
    }
  }

  void add_power(int first, int count) {
    for (int a = first; a < first + count; ++a) add_group(a, a, 1.0 / count);
    program.node_first.push_back(int(program.group_a.size()));
  }
  void add_product(int a, int b) {
    add_group(program.n_moments + a, program.n_moments + b, 1.0);
    program.node_first.push_back(int(program.group_a.size()));
  }
  void add_group(int a, int b, double weight) {
    program.group_a.push_back(a);
    program.term_b.push_back(b);
    program.term_weight.push_back(weight);
    program.group_first.push_back(int(program.term_b.size()));
  }
};

// Clusters on a disturbed grid, side by side, every atom with all others of its cluster within reach.
class ToySystem {
 public:
  std::vector<double> positions, translations = {0, 0, 0};
  std::vector<std::int32_t> species, neighbor, image, owner;
  std::vector<std::int64_t> first = {0};
  int n_systems = 0;

  explicit ToySystem(const std::vector<int>& sizes, unsigned seed = 1) {
    std::mt19937 random(seed);
    for (int n : sizes) {
      const int start = int(species.size()), side = int(std::ceil(std::cbrt(double(n))));
      for (int k = 0; k < n; ++k) {
        const int place[3] = {k % side, k / side % side, k / side / side};
        for (int axis = 0; axis < 3; ++axis)
          positions.push_back(1.3 * place[axis] + 0.3 * double(random()) / double(std::mt19937::max()));
        species.push_back(std::int32_t(random() % 2));
        owner.push_back(n_systems);
      }
      for (int i = start; i < start + n; ++i) add_pairs(i, start, start + n);
      ++n_systems;
    }
    image.assign(neighbor.size(), 0);
  }

  System system() const {
    const bool one = n_systems == 1;
    return {span(positions),
            span(species),
            span(first),
            span(neighbor),
            span(image),
            span(translations),
            one ? Span<const std::int32_t>{} : span(owner),
            n_systems};
  }

 private:
  void add_pairs(int i, int begin, int end) {
    for (int j = begin; j < end; ++j) {
      double square = 0;
      for (int axis = 0; axis < 3; ++axis) square += std::pow(positions[3 * j + axis] - positions[3 * i + axis], 2);
      if (j != i && square < 1.2 * ToyBasis::cutoff * ToyBasis::cutoff) neighbor.push_back(j);
    }
    first.push_back(std::int64_t(neighbor.size()));
  }
};

inline std::vector<double> numbers(std::size_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<double> found(n);
  for (double& x : found) x = 2.0 * double(random()) / double(std::mt19937::max()) - 1.0;
  return found;
}

}  // namespace potlearn::toy
