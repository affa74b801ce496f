#include "basis.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "errors.hpp"

namespace potlearn {
namespace {

template <class T>
std::vector<T> to_vector(Span<const T> values) {
  return {values.begin(), values.end()};
}

void check_sizes(const Program& p) {
  expect(p.n_moments >= 0 && p.n_nodes >= 0 && p.node_first.front() == 0, "program: node_first must start with 0");
  expect(p.group_first.size() == p.group_a.size() + 1, "program: group_first must have one entry more than group_a");
  expect(std::size_t(p.node_first.back()) == p.group_a.size(), "program: node_first must end with the groups");
  expect(p.group_first.front() == 0 && std::size_t(p.group_first.back()) == p.term_b.size(),
         "program: group_first must run from 0 to the terms");
  expect(std::is_sorted(p.node_first.begin(), p.node_first.end()), "program: node_first must not decrease");
  expect(std::is_sorted(p.group_first.begin(), p.group_first.end()), "program: group_first must not decrease");
  expect(p.term_b.size() == p.term_weight.size(), "program: one weight per term");
  expect(p.feature.size() == p.min_neighbors.size(), "program: one neighbour guard per feature");
  expect(p.n_invariants >= 0 && p.n_invariants <= p.n_nodes, "program: more invariants than nodes");
}

// Every index of the program within range, and every node reading only what comes before it.
void check_program(const Program& p) {
  check_sizes(p);
  const int one = p.n_moments + p.n_nodes;
  for (int d = 0; d < p.n_nodes; ++d) {
    const auto readable = [&](int v) {
      return v == one || (v >= (d < p.n_invariants ? 0 : p.n_moments) && v < p.n_moments + d);
    };
    for (int g = p.node_first[d]; g < p.node_first[d + 1]; ++g) {
      expect(readable(p.group_a[g]), "program: a node reads a value that is not before it");
      for (int k = p.group_first[g]; k < p.group_first[g + 1]; ++k)
        expect(readable(p.term_b[k]), "program: a node reads a value that is not before it");
    }
  }
  for (int f : p.feature) expect(f >= p.n_moments && f < one, "program: a feature must be a node");
}

void check_degrees(const Basis& basis) {
  expect(basis.n_species > 0 && basis.n_radial > 0, "a basis needs a species and a radial function");
  expect(basis.lowest.size() == basis.degree.size(), "one lowest and one highest degree per radial function");
  for (int n = 0; n < basis.n_radial; ++n)
    expect(0 <= basis.lowest[n] && basis.lowest[n] <= basis.degree[n] && basis.degree[n] <= MAX_DEGREE,
           "angular degrees must be in 0..12, the lowest first");
}

// The quintic polynomial with the given values and derivatives at -h/2 and h/2: p[power * width].
void add_piece(const double* left, const double* right, int stride, long double h, double* p, int width) {
  const long double d0 = h * left[stride], d1 = h * right[stride];
  const long double c0 = h * h * left[2 * stride], c1 = h * h * right[2 * stride];
  const long double f = (long double)left[0] + right[0], d = d1 - d0, c = c0 + c1;  // even in t = distance / h
  const long double g = (long double)right[0] - left[0], e = d0 + d1, b = c1 - c0;  // odd
  const long double powers[POWERS] = {f / 2 - 5 * d / 32 + c / 64,
                                      15 * g / 8 - 7 * e / 16 + b / 32,
                                      3 * d / 4 - c / 8,
                                      5 * e / 2 - 5 * g - b / 4,
                                      c / 4 - d / 2,
                                      6 * g - 3 * e + b / 2};
  const long double inverse = 1 / h;
  long double scale = 1;
  for (int k = 0; k < POWERS; ++k, scale *= inverse) p[k * width] = double(powers[k] * scale);
}

AlignedVector<double> make_pieces(const Basis& basis, double cutoff, const double* knots) {
  const int n_pieces = (basis.octaves << basis.bits) + 4, stride = basis.stride;
  AlignedVector<double> pieces(std::size_t(n_pieces) * POWERS * basis.row);
  for (int k = 0; k < n_pieces; ++k) {
    const long double h = std::ldexp((long double)cutoff, (k >> basis.bits) - basis.octaves - basis.bits);
    for (int n = 0; n < basis.n_radial; ++n) {
      const int first = n / GROUP * GROUP, width = std::min(GROUP, basis.row - first);
      const double* left = knots + std::size_t(k) * 3 * stride + n;
      double* piece = &pieces[(std::size_t(k) * basis.row + first) * POWERS + (n - first)];
      add_piece(left, left + 3 * stride, stride, h, piece, width);
    }
  }
  return pieces;
}

void add_tables(Basis& basis, const BasisArrays& arrays) {
  expect(basis.bits >= 2 && basis.bits <= 16 && basis.octaves >= 1 && basis.octaves <= 16,
         "bits must be in 2..16, octaves in 1..16");
  const std::size_t n_tables = arrays.cutoffs.size, intervals = std::size_t(basis.octaves) << basis.bits;
  const std::size_t length = (intervals + 5) * 3 * basis.stride;
  expect(arrays.knots.size == n_tables * length, "knots must be (tables, octaves 2^bits + 5, 3, stride)");
  for (std::size_t t = 0; t < n_tables; ++t) {
    RadialTable table;
    table.cutoff = arrays.cutoffs[t];
    expect(table.cutoff > 1e-6 && table.cutoff < 1e6, "cutoffs must be in 1e-6..1e6");
    table.closest = std::ldexp(table.cutoff, -basis.octaves) * (1 + 1e-12);
    table.pieces = make_pieces(basis, table.cutoff, arrays.knots.data + t * length);
    basis.tables.push_back(std::move(table));
  }
  basis.table_of = to_vector(arrays.table_of);
  expect(basis.table_of.size() == std::size_t(basis.n_species) * basis.n_species,
         "table_of must be (n_species, n_species)");
  for (int t : basis.table_of)
    expect(t >= 0 && std::size_t(t) < n_tables, "table_of names a table that does not exist");
}

void add_programs(Basis& basis, const BasisArrays& arrays) {
  expect(!arrays.programs.empty(), "a basis needs a program");
  for (const Program* program : arrays.programs) {
    expect(program->n_moments == basis.n_species * basis.moments_per_species(), "program: wrong number of moments");
    check_program(*program);
    expect(program->feature.size() == arrays.programs[0]->feature.size(), "programs: one number of features");
    basis.programs.push_back(*program);
    basis.programs.back().find_terminals();
  }
  basis.program_of = to_vector(arrays.program_of);
  expect(basis.program_of.size() == std::size_t(basis.n_species), "program_of must be (n_species,)");
  for (int p : basis.program_of)
    expect(p >= 0 && std::size_t(p) < basis.programs.size(), "program_of names a program that does not exist");
}

}  // namespace

Basis make_basis(const BasisArrays& arrays) {
  Basis basis;
  basis.n_species = arrays.n_species;
  basis.bits = arrays.bits;
  basis.octaves = arrays.octaves;
  basis.lowest = to_vector(arrays.lowest);
  basis.degree = to_vector(arrays.degree);
  basis.n_radial = int(basis.degree.size());
  basis.stride = (basis.n_radial + MAX_LANES - 1) / MAX_LANES * MAX_LANES;
  basis.row = (basis.n_radial + GROUP / 2 - 1) / (GROUP / 2) * (GROUP / 2);
  check_degrees(basis);
  add_tables(basis, arrays);
  add_programs(basis, arrays);
  return basis;
}

}  // namespace potlearn
