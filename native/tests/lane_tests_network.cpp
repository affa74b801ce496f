// The exponential, activations and layers in lanes, against long double.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <limits>
#include <random>
#include <vector>

#include "activation.hpp"
#include "buffer.hpp"
#include "check.hpp"
#include "lane_tests.hpp"
#include "lanes.hpp"
#include "network.hpp"
#include "network_pass.hpp"
#include "toy.hpp"

namespace potlearn::POTLEARN_ISA {
namespace {

constexpr double INF = std::numeric_limits<double>::infinity();

// Distance from the exact value in units of the last place of it.
double units_off(double found, long double exact) {
  const double here = double(exact), above = std::nextafter(std::abs(here), INF) - std::abs(here);
  return double(std::abs((long double)found - exact) / above);
}

void exponential_is_right_to_one_and_a_half_last_places() {
  std::mt19937_64 random(0);
  std::uniform_real_distribution<double> wide(-708, 709.78), near(-2, 2);
  double worst = 0;
  for (int k = 0; k < 100000; ++k) {
    lanes x;
    for (int w = 0; w < W; ++w) x[w] = k % 2 ? wide(random) : near(random);
    const lanes y = exponential(x);
    for (int w = 0; w < W; ++w) worst = std::max(worst, units_off(y[w], std::exp((long double)x[w])));
  }
  CHECK(worst <= 1.5);
}

void exponential_ends_where_numbers_do() {
  const auto at = [](double x) { return exponential(splat(x))[W - 1]; };
  CHECK(at(0) == 1 && at(-0.0) == 1 && at(1e-300) == 1);
  for (double x : {709.79, 710.0, 1e4, 1e300, INF}) CHECK(at(x) == INF);
  for (double x : {-708.001, -750.0, -1e4, -1e300, -INF}) CHECK(at(x) == 0);
  CHECK(std::isnan(at(std::nan(""))) && std::isnan(at(-std::nan("1"))));
  for (double x : {709.78, -708.0}) CHECK(units_off(at(x), std::exp((long double)x)) <= 1.5);
}

struct Reference {
  Activation kind;
  std::function<long double(long double)> value, slope;
};

const std::vector<Reference> REFERENCES = {
    {Activation::silu, [](long double x) { return x / (1 + std::exp(-x)); },
     [](long double x) {
       const long double s = 1 / (1 + std::exp(-x));
       return s * (1 + x * (1 - s));
     }},
    {Activation::tanh, [](long double x) { return std::tanh(x); },
     [](long double x) { return 1 - std::tanh(x) * std::tanh(x); }},
    {Activation::sqrt, [](long double x) { return x / std::pow(1 + x * x, 0.25L); },
     [](long double x) { return (1 + x * x / 2) / std::pow(1 + x * x, 1.25L); }},
};

void activations_and_their_slopes_are_right() {
  std::mt19937_64 random(1);
  std::normal_distribution<double> normal;
  for (const Reference& reference : REFERENCES)
    for (int k = 0; k < 3000; ++k) {
      const double x = normal(random) * (k % 3 == 0 ? 30 : 2);
      lanes value = splat(x), slope = splat(0);
      activate(reference.kind, 1, &value, &slope);
      CHECK(std::abs(value[0] - reference.value(x)) <= 1e-15L * (1 + std::abs((long double)x)));
      CHECK(std::abs(slope[0] - reference.slope(x)) <= 4e-15L);
    }
}

void activations_of_large_numbers_are_finite() {
  for (double x : {-1e300, -1e160, -1e100, -1e4, -800.0, 800.0, 1e4, 1e100, 1e160, 1e300})
    for (const Reference& reference : REFERENCES) {
      lanes value = splat(x), slope = splat(0);
      activate(reference.kind, 1, &value, &slope);
      const bool root = reference.kind == Activation::sqrt;
      const double end = reference.kind == Activation::tanh ? std::copysign(1.0, x) : std::max(x, 0.0);
      CHECK(std::isfinite(value[0]) && std::isfinite(slope[0]));
      CHECK(root ? std::copysign(1.0, value[0]) == std::copysign(1.0, x) : value[0] == end);
    }
}

// One layer of every width, whose weights are laid out in tiles: energies and slopes of a linear activation's
// neighbourhood, sqrt of small numbers, equal those of sums in order.
void layers_of_every_width_are_right() {
  for (int width = 1; width <= 20; ++width) {
    const int m = 23 - width;
    const std::vector<double> c = toy::numbers(1 + m, 1), w = toy::numbers(std::size_t(width) * m, 2),
                              b = toy::numbers(width, 3), last = toy::numbers(width, 4);
    const Network network({1,
                           m,
                           toy::span(c),
                           {{{{width, m, toy::span(w)}, {1, width, toy::span(last)}}, {toy::span(b)}, "tanh"}},
                           {},
                           {},
                           {},
                           {}});
    NetworkPass pass;
    pass.fit(network);
    const std::vector<double> features = toy::numbers(std::size_t(m) * W, 5);
    Buffer entering(m), found(m);
    for (int k = 0; k < m; ++k) entering[k] = load(&features[std::size_t(k) * W]);
    const lanes energy = pass.evaluate(network.of_species(0), &entering[0], &found[0]);
    for (int lane = 0; lane < W; ++lane) {
      double expected = c[0];
      std::vector<double> slopes(c.begin() + 1, c.end());
      for (int k = 0; k < m; ++k) expected += c[1 + k] * features[k * W + lane];
      for (int o = 0; o < width; ++o) {
        double x = b[o];
        for (int k = 0; k < m; ++k) x += w[o * m + k] * features[k * W + lane];
        const double t = std::tanh(x);
        expected += last[o] * t;
        for (int k = 0; k < m; ++k) slopes[k] += last[o] * (1 - t * t) * w[o * m + k];
      }
      CHECK(std::abs(energy[lane] - expected) < 1e-13);
      for (int k = 0; k < m; ++k) CHECK(std::abs(found[k][lane] - slopes[k]) < 1e-13);
    }
  }
}

}  // namespace

void network_lane_tests() {
  exponential_is_right_to_one_and_a_half_last_places();
  exponential_ends_where_numbers_do();
  activations_and_their_slopes_are_right();
  activations_of_large_numbers_are_finite();
  layers_of_every_width_are_right();
}

}  // namespace potlearn::POTLEARN_ISA
