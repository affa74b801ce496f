// A network of features: a linear part, branches of layers, and a fade.  Laid out once, for every instruction set.
#pragma once

#include <string>
#include <vector>

#include "aligned.hpp"
#include "span.hpp"

namespace potlearn {

enum class Activation { silu, tanh, sqrt };

// Outputs of a layer that are formed together, in registers.
constexpr int TILE = 8;

// Weights (out, in) in tiles of TILE outputs, the last of what is left:  weights[tile start * in + i * width + output].
struct Matrix {
  int out = 0, in = 0;
  AlignedVector<double> weights;
};

// y = activation(W x + bias); the transpose of W takes gradients back.
struct Layer {
  Matrix forward, backward;
  std::vector<double> bias;
};

// h = last . layer(layer(...)), of one species.
struct Branch {
  Activation activation = Activation::silu;
  std::vector<Layer> layers;
  std::vector<double> last;
};

// f = 1 - 10 t^3 + 15 t^4 - 6 t^5, t = (d^2 - inner) / (outer - inner), d^2 = sum_k ((B_k - center_k) weight_k)^2.
struct Fade {
  std::vector<double> center, weight;
  double inner = 0, outer = 0;
};

// What a network is made of, not yet checked.
struct MatrixArray {
  int out, in;
  Span<const double> weights;  // (S, out, in)
};
struct BranchArrays {
  std::vector<MatrixArray> weights;
  std::vector<Span<const double>> biases;  // (S, out) of all layers but the last
  std::string activation;
};
struct NetworkArrays {
  int n_species, n_features;
  Span<const double> coefficients;  // (S, 1 + M)
  std::vector<BranchArrays> branches;
  Span<const double> center, weight;  // (S, M), or none: no fade
  Span<const double> inner, outer;    // (S)
};

// E = c_0 + sum_k c_k B_k + f sum_m h_m, each species its own.
class Network {
 public:
  // Throws std::invalid_argument.
  explicit Network(const NetworkArrays& arrays);

  struct OfSpecies {
    std::vector<double> coefficients;  // (1 + M)
    std::vector<Branch> branches;
    std::vector<Fade> fade;  // one or none
  };
  const OfSpecies& of_species(int z) const { return species_[z]; }
  int n_species() const { return int(species_.size()); }
  int n_features() const { return n_features_; }
  int widest() const { return widest_; }    // most outputs of a layer
  int deepest() const { return deepest_; }  // most outputs of all layers of a branch

 private:
  int n_features_, widest_ = 0, deepest_ = 0;
  std::vector<OfSpecies> species_;
};

}  // namespace potlearn
