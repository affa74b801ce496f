// Centres apart from atoms, and virials of atoms.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "engine.hpp"
#include "toy.hpp"

namespace potlearn {
namespace {

using toy::numbers;
using toy::span;
using Numbers = std::vector<double>;

// Some centres of a toy system, with their pairs.
struct Part {
  std::vector<std::int32_t> centers, neighbor;
  std::vector<std::int64_t> first = {0};

  Part(const toy::ToySystem& whole, int start, int step) {
    for (int i = start; i < int(whole.species.size()); i += step) {
      centers.push_back(i);
      neighbor.insert(neighbor.end(), whole.neighbor.begin() + whole.first[i],
                      whole.neighbor.begin() + whole.first[i + 1]);
      first.push_back(std::int64_t(neighbor.size()));
    }
  }

  System of(const toy::ToySystem& whole) const {
    return {span(whole.positions), span(whole.species), span(centers), span(first), span(neighbor)};
  }
};

struct Found {
  Numbers energies, forces, virial, atom_virials;

  Found(const Engine& engine, const System& s, int threads = 1)
      : energies(s.n_centers), forces(3 * std::size_t(s.n_atoms)), virial(6), atom_virials(2 * forces.size()) {
    const Numbers c = numbers(2 * (1 + std::size_t(engine.n_features())), 1);
    engine.energy_forces(s, span(c), threads, span(energies), span(forces), span(virial), span(atom_virials));
  }
  bool operator==(const Found& other) const {
    return energies == other.energies && forces == other.forces && virial == other.virial &&
           atom_virials == other.atom_virials;
  }
};

bool close(double a, double b, double size = 1) { return std::abs(a - b) <= 1e-12 * size * (1 + std::abs(b)); }

TEST(parts_of_the_centres_add_up) {
  const toy::ToyBasis basis;
  const toy::ToySystem arrays({90});
  const Part even(arrays, 0, 2), odd(arrays, 1, 2);
  for (const std::string& set : instruction_sets()) {
    const Engine engine(basis.arrays(), set);
    const Found whole(engine, arrays.system());
    const Found parts[2] = {{engine, even.of(arrays)}, {engine, odd.of(arrays)}};
    for (std::size_t i = 0; i < 90; ++i) CHECK(close(parts[i % 2].energies[i / 2], whole.energies[i]));
    for (std::size_t k = 0; k < whole.forces.size(); ++k)
      CHECK(close(parts[0].forces[k] + parts[1].forces[k], whole.forces[k], 1e2));
    for (std::size_t k = 0; k < whole.atom_virials.size(); ++k)
      CHECK(close(parts[0].atom_virials[k] + parts[1].atom_virials[k], whole.atom_virials[k], 1e2));
    for (std::size_t k = 0; k < 6; ++k) CHECK(close(parts[0].virial[k] + parts[1].virial[k], whole.virial[k], 1e2));
  }
}

TEST(virials_of_atoms_add_up_to_the_virial_whatever_the_threads) {
  const toy::ToyBasis basis;
  const toy::ToySystem arrays({300});
  const Engine engine(basis.arrays(), instruction_sets().back());
  const Found found(engine, arrays.system());
  for (std::size_t k = 0; k < 6; ++k) {
    double sum = 0;
    for (std::size_t i = 0; i < 300; ++i) sum += found.atom_virials[6 * i + k];
    CHECK(close(sum, found.virial[k], 1e2));
  }
  for (int threads : {2, 7}) CHECK(Found(engine, arrays.system(), threads) == found);
}

TEST(every_operation_on_centres_alone) {
  const toy::ToyBasis basis;
  const toy::ToySystem arrays({40});
  const Part odd(arrays, 1, 3);
  const System part = odd.of(arrays), whole = arrays.system();
  for (const std::string& set : instruction_sets()) {
    const Engine engine(basis.arrays(), set);
    const std::size_t m = engine.n_features(), c = odd.centers.size();
    Numbers all(40 * m), some(c * m), tangents(40 * m), own(c * m);
    const Numbers u = numbers(120, 3), strain = numbers(9, 4);
    engine.features(whole, 1, span(all));
    engine.features(part, 1, span(some));
    engine.jvp(whole, span(u), span(strain), 1, span(tangents));
    engine.jvp(part, span(u), span(strain), 1, span(own));
    for (std::size_t k = 0; k < c * m; ++k) {
      const std::size_t at = std::size_t(odd.centers[k / m]) * m + k % m;
      CHECK(close(some[k], all[at]) && close(own[k], tangents[at], 1e2));
    }
    // Weights of the other atoms are zero.
    const Numbers w = numbers(c * m, 5);
    Numbers spread(40 * m, 0.0), forces(120), expected(120), virial(6), expected_virial(6);
    for (std::size_t k = 0; k < c * m; ++k) spread[std::size_t(odd.centers[k / m]) * m + k % m] = w[k];
    engine.vjp(whole, {spread.data(), spread.size()}, 1, span(expected), span(expected_virial));
    engine.vjp(part, span(w), 1, span(forces), span(virial));
    for (std::size_t k = 0; k < 120; ++k) CHECK(close(forces[k], expected[k], 1e2));
    // Many sets, lanes of which hold sets.
    const Numbers many = numbers(11 * 2 * (1 + m), 6);
    Numbers e(11 * c), f(33 * 40), v(66), all_e(11 * 40), all_f(33 * 40), all_v(66);
    engine.energy_forces(part, span(many), 1, span(e), span(f), span(v));
    engine.energy_forces(whole, span(many), 1, span(all_e), span(all_f), span(all_v));
    for (std::size_t k = 0; k < e.size(); ++k)
      CHECK(close(e[k], all_e[k / c * 40 + std::size_t(odd.centers[k % c])], 10));
  }
}

TEST(no_centres_and_no_neighbours) {
  const toy::ToyBasis basis;
  const Engine engine(basis.arrays(), instruction_sets().back());
  const toy::ToySystem arrays({3});
  const std::vector<std::int64_t> first = {0, 0};
  const std::vector<std::int32_t> center = {2};
  const Found none(engine, System(span(arrays.positions), span(arrays.species), {}, span(first).part(0, 1), {}));
  CHECK(none.energies.empty() && none.forces == Numbers(9) && none.virial == Numbers(6));
  const Found alone(engine, System(span(arrays.positions), span(arrays.species), span(center), span(first), {}));
  CHECK(alone.energies.size() == 1 && alone.forces == Numbers(9));
}

TEST(centres_that_do_not_fit_are_refused) {
  const toy::ToySystem arrays({3});
  const std::vector<std::int32_t> centers = {0, 3}, below = {-1, 1};
  const std::vector<std::int64_t> first = {0, 0, 0};
  using Error = std::invalid_argument;
  const auto make = [&](const std::vector<std::int32_t>& c, std::size_t n) {
    return System(span(arrays.positions), span(arrays.species), span(c), span(first).part(0, n), {});
  };
  CHECK_THROWS(make(centers, 3), Error, "centre out of range");
  CHECK_THROWS(make(below, 3), Error, "centre out of range");
  CHECK_THROWS(make(centers, 2), Error, "first must be (C + 1,)");
}

TEST(what_needs_every_atom_as_a_centre_says_so) {
  const toy::ToyBasis basis;
  const Engine engine(basis.arrays(), "baseline");
  const toy::ToySystem arrays({4});
  const Part even(arrays, 0, 2);
  const System s = even.of(arrays);
  Numbers big(10000);
  const auto out = [&](std::size_t size) { return Span<double>{big.data(), size}; };
  std::vector<std::int64_t> found(s.neighbor.size);
  using Error = std::invalid_argument;
  CHECK_THROWS(engine.rows(s, {}, 1, {1, out(1), out(1), out(0)}), Error, "rows need every atom");
  CHECK_THROWS(close_pairs(s, 1.0, {found.data(), found.size()}), Error, "every atom must be a centre");
  const Numbers c(2 * 2 * (1 + std::size_t(engine.n_features())));
  CHECK_THROWS(engine.energy_forces(s, span(c), 1, out(4), out(24), out(12), out(24)), Error, "of one coefficient set");
  CHECK_THROWS(engine.energy_forces(s, span(c).part(0, c.size() / 2), 1, out(2), out(12), out(6), out(23)), Error,
               "must be (N, 6)");
}

}  // namespace
}  // namespace potlearn
