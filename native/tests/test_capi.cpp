// The C interface: potentials opened, evaluated, and refused in words.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "check.hpp"
#include "engine.hpp"
#include "potlearn.h"
#include "toy_file.hpp"

namespace potlearn {
namespace {

using toy::numbers;
using toy::span;
using toy::TemporaryFile;
using Numbers = std::vector<double>;

struct Close {
  void operator()(potlearn_model* model) const { potlearn_close(model); }
};
using Opened = std::unique_ptr<potlearn_model, Close>;

Opened open(const std::string& bytes, std::string* words = nullptr) {
  const TemporaryFile file(bytes);
  char error[300] = "";
  Opened model(potlearn_open(file.path.c_str(), error, sizeof error));
  if (words) *words = error;
  return model;
}

// A toy potential and system, with what the engine itself finds.
struct Case {
  toy::ToyBasis basis;
  toy::ToySystem arrays{{60}};
  const Numbers coefficients = numbers(2 * (1 + std::size_t(basis.n_features())), 1);
  Numbers energies = Numbers(60), forces = Numbers(180), virial = Numbers(6);
  std::vector<std::int32_t> centers;

  Case() {
    for (int i = 0; i < 60; ++i) centers.push_back(i);
    const System s = arrays.system();
    Engine(basis.arrays(), instruction_sets().back())
        .energy_forces(s, {coefficients.data(), coefficients.size()}, 1, span(energies), span(forces), span(virial));
  }
  toy::FileBytes file(const char* species = "A\nB") const { return toy::linear_file(basis, coefficients, species); }
  potlearn_atoms atoms() const {
    return {60,
            arrays.positions.data(),
            arrays.species.data(),
            60,
            centers.data(),
            arrays.first.data(),
            arrays.neighbor.data()};
  }
};

std::string failure(potlearn_model* model, const potlearn_atoms& atoms, const potlearn_results& results,
                    int threads = 1) {
  char error[300] = "";
  return potlearn_evaluate(model, &atoms, threads, &results, error, sizeof error) ? error : "";
}

bool contains(const std::string& words, const char* part) { return words.find(part) != std::string::npos; }

TEST(a_model_says_what_it_is) {
  const Opened model = open(Case().file().bytes());
  CHECK(potlearn_abi() == POTLEARN_ABI);
  CHECK(potlearn_n_species(model.get()) == 2);
  CHECK(std::strcmp(potlearn_species(model.get(), 1), "B") == 0);
  CHECK(!potlearn_species(model.get(), 2) && !potlearn_species(model.get(), -1));
  CHECK(potlearn_cutoff(model.get()) == 3.0);
  CHECK(!potlearn_has(model.get(), "gamma"));
  CHECK(potlearn_instruction_set(model.get()) == instruction_sets().back());
}

TEST(a_model_gives_what_the_engine_gives) {
  const Case c;
  const Opened model = open(c.file().bytes());
  for (int threads : {1, 3}) {
    Numbers energies(60, 1.0), forces(180), virial(6), virials(360);
    CHECK(failure(model.get(), c.atoms(), {energies.data(), forces.data(), virial.data(), virials.data()}, threads) ==
          "");
    CHECK(energies == c.energies && forces == c.forces && virial == c.virial);
  }
  Numbers forces(180, 1.0);
  CHECK(failure(model.get(), c.atoms(), {nullptr, forces.data(), nullptr, nullptr}) == "");
  for (std::size_t k = 0; k < 180; ++k) CHECK(std::abs(forces[k] - 1 - c.forces[k]) < 1e-9);
}

TEST(species_may_be_in_another_order_or_fewer) {
  const Case c;
  const Opened swapped = open(c.file("B\nA").bytes());
  std::vector<std::int32_t> species;
  for (std::int32_t z : c.arrays.species) species.push_back(1 - z);
  potlearn_atoms atoms = c.atoms();
  atoms.species = species.data();
  Numbers energies(60);
  CHECK(failure(swapped.get(), atoms, {energies.data(), nullptr, nullptr, nullptr}) == "");
  CHECK(energies == c.energies);
  CHECK(contains(failure(open(c.file("A").bytes()).get(), c.atoms(), {energies.data(), nullptr, nullptr, nullptr}),
                 "species index out of range"));
}

// Atoms of species -1 are as if they were not there.
TEST(atoms_that_do_not_interact) {
  const Case c;
  const Opened model = open(c.file().bytes());
  potlearn_atoms atoms = c.atoms();
  std::vector<std::int32_t> species = c.arrays.species;
  for (std::size_t i = 0; i < 60; i += 5) species[i] = -1;
  atoms.species = species.data();
  Numbers energies(60, 9.0), forces(180);
  CHECK(failure(model.get(), atoms, {energies.data(), forces.data(), nullptr, nullptr}) == "");
  std::vector<std::int32_t> centers, neighbor;
  std::vector<std::int64_t> first = {0};
  for (int i = 0; i < 60; ++i) {
    if (species[i] < 0) continue;
    centers.push_back(i);
    for (std::int64_t p = c.arrays.first[i]; p < c.arrays.first[i + 1]; ++p)
      if (species[c.arrays.neighbor[p]] >= 0) neighbor.push_back(c.arrays.neighbor[p]);
    first.push_back(std::int64_t(neighbor.size()));
  }
  atoms = {60,           atoms.positions, c.arrays.species.data(), int(centers.size()), centers.data(),
           first.data(), neighbor.data()};
  Numbers without(centers.size()), expected(180);
  CHECK(failure(model.get(), atoms, {without.data(), expected.data(), nullptr, nullptr}) == "");
  CHECK(forces == expected);
  for (std::size_t k = 0; k < centers.size(); ++k) CHECK(energies[std::size_t(centers[k])] == without[k]);
  for (std::size_t i = 0; i < 60; i += 5) CHECK(energies[i] == 0);
}

TEST(terms_add_up) {
  const Case c;
  toy::FileBytes file = c.file();
  file.add("term1.kind", "linear");
  file.add("term1.species", "A\nB");
  toy::add_engine(file, "term1.", c.basis);
  file.add("term1.coefficients", c.coefficients);
  Numbers energies(60), forces(180);
  CHECK(failure(open(file.bytes()).get(), c.atoms(), {energies.data(), forces.data(), nullptr, nullptr}) == "");
  for (std::size_t k = 0; k < 60; ++k) CHECK(std::abs(energies[k] - 2 * c.energies[k]) < 1e-9);
}

// A cutoff far above that of the term: its pairs are then sought among all.
TEST(terms_of_short_range_look_at_near_pairs) {
  const Case c;
  const Opened model = open(toy::linear_file(c.basis, c.coefficients, "A\nB", 10.0).bytes());
  CHECK(potlearn_cutoff(model.get()) == 10.0);
  toy::ToySystem far({600});
  std::vector<std::int32_t> centers;
  for (int i = 599; i >= 300; --i) centers.push_back(i);
  far.neighbor.clear();
  far.first.assign(1, 0);
  for (int i : centers) {
    for (int j = 0; j < 600; ++j)
      if (j != i) far.neighbor.push_back(j);
    far.first.push_back(std::int64_t(far.neighbor.size()));
  }
  const potlearn_atoms atoms = {
      600, far.positions.data(), far.species.data(), 300, centers.data(), far.first.data(), far.neighbor.data()};
  Numbers expected(300), expected_forces(1800);
  CHECK(failure(open(c.file().bytes()).get(), atoms, {expected.data(), expected_forces.data(), nullptr, nullptr}) ==
        "");
  for (int threads : {1, 2, 5}) {
    Numbers energies(300), forces(1800);
    CHECK(failure(model.get(), atoms, {energies.data(), forces.data(), nullptr, nullptr}, threads) == "");
    CHECK(energies == expected && forces == expected_forces);
  }
}

// A grade that is the sum of an atom's first two features and 1, or its size; deviations of two coefficient sets.
TEST(grades_and_deviations) {
  const Case c;
  const std::size_t m = std::size_t(c.basis.n_features());
  toy::FileBytes file = c.file();
  file.add("grade.species", "A\nB");
  toy::add_engine(file, "grade.", c.basis);
  file.add("grade.norm", "largest");
  Numbers maps(2 * (1 + m));
  maps[0] = maps[1] = maps[2] = -1;
  maps[1 + m] = std::nan("");  // species B was not in the training
  file.add("grade.maps", maps);
  file.add("grade.mean_maps", numbers(2 * 2 * (1 + m), 9));  // two numbers, where the other map gives one
  file.add("deviations.kind", "sets");
  file.add("deviations.species", "A\nB");
  toy::add_engine(file, "deviations.", c.basis);
  const Numbers sets = numbers(4 * (1 + m), 8);
  file.add("deviations.coefficients", sets);
  file.add("deviations.link", Numbers{2.0, 0.5, 0.0, 0.0});
  const Opened model = open(file.bytes());
  CHECK(potlearn_has(model.get(), "gamma") && potlearn_has(model.get(), "force_std"));
  CHECK(potlearn_has(model.get(), "gamma_configuration") && potlearn_n_sums(model.get()) == int(2 * (1 + m)));
  CHECK(!potlearn_has(model.get(), "other") && potlearn_n_deviations(model.get()) == 2);
  const Engine engine(c.basis.arrays(), instruction_sets().back());
  const System s = c.arrays.system();
  Numbers features(60 * m), energies(120), forces(360), virial(12);
  engine.features(s, 1, span(features));
  engine.energy_forces(s, {sets.data(), sets.size()}, 1, span(energies), span(forces), span(virial));
  Numbers gamma(60, 5.0), sums(2 * (1 + m)), deviations(360), std(180);
  char error[300] = "";
  const potlearn_atoms atoms = c.atoms();
  CHECK(potlearn_spread(model.get(), &atoms, 2, gamma.data(), sums.data(), deviations.data(), error, sizeof error) ==
        0);
  Numbers expected_sums(2 * (1 + m));
  for (std::size_t i = 0; i < 60; ++i) {
    double* own = &expected_sums[std::size_t(c.arrays.species[i]) * (1 + m)];
    own[0] += 1;
    for (std::size_t k = 0; k < m; ++k) own[1 + k] += features[i * m + k];
  }
  CHECK(sums == expected_sums);
  CHECK(potlearn_force_std(model.get(), 60, deviations.data(), std.data(), error, sizeof error) == 0);
  for (std::size_t i = 0; i < 60; ++i) {
    const double sum = 1 + features[i * m] + features[i * m + 1];
    CHECK(c.arrays.species[i] ? std::isinf(gamma[i]) : std::abs(gamma[i] - std::abs(sum)) < 1e-12);
    for (std::size_t a = 0; a < 3; ++a) {
      const double first = forces[3 * i + a], second = forces[180 + 3 * i + a];
      CHECK(deviations[6 * i + a] == first && deviations[6 * i + 3 + a] == second);
      CHECK(std::abs(std[3 * i + a] - 2 * std::hypot(first, second)) < 1e-9);
    }
  }
}

TEST(what_a_potential_does_not_know_of_its_errors) {
  const Case c;
  const Opened model = open(c.file().bytes());
  const potlearn_atoms atoms = c.atoms();
  Numbers room(180);
  char error[300] = "";
  CHECK(potlearn_n_deviations(model.get()) == 0);
  CHECK(potlearn_spread(model.get(), &atoms, 1, room.data(), nullptr, nullptr, error, sizeof error) == 1);
  CHECK(contains(error, "no grade (gamma)"));
  CHECK(potlearn_n_sums(model.get()) == 0 && !potlearn_has(model.get(), "gamma_configuration"));
  CHECK(potlearn_spread(model.get(), &atoms, 1, nullptr, room.data(), nullptr, error, sizeof error) == 1);
  CHECK(contains(error, "no grade of configurations (gamma_configuration)"));
  CHECK(potlearn_gamma_configuration(model.get(), room.data(), room.data(), error, sizeof error) == 1);
  CHECK(contains(error, "no grade of configurations (gamma_configuration)"));
  CHECK(potlearn_spread(model.get(), &atoms, 1, nullptr, nullptr, room.data(), error, sizeof error) == 1);
  CHECK(contains(error, "no expected errors of forces (force_std)"));
  CHECK(potlearn_force_std(model.get(), 60, room.data(), room.data(), error, sizeof error) == 1);
  CHECK(potlearn_spread(model.get(), &atoms, 1, nullptr, nullptr, nullptr, error, sizeof error) == 0);
  CHECK(potlearn_spread(nullptr, &atoms, 1, nullptr, nullptr, nullptr, error, sizeof error) == 1);
  CHECK(potlearn_gamma_configuration(nullptr, room.data(), room.data(), error, sizeof error) == 1);
}

TEST(a_wall_acts_on_those_that_are_crowded) {
  toy::FileBytes file;
  file.add("species", "A");
  file.add("cutoff", 3.0);
  file.add("term0.kind", "wall");
  file.add("term0.species", "A");
  for (const char* name : {"reach", "limit", "height", "contact", "stiffness", "width", "linear"})
    file.add(std::string("term0.") + name, std::strcmp(name, "reach") ? 1.0 : 3.0);
  const Opened model = open(file.bytes());
  const std::int32_t species[] = {0, 0, 0}, centers[] = {0, 1, 2}, neighbor[] = {1, 0};
  const std::int64_t first[] = {0, 1, 2, 2};
  const double positions[] = {0, 0, 0, 0.5, 0, 0, 9, 9, 9};
  Numbers energies(3), forces(9), virial(6), virials(18);
  CHECK(failure(model.get(), {3, positions, species, 3, centers, first, neighbor},
                {energies.data(), forces.data(), virial.data(), virials.data()}) == "");
  // C q(1/2) = 1/2 for the pair, and a density (1 - 1/36)^4 that is below the limit.
  CHECK(std::abs(energies[0] - 0.25) < 1e-14 && energies[0] == energies[1] && energies[2] == 0);
  CHECK(std::abs(forces[3] - 3) < 1e-14 && forces[0] == -forces[3] && forces[8] == 0);
  CHECK(std::abs(virial[0] - 1.5) < 1e-14 && virials[0] + virials[6] == virial[0]);
}

TEST(what_does_not_fit_is_refused_in_words) {
  const Case c;
  const Opened model = open(c.file().bytes());
  Numbers energies(60);
  const potlearn_results results = {energies.data(), nullptr, nullptr, nullptr};
  const auto with = [&](auto&& change) {
    potlearn_atoms atoms = c.atoms();
    change(atoms);
    return failure(model.get(), atoms, results);
  };
  CHECK(contains(failure(nullptr, c.atoms(), results), "a model, atoms and results are needed"));
  CHECK(contains(failure(model.get(), c.atoms(), results, 0), "threads must be at least 1"));
  CHECK(contains(with([](auto& a) { a.n_atoms = -1; }), "must not be negative"));
  CHECK(contains(with([](auto& a) { a.positions = nullptr; }), "an array is missing"));
  CHECK(contains(with([](auto& a) { a.n_atoms = 59; }), "out of range"));
  std::vector<std::int64_t> first = c.arrays.first;
  first.back() = -1;
  CHECK(contains(with([&](auto& a) { a.first = first.data(); }), "from 0 to P"));
  std::vector<std::int32_t> species = c.arrays.species;
  species[3] = -2;
  CHECK(contains(with([&](auto& a) { a.species = species.data(); }), "species index out of range"));
  Numbers positions = c.arrays.positions;
  for (int axis = 0; axis < 3; ++axis) positions[3 + axis] = positions[axis] + 1e-3;
  CHECK(contains(with([&](auto& a) { a.positions = positions.data(); }), "atoms 0 and 1 are 0.0017"));
  positions[3] = std::nan("");
  CHECK(contains(with([&](auto& a) { a.positions = positions.data(); }), "a position is not finite"));
  char tiny[5];
  CHECK(potlearn_evaluate(model.get(), nullptr, 1, &results, tiny, sizeof tiny) == 1 && std::strcmp(tiny, "a mo") == 0);
  CHECK(potlearn_evaluate(model.get(), nullptr, 1, &results, nullptr, 0) == 1);
}

TEST(files_that_contradict_themselves_are_refused) {
  const Case c;
  const auto words = [](const toy::FileBytes& file) {
    std::string found;
    CHECK(!open(file.bytes(), &found));
    return found;
  };
  Numbers fewer = c.coefficients;
  fewer.pop_back();
  CHECK(contains(words(toy::linear_file(c.basis, fewer)), "coefficients must be"));
  CHECK(contains(words(c.file("A\nC")), "a part lacks the species C"));
  toy::FileBytes unknown;
  unknown.add("species", "A");
  unknown.add("cutoff", 3.0);
  CHECK(contains(words(unknown), "it has no term"));
  unknown.add("term0.kind", "magic");
  unknown.add("term0.species", "A");
  CHECK(contains(words(unknown), "a term 'magic', which this potlearn does not know"));
  char error[100];
  CHECK(!potlearn_open(nullptr, error, sizeof error) && contains(error, "expected the path of a file"));
  potlearn_close(nullptr);
}

TEST(the_environment_names_the_instruction_set) {
  const std::string bytes = Case().file().bytes();
  setenv("POTLEARN_INSTRUCTION_SET", "baseline", 1);
  CHECK(potlearn_instruction_set(open(bytes).get()) == std::string("baseline"));
  setenv("POTLEARN_INSTRUCTION_SET", "sse9", 1);
  std::string words;
  CHECK(!open(bytes, &words) && contains(words, "POTLEARN_INSTRUCTION_SET is 'sse9'; expected one that"));
  unsetenv("POTLEARN_INSTRUCTION_SET");
}

}  // namespace
}  // namespace potlearn
