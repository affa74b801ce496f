// Every operation by many threads, and sizes that do not fit.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.hpp"
#include "engine.hpp"
#include "errors.hpp"
#include "parallel.hpp"
#include "toy.hpp"

namespace potlearn {
namespace {

using toy::numbers;
using toy::span;
using Results = std::map<std::string, std::vector<double>>;
using Numbers = std::vector<double>;

struct Sizes {
  std::size_t atoms, systems, features, columns;
  Sizes(const System& s, const Engine& engine)
      : atoms(s.n_atoms), systems(s.n_systems), features(engine.n_features()), columns(2 * (1 + features)) {}
};

void add_rows(const Engine& engine, const System& s, int gates, int threads, bool virial, Results& results) {
  const Sizes n(s, engine);
  const Numbers weights = numbers(n.atoms * gates, 5), slopes = numbers(n.atoms * gates * n.features, 6);
  const std::size_t stride = 2 * (1 + (gates ? gates : 1) * n.features) + 3;
  Numbers energy(n.systems * stride), forces(3 * n.atoms * stride), strain(virial ? 6 * n.systems * stride : 0);
  engine.rows(s, {gates, span(weights), span(slopes)}, threads, {stride, span(energy), span(forces), span(strain)});
  const std::string name = "rows, " + std::to_string(gates) + " gates, " + (virial ? "virial, " : "");
  results[name + "energy"] = energy;
  results[name + "forces"] = forces;
  results[name + "strain"] = strain;
}

Results every_operation(const Engine& engine, const System& s, int threads) {
  const Sizes n(s, engine);
  Results results;
  const Numbers c = numbers(3 * n.columns, 1), many = numbers(11 * n.columns, 1), w = numbers(n.atoms * n.features, 2),
                u = numbers(3 * n.atoms, 3), strain = numbers(9 * n.systems, 4);
  Numbers many_energies(11 * n.atoms), many_forces(33 * n.atoms), many_virial(66 * n.systems);
  Numbers energies(3 * n.atoms), forces(9 * n.atoms), virial(18 * n.systems), back(3 * n.atoms),
      back_virial(6 * n.systems), b(n.atoms * n.features), tangents(b.size());
  engine.energy_forces(s, span(c), threads, span(energies), span(forces), span(virial));
  engine.energy_forces(s, span(many), threads, span(many_energies), span(many_forces), span(many_virial));
  engine.features(s, threads, span(b));
  engine.vjp(s, span(w), threads, span(back), span(back_virial));
  engine.jvp(s, span(u), span(strain), threads, span(tangents));
  results = {{"energies", energies},
             {"forces", forces},
             {"virial", virial},
             {"vjp", back},
             {"vjp virial", back_virial},
             {"features", b},
             {"jvp", tangents},
             {"energies of many", many_energies},
             {"forces of many", many_forces},
             {"virial of many", many_virial}};
  for (int gates : {0, 2}) add_rows(engine, s, gates, threads, true, results);
  add_rows(engine, s, 0, threads, false, results);
  return results;
}

const std::vector<int> ONE = {300}, SEVERAL = {40, 1, 7, 90, 2, 2, 30, 64}, FEW = {3};

TEST(same_bits_for_any_number_of_threads) {
  const toy::ToyBasis basis;
  for (const std::string& set : instruction_sets()) {
    const Engine engine(basis.arrays(), set);
    for (const std::vector<int>& sizes : {ONE, SEVERAL, FEW}) {
      const toy::ToySystem arrays(sizes);
      const System s = arrays.system();
      const Results one = every_operation(engine, s, 1);
      for (int threads : {2, 3, 9, 16, 64}) CHECK(every_operation(engine, s, threads) == one);
    }
  }
}

// The first sets of both are the same numbers; features that few neighbours switch off are among them.
TEST(many_sets_equal_few) {
  const toy::ToyBasis basis;
  for (const std::string& set : instruction_sets()) {
    const Engine engine(basis.arrays(), set);
    for (const std::vector<int>& sizes : {ONE, SEVERAL, FEW}) {
      const toy::ToySystem arrays(sizes);
      const Results found = every_operation(engine, arrays.system(), 2);
      for (const char* name : {"energies", "forces", "virial"}) {
        const Numbers &few = found.at(name), &many = found.at(std::string(name) + " of many");
        double size = 1;
        for (double x : few) size = std::max(size, std::abs(x));
        for (std::size_t k = 0; k < few.size(); ++k) CHECK(std::abs(few[k] - many[k]) <= 1e-13 * size);
      }
    }
  }
}

TEST(configurations_side_by_side_equal_one_by_one) {
  const toy::ToyBasis basis;
  const Engine engine(basis.arrays(), instruction_sets().back());
  const toy::ToySystem arrays({5, 1, 9}), last({5, 1, 9});
  const System together = arrays.system();
  const Results several = every_operation(engine, together, 2);
  // The first configuration alone, from the same arrays.
  const std::size_t pairs = std::size_t(arrays.first[5]);
  const System alone(span(arrays.positions).part(0, 15), span(arrays.species).part(0, 5), span(arrays.first).part(0, 6),
                     span(arrays.neighbor).part(0, pairs), span(arrays.image).part(0, pairs), span(arrays.translations),
                     {}, 1);
  const Results one = every_operation(engine, alone, 1);
  for (const char* name :
       {"features", "rows, 0 gates, forces", "rows, 0 gates, virial, energy", "rows, 0 gates, virial, strain"}) {
    const Numbers &a = one.at(name), &b = several.at(name);
    for (std::size_t k = 0; k < a.size(); ++k) CHECK(std::abs(a[k] - b[k]) <= 1e-10 * (1 + std::abs(a[k])));
  }
}

TEST(many_calls_at_once_share_an_engine) {
  const toy::ToyBasis basis;
  const Engine engine(basis.arrays(), instruction_sets().back());
  const toy::ToySystem arrays(SEVERAL), small(FEW);
  const System s = arrays.system(), t = small.system();
  const Results expected[2] = {every_operation(engine, s, 1), every_operation(engine, t, 1)};
  std::atomic<int> wrong{0};
  for_items(24, 8, [&](int, int k) { wrong += every_operation(engine, k % 2 ? t : s, 1 + k % 3) != expected[k % 2]; });
  CHECK(wrong == 0);
}

TEST(wrong_sizes_are_refused) {
  const toy::ToyBasis basis;
  const Engine engine(basis.arrays(), "baseline");
  const toy::ToySystem arrays(FEW);
  const System s = arrays.system();
  const Sizes n(s, engine);
  Numbers big(10000);
  const Numbers c(n.columns);
  const auto out = [&](std::size_t size) { return Span<double>{big.data(), size}; };
  const auto in = [&](std::size_t size) { return Span<const double>{big.data(), size}; };
  using Error = std::invalid_argument;
  CHECK_THROWS(engine.features(s, 1, out(1)), Error, "output must be");
  CHECK_THROWS(engine.features(s, 0, out(3 * n.features)), Error, "threads must be at least 1");
  CHECK_THROWS(engine.energy_forces(s, {c.data(), c.size() - 1}, 1, out(3), out(9), out(6)), Error, "coefficients");
  CHECK_THROWS(engine.energy_forces(s, span(c), 1, out(2), out(9), out(6)), Error, "energies must be");
  CHECK_THROWS(engine.energy_forces(s, span(c), 1, out(3), out(8), out(6)), Error, "forces must be");
  CHECK_THROWS(engine.energy_forces(s, span(c), 1, out(3), out(9), out(12)), Error, "virial must be");
  CHECK_THROWS(engine.vjp(s, in(1), 1, out(9), out(6)), Error, "weights must be");
  CHECK_THROWS(engine.jvp(s, in(9), in(18), 1, out(3 * n.features)), Error, "strain must be");
  const Rows rows = {n.columns, out(n.columns), out(9 * n.columns), out(0)};
  CHECK_THROWS(engine.rows(s, {1, in(2), in(0)}, 1, rows), Error, "gate weights must be");
  CHECK_THROWS(engine.rows(s, {}, 1, {n.columns - 1, rows.energy, rows.forces, {}}), Error, "at least C apart");
  CHECK_THROWS(engine.rows(s, {}, 1, {n.columns, rows.energy, rows.energy, {}}), Error, "force rows must be");
  CHECK_THROWS(engine.rows(s, {}, 1, {n.columns, rows.energy, rows.forces, out(1)}), Error, "virial rows must be");
}

TEST(bases_that_contradict_themselves_are_refused) {
  using Error = std::invalid_argument;
  const auto make = [](const toy::ToyBasis& basis) { return make_basis(basis.arrays()); };
  const auto changed = [](auto&& change) {
    toy::ToyBasis basis;
    change(basis);
    return basis;
  };
  CHECK_THROWS(make(changed([](auto& b) { b.knots.pop_back(); })), Error, "knots must be");
  CHECK_THROWS(make(changed([](auto& b) { b.degrees[1] = 13; })), Error, "angular degrees");
  CHECK_THROWS(make(changed([](auto& b) { b.table_of[3] = 1; })), Error, "table that does not exist");
  CHECK_THROWS(make(changed([](auto& b) { b.program_of[1] = -1; })), Error, "program that does not exist");
  CHECK_THROWS(make(changed([](auto& b) { b.program.group_a[0] = 99; })), Error, "not before it");
  CHECK_THROWS(make(changed([](auto& b) { b.program.term_b.back() = -1; })), Error, "not before it");
  CHECK_THROWS(make(changed([](auto& b) { b.program.feature[0] = 0; })), Error, "must be a node");
  CHECK_THROWS(make(changed([](auto& b) { b.program.node_first[1] = 1 << 30; })), Error,
               "node_first must not decrease");
  CHECK_THROWS(make(changed([](auto& b) { b.program.group_first[1] = 1 << 30; })), Error,
               "group_first must not decrease");
  CHECK_THROWS(make(changed([](auto& b) { b.program.n_moments = 7; })), Error, "program");
  CHECK_THROWS(Engine(toy::ToyBasis().arrays(), "sse9"), Error, "does not run the instruction set");
}

TEST(atoms_that_are_too_close_are_named_whatever_the_threads) {
  const toy::ToyBasis basis;
  toy::ToySystem arrays(ONE);
  for (int axis = 0; axis < 3; ++axis) arrays.positions[3 * 250 + axis] = arrays.positions[3 * 251 + axis] + 1e-3;
  const System s = arrays.system();
  for (const std::string& set : instruction_sets()) {
    const Engine engine(basis.arrays(), set);
    for (int threads : {1, 2, 16}) CHECK_THROWS(every_operation(engine, s, threads), TooClose, "are 0.0017");
  }
}

}  // namespace
}  // namespace potlearn
