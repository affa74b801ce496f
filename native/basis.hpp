// What a descriptor family hands to the engine: radial tables, an angular degree per radial function,
// and polynomial programs.  Plain data; every instruction set reads the same one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "aligned.hpp"
#include "program_arrays.hpp"
#include "span.hpp"

namespace potlearn {

// Widest lane count of any instruction set: tables are padded to it.
constexpr int MAX_LANES = 8;
// Highest angular degree (POD allows 12).
constexpr int MAX_DEGREE = 12;

// Radial functions in pieces spaced like floating-point numbers: with x = 8 r / cutoff, every octave [2^q, 2^(q+1)) of
// x holds 2^bits equal intervals.  Given are knots: value, first and second derivative (in r) of every function at the
// ends of the intervals, padded to a multiple of MAX_LANES.  Kept are the quintic polynomials between them, in the
// distance from the middle of the interval: for each interval groups of GROUP functions, the last one perhaps of half as
// many, and in a group power by power its functions.
constexpr int POWERS = 6;
constexpr int GROUP = MAX_LANES;
struct RadialTable {
  double cutoff = 0;
  double closest = 0;  // smallest distance that the table covers
  AlignedVector<double> pieces;
};

struct Basis {
  int n_species = 0;
  int n_radial = 0;
  int stride = 0;  // n_radial padded to a multiple of MAX_LANES
  int row = 0;     // and to one of GROUP / 2
  int bits = 0;    // log2 of the intervals per octave
  int octaves = 0;
  std::vector<std::int32_t> lowest;  // angular degrees lowest..degree of each radial function
  std::vector<std::int32_t> degree;
  std::vector<std::int32_t> table_of;  // (n_species, n_species): centre, neighbour
  std::vector<RadialTable> tables;
  std::vector<Program> programs;         // with the same moments and number of features
  std::vector<std::int32_t> program_of;  // of each centre species

  int max_degree() const {
    int l = 0;
    for (int d : degree) l = d > l ? d : l;
    return l;
  }
  // Number of harmonics below a degree.
  static int harmonics(int degree) { return degree * degree; }
  // Moments of one neighbour species; those of species e start at e * moments_per_species().
  int moments_per_species() const {
    int moments = 0;
    for (int n = 0; n < n_radial; ++n) moments += harmonics(degree[n] + 1) - harmonics(lowest[n]);
    return moments;
  }
  const Program& program(int centre) const { return programs[program_of[centre]]; }
  int n_features() const { return int(programs[0].feature.size()); }
  int n_moments() const { return programs[0].n_moments; }
  int max_nodes() const {
    int nodes = 0;
    for (const Program& p : programs) nodes = p.n_nodes > nodes ? p.n_nodes : nodes;
    return nodes;
  }
  int max_groups() const {
    std::size_t groups = 0;
    for (const Program& p : programs) groups = p.group_a.size() > groups ? p.group_a.size() : groups;
    return int(groups);
  }
  const RadialTable& table(int centre, int neighbour) const { return tables[table_of[centre * n_species + neighbour]]; }
};

// What a basis is made of, not yet checked.
struct BasisArrays {
  int n_species, bits, octaves;
  Span<const std::int32_t> lowest, degree;  // (n_radial)
  Span<const std::int32_t> table_of;        // (n_species, n_species)
  Span<const double> cutoffs;               // (tables)
  Span<const double> knots;                 // (tables, octaves 2^bits + 5, 3, stride)
  std::vector<const Program*> programs;
  Span<const std::int32_t> program_of;  // (n_species)
};

// Throws std::invalid_argument.
Basis make_basis(const BasisArrays& arrays);

}  // namespace potlearn
