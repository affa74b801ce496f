// Plans in lanes: against the program term by term, and against differences of its values.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "buffer.hpp"
#include "check.hpp"
#include "lane_tests.hpp"
#include "lanes.hpp"
#include "linear_weights.hpp"
#include "plan.hpp"
#include "plan_pass.hpp"
#include "program_arrays.hpp"
#include "toy.hpp"

namespace potlearn::POTLEARN_ISA {
namespace {

using Numbers = std::vector<double>;

// Nodes of a few groups of one to three terms, in which moments, earlier nodes and one stand at random, some of them
// squares; a node is no feature, one, or two.  The left factors of groups are early ones, so that degrees stay low.
Program random_program(unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return int(random() % unsigned(n)); };
  Program p;
  p.n_moments = 6;
  p.n_nodes = 25;
  const auto value = [&](int d) { return below(5) == 0 ? p.n_moments + p.n_nodes : below(p.n_moments + d); };
  p.node_first = p.group_first = {0};
  for (int d = 0; d < p.n_nodes; ++d) {
    for (int group = below(4); group >= 0; --group) {
      p.group_a.push_back(value(std::min(d, 3)));
      for (int term = below(3); term >= 0; --term) {
        p.term_b.push_back(below(4) == 0 ? p.group_a.back() : value(d));
        p.term_weight.push_back(0.1 * (1 + below(5)));
      }
      p.group_first.push_back(std::int32_t(p.term_b.size()));
    }
    p.node_first.push_back(std::int32_t(p.group_a.size()));
    for (int count = d + 3 < p.n_nodes ? below(3) : 1; count > 0; --count) p.feature.push_back(p.n_moments + d);
  }
  p.min_neighbors.assign(p.feature.size(), 0);
  p.find_terminals();
  return p;
}

// v[moments] given: the features, as the program says.
std::vector<long double> features_of(const Program& p, std::vector<long double> v) {
  v.resize(p.n_moments + p.n_nodes + 1);
  v.back() = 1;
  for (int d = 0; d < p.n_nodes; ++d)
    for (int q = p.node_first[d]; q < p.node_first[d + 1]; ++q)
      for (int t = p.group_first[q]; t < p.group_first[q + 1]; ++t)
        v[p.n_moments + d] += v[p.group_a[q]] * p.term_weight[t] * v[p.term_b[t]];
  std::vector<long double> found;
  for (int node : p.feature) found.push_back(v[node]);
  return found;
}

// A program with its plan, moments and seeds of W atoms, and what the plan makes of them.
struct Case {
  const Program program;
  const Plan plan;
  const int n_features;
  Buffer v, features, seeds, adjoint;

  explicit Case(unsigned seed)
      : program(random_program(seed)), plan(program), n_features(plan.n_features()), v(plan.n_values),
        features(n_features), seeds(n_features), adjoint(plan.n_values) {
    const Numbers moments = toy::numbers(std::size_t(program.n_moments) * W, seed),
                  given = toy::numbers(std::size_t(n_features) * W, seed + 1);
    for (int a = 0; a < program.n_moments; ++a) v[a] = load(&moments[std::size_t(a) * W]);
    for (int k = 0; k < n_features; ++k) seeds[k] = load(&given[std::size_t(k) * W]);
    plan_forward(plan, &v[0]);
    form_sums(plan.features, &v[0], &features[0]);
    plan_adjoint(plan, &v[0], &seeds[0], &adjoint[0]);
  }

  std::vector<long double> moments(int w) const {
    std::vector<long double> found;
    for (int a = 0; a < program.n_moments; ++a) found.push_back(v[a][w]);
    return found;
  }

  // sum_k s[k] B_k of atom w, moment a changed by a step.
  long double seeded(int w, int a, long double step) const {
    std::vector<long double> changed = moments(w);
    changed[a] += step;
    const std::vector<long double> b = features_of(program, changed);
    long double sum = 0;
    for (int k = 0; k < n_features; ++k) sum += seeds[k][w] * b[k];
    return sum;
  }
};

bool near(double found, long double expected, double tolerance) {
  return std::abs(found - expected) <= tolerance * (1 + std::abs(expected));
}

void plans_form_the_features_of_the_program(const Case& c) {
  for (int w = 0; w < W; ++w) {
    const std::vector<long double> expected = features_of(c.program, c.moments(w));
    for (int k = 0; k < c.n_features; ++k) CHECK(near(c.features[k][w], expected[k], 1e-13));
  }
}

void adjoints_are_derivatives(const Case& c) {
  const long double h = 1e-5L;
  for (int w = 0; w < W; ++w)
    for (int a = 0; a < c.program.n_moments; ++a)
      CHECK(near(c.adjoint[a][w], (c.seeded(w, a, h) - c.seeded(w, a, -h)) / (2 * h), 1e-8));
}

// The seeds of one atom are the coefficients of all.
void linear_models_have_the_adjoint_of_their_coefficients(Case& c) {
  Numbers coefficients;
  for (int k = 0; k < c.n_features; ++k) coefficients.push_back(c.seeds[k][W - 1]);
  Buffer adjoint(c.plan.n_values);
  const lanes energy = linear_adjoint(c.plan, LinearWeights(c.plan.linear, coefficients.data()), &c.v[0], &adjoint[0]);
  long double expected = 0;
  for (int k = 0; k < c.n_features; ++k) expected += coefficients[k] * (long double)c.features[k][W - 1];
  CHECK(near(energy[W - 1], expected, 1e-12));
  for (int a = 0; a < c.program.n_moments; ++a) CHECK(near(adjoint[a][W - 1], c.adjoint[a][W - 1], 1e-12));
}

// Two vectors of sets, all with the seeds of the atom.
void sets_have_the_adjoint_of_their_atom(const Case& c) {
  for (int w = 0; w < W; ++w) {
    Numbers v;
    for (int x = 0; x < c.plan.n_values; ++x) v.push_back(c.v[x][w]);
    Buffer seeds(2 * std::size_t(c.n_features)), adjoint(2 * std::size_t(c.plan.n_values));
    for (int k = 0; k < 2 * c.n_features; ++k) seeds[k] = splat((1 + k % 2) * c.seeds[k / 2][w]);
    pull_back<2>(c.plan, v.data(), &seeds[0], 2, &adjoint[0]);
    for (int a = 0; a < 2 * c.program.n_moments; ++a)
      CHECK(near(adjoint[a][W - 1], (1 + a % 2) * c.adjoint[a / 2][w], 1e-12));
  }
}

}  // namespace

void plan_lane_tests() {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Case c(seed);
    plans_form_the_features_of_the_program(c);
    adjoints_are_derivatives(c);
    linear_models_have_the_adjoint_of_their_coefficients(c);
    sets_have_the_adjoint_of_their_atom(c);
  }
}

}  // namespace potlearn::POTLEARN_ISA
