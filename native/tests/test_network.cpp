// Networks that do not fit, and whole evaluations by many threads.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <string>
#include <vector>

#include "check.hpp"
#include "engine.hpp"
#include "network.hpp"
#include "toy.hpp"

namespace potlearn {
namespace {

using toy::numbers;
using toy::span;
using Numbers = std::vector<double>;
using Error = std::invalid_argument;

// Two branches of two species, with a fade that some atoms are in, some beyond.
class ToyNetwork {
 public:
  explicit ToyNetwork(int n_features)
      : m(n_features), coefficients(numbers(2 * (1 + m), 1)), first(numbers(2 * 9 * m, 2)),
        second(numbers(2 * 4 * 9, 3)), last(numbers(2 * 4, 4)), b9(numbers(2 * 9, 5)), b4(numbers(2 * 4, 6)),
        other(numbers(2 * m, 7)), center(2 * m), weight(2 * m, 1.0) {}

  NetworkArrays arrays() const {
    return {2,
            m,
            span(coefficients),
            {{{{9, m, span(first)}, {4, 9, span(second)}, {1, 4, span(last)}}, {span(b9), span(b4)}, "silu"},
             {{{1, m, span(other)}}, {}, "tanh"}},
            span(center),
            span(weight),
            span(inner),
            span(outer)};
  }

  int m;
  Numbers coefficients, first, second, last, b9, b4, other, center, weight, inner = {1.0, 10.0}, outer = {1e3, 1e4};
};

// Of the largest number.
double largest_difference(const Numbers& a, const Numbers& b) {
  double size = 1, most = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    size = std::max(size, std::abs(a[k]));
    most = std::max(most, std::abs(a[k] - b[k]));
  }
  return most / size;
}

TEST(networks_give_the_same_bits_for_any_number_of_threads) {
  const toy::ToyBasis basis;
  for (const std::string& set : instruction_sets()) {
    const Engine engine(basis.arrays(), set);
    const Network network(ToyNetwork(engine.n_features()).arrays());
    for (const std::vector<int>& sizes : std::vector<std::vector<int>>{{300}, {40, 1, 7, 90, 2, 2, 30, 64}, {3}, {}}) {
      const toy::ToySystem arrays(sizes);
      const System s = arrays.system();
      const auto results = [&](int threads) {
        Numbers energies(s.n_atoms), forces(3 * std::size_t(s.n_atoms)), virial(6 * std::size_t(s.n_systems));
        engine.network_energy_forces(s, network, threads, span(energies), span(forces), span(virial));
        energies.insert(energies.end(), forces.begin(), forces.end());
        energies.insert(energies.end(), virial.begin(), virial.end());
        return energies;
      };
      const Numbers one = results(1);
      for (int threads : {2, 3, 16}) CHECK(results(threads) == one);
    }
  }
}

// A network without branches, and seeds that are the coefficients; features that few neighbours switch off are among them.
TEST(networks_and_seeds_equal_the_linear_model) {
  const toy::ToyBasis basis;
  for (const std::string& set : instruction_sets()) {
    const Engine engine(basis.arrays(), set);
    const int m = engine.n_features();
    const Numbers c = numbers(2 * (1 + m), 1);
    const Network network({2, m, span(c), {}, {}, {}, {}, {}});
    for (const std::vector<int>& sizes : std::vector<std::vector<int>>{{300}, {40, 1, 7, 2, 3, 2}, {3}}) {
      const toy::ToySystem arrays(sizes);
      const System s = arrays.system();
      Numbers weights;
      for (int z : arrays.species) weights.insert(weights.end(), &c[z * (1 + m) + 1], &c[z * (1 + m) + 1] + m);
      const std::size_t n = s.n_atoms;
      Numbers energies(n), forces(3 * n), virial(6 * s.n_systems), others(n), moved(3 * n), strained(virial.size()),
          pulled(3 * n), pulled_virial(virial.size());
      engine.energy_forces(s, span(c), 2, span(energies), span(forces), span(virial));
      engine.network_energy_forces(s, network, 2, span(others), span(moved), span(strained));
      engine.vjp(s, {weights.data(), weights.size()}, 2, span(pulled), span(pulled_virial));
      CHECK(largest_difference(energies, others) < 1e-13);
      for (const Numbers* found : {&moved, &pulled}) CHECK(largest_difference(forces, *found) < 1e-13);
      for (const Numbers* found : {&strained, &pulled_virial}) CHECK(largest_difference(virial, *found) < 1e-13);
    }
  }
}

TEST(networks_of_other_sizes_are_refused) {
  const toy::ToyBasis basis;
  const Engine engine(basis.arrays(), "baseline");
  const toy::ToySystem arrays({3});
  const System s = arrays.system();
  Numbers big(100);
  const auto out = [&](std::size_t size) { return Span<double>{big.data(), size}; };
  const ToyNetwork shorter(engine.n_features() - 1), right(engine.n_features());
  const auto run = [&](const NetworkArrays& given, std::size_t n, std::size_t f, std::size_t v) {
    engine.network_energy_forces(s, Network(given), 1, out(n), out(f), out(v));
  };
  CHECK_THROWS(run(shorter.arrays(), 3, 9, 6), Error, "another number of features");
  CHECK_THROWS(run(right.arrays(), 2, 9, 6), Error, "energies must be");
  CHECK_THROWS(run(right.arrays(), 3, 10, 6), Error, "forces must be");
  CHECK_THROWS(run(right.arrays(), 3, 9, 5), Error, "virial must be");
  const Numbers c = numbers(1 + right.m, 1);
  CHECK_THROWS(run({1, right.m, span(c), {}, {}, {}, {}, {}}, 3, 9, 6), Error, "another number of species");
}

TEST(networks_that_contradict_themselves_are_refused) {
  const ToyNetwork toy(20);
  const auto make = [&](auto&& change) {
    NetworkArrays arrays = toy.arrays();
    change(arrays);
    Network network(arrays);
  };
  CHECK_THROWS(make([](auto& a) { a.n_species = 0; }), Error, "at least one species");
  CHECK_THROWS(make([](auto& a) { a.coefficients.size -= 1; }), Error, "coefficients must be");
  CHECK_THROWS(make([](auto& a) { a.branches[0].weights[1].in = 8; }), Error, "weights of a layer");
  CHECK_THROWS(make([](auto& a) { a.branches[0].weights[0].weights.size -= 1; }), Error, "weights of a layer");
  CHECK_THROWS(make([](auto& a) { a.branches[0].biases[0].size -= 1; }), Error, "biases must be");
  CHECK_THROWS(make([](auto& a) { a.branches[0].biases.pop_back(); }), Error, "biases of all layers but the last");
  CHECK_THROWS(make([](auto& a) { a.branches[1].weights.clear(); }), Error, "biases of all layers but the last");
  CHECK_THROWS(make([](auto& a) { a.branches[0].activation = "relu"; }), Error, "activation silu, tanh or sqrt");
  CHECK_THROWS(make([](auto& a) {
                 a.branches[0].weights.pop_back();
                 a.branches[0].biases.pop_back();
               }),
               Error, "one output");
  CHECK_THROWS(make([](auto& a) { a.weight.size -= 1; }), Error, "center and weight");
  CHECK_THROWS(make([](auto& a) { a.outer.size = 1; }), Error, "inner and outer");
  CHECK_THROWS(make([](auto& a) { a.outer = a.inner; }), Error, "outer must be above");
}

}  // namespace
}  // namespace potlearn
