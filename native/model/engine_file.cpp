#include "engine_file.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "errors.hpp"

namespace potlearn {
namespace {

template <class T>
std::vector<T> to_vector(Span<const T> values) {
  return {values.begin(), values.end()};
}

Program read_program(const TermFile& given, const std::string& number) {
  const ArrayFile& file = given.file;
  const auto integers = [&](const char* part) { return to_vector(file.integers(given.name(number + part))); };
  Program p;
  p.n_moments = file.integer(given.name(number + "n_moments"));
  p.n_invariants = file.integer(given.name(number + "n_invariants"));
  p.node_first = integers("node_first");
  p.group_a = integers("group_a");
  p.group_first = integers("group_first");
  p.term_b = integers("term_b");
  p.term_weight = to_vector(file.doubles(given.name(number + "term_weight")));
  p.feature = integers("feature");
  p.min_neighbors = integers("min_neighbors");
  expect(!p.node_first.empty() && !p.group_first.empty(), "program: node_first and group_first must not be empty");
  p.n_nodes = int(p.node_first.size()) - 1;
  return p;
}

// Knots of n functions, filled up with zeros to the width that a basis has.
std::vector<double> padded(Span<const double> knots, std::size_t n) {
  expect(n > 0 && knots.size % n == 0, "knots must be (tables, octaves 2^bits + 5, 3, functions)");
  const std::size_t stride = (n + MAX_LANES - 1) / MAX_LANES * MAX_LANES;
  std::vector<double> found(knots.size / n * stride);
  for (std::size_t row = 0; row < knots.size / n; ++row)
    std::copy_n(knots.begin() + row * n, n, found.begin() + std::ptrdiff_t(row * stride));
  return found;
}

Span<double> sized(std::vector<double>& values, std::size_t size) {
  values.resize(size);
  return {values.data(), size};
}

void add(const std::vector<double>& values, Span<double> to) {
  for (std::size_t k = 0; k < to.size; ++k) to[k] += values[k];
}

}  // namespace

Engine read_engine(const TermFile& given) {
  const ArrayFile& file = given.file;
  const auto integers = [&](const char* part) { return file.integers(given.name(part)); };
  std::vector<Program> programs;
  for (int k = 0; file.has(given.name("program" + std::to_string(k) + ".n_moments")); ++k)
    programs.push_back(read_program(given, "program" + std::to_string(k) + "."));
  const std::vector<double> knots = padded(file.doubles(given.name("knots")), integers("degree").size);
  BasisArrays arrays = {given.n_species,
                        file.integer(given.name("bits")),
                        file.integer(given.name("octaves")),
                        integers("lowest"),
                        integers("degree"),
                        integers("table_of"),
                        file.doubles(given.name("cutoffs")),
                        {knots.data(), knots.size()},
                        {},
                        integers("program_of")};
  for (const Program& program : programs) arrays.programs.push_back(&program);
  return Engine(arrays, given.instruction_set);
}

double read_cutoff(const TermFile& given) {
  double most = 0;
  for (double cutoff : given.file.doubles(given.name("cutoffs"))) most = std::max(most, cutoff);
  return most;
}

const Sums& Scratch::like(const Sums& sums) {
  sums_ = {sized(energies_, sums.energies.size), sized(forces_, sums.forces.size), sized(virial_, sums.virial.size),
           sized(atom_virials_, sums.atom_virials.size)};
  return sums_;
}

void Scratch::add_to(const Sums& sums) const {
  add(energies_, sums.energies);
  add(forces_, sums.forces);
  add(virial_, sums.virial);
  add(atom_virials_, sums.atom_virials);
}

}  // namespace potlearn
