#include "network.hpp"

#include <algorithm>
#include <cstddef>

#include "errors.hpp"

namespace potlearn {
namespace {

Activation activation_called(const std::string& name) {
  expect(name == "silu" || name == "tanh" || name == "sqrt", "network: expected an activation silu, tanh or sqrt");
  return name == "silu" ? Activation::silu : name == "tanh" ? Activation::tanh : Activation::sqrt;
}

std::vector<double> row(Span<const double> values, std::size_t z, std::size_t width) {
  return {values.begin() + z * width, values.begin() + (z + 1) * width};
}

// weight(output, input)
template <class F>
Matrix tiled(int out, int in, F&& weight) {
  Matrix found;
  found.out = out;
  found.in = in;
  found.weights.reserve(std::size_t(out) * in);
  for (int first = 0; first < out; first += TILE)
    for (int i = 0; i < in; ++i)
      for (int o = first; o < std::min(out, first + TILE); ++o) found.weights.push_back(weight(o, i));
  return found;
}

Layer layer_of(const MatrixArray& given, Span<const double> bias, std::size_t z) {
  const double* w = given.weights.begin() + z * given.out * given.in;
  const std::size_t in = given.in;
  return {tiled(given.out, given.in, [&](int o, int i) { return w[o * in + i]; }),
          tiled(given.in, given.out, [&](int o, int i) { return w[i * in + o]; }), row(bias, z, given.out)};
}

Branch branch_of(const BranchArrays& given, std::size_t z) {
  Branch found;
  found.activation = activation_called(given.activation);
  for (std::size_t l = 0; l < given.biases.size(); ++l)
    found.layers.push_back(layer_of(given.weights[l], given.biases[l], z));
  found.last = row(given.weights.back().weights, z, given.weights.back().in);
  return found;
}

void check_branch(const BranchArrays& b, std::size_t n_species, int entering) {
  expect(b.weights.size() == b.biases.size() + 1, "network: biases of all layers but the last");
  for (std::size_t l = 0; l < b.weights.size(); ++l) {
    const MatrixArray& w = b.weights[l];
    expect(w.in == entering && w.out >= 1 && w.weights.size == n_species * w.out * w.in,
           "network: the weights of a layer must be (S, out, in), in as the layer before has out");
    if (l < b.biases.size()) expect(b.biases[l].size == n_species * w.out, "network: biases must be (S, out)");
    entering = w.out;
  }
  expect(entering == 1, "network: the last layer must have one output");
}

void check(const NetworkArrays& a) {
  expect(a.n_species >= 1 && a.n_features >= 1, "network: at least one species and one feature");
  const std::size_t n = a.n_species, m = a.n_features;
  expect(a.coefficients.size == n * (1 + m), "network: coefficients must be (S, 1 + M)");
  for (const BranchArrays& b : a.branches) check_branch(b, n, a.n_features);
  if (a.center.empty()) return expect(a.inner.empty(), "network: a fade needs a center");
  expect(a.center.size == n * m && a.weight.size == n * m, "network: center and weight of a fade must be (S, M)");
  expect(a.inner.size == n && a.outer.size == n, "network: inner and outer of a fade must be (S)");
  for (std::size_t z = 0; z < n; ++z) expect(a.inner[z] < a.outer[z], "network: outer must be above inner");
}

}  // namespace

Network::Network(const NetworkArrays& a) : n_features_(a.n_features) {
  check(a);
  const std::size_t m = a.n_features;
  for (int z = 0; z < a.n_species; ++z) {
    OfSpecies own;
    own.coefficients = row(a.coefficients, z, 1 + m);
    for (const BranchArrays& b : a.branches) own.branches.push_back(branch_of(b, z));
    if (!a.center.empty()) own.fade.push_back({row(a.center, z, m), row(a.weight, z, m), a.inner[z], a.outer[z]});
    species_.push_back(std::move(own));
  }
  for (const Branch& b : species_[0].branches) {
    int outputs = 0;
    for (const Layer& layer : b.layers) {
      widest_ = std::max(widest_, layer.forward.out);
      outputs += layer.forward.out;
    }
    deepest_ = std::max(deepest_, outputs);
  }
}

}  // namespace potlearn
