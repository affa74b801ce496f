// A network of the features of W atoms: its energies, and their slopes in the features.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "activation.hpp"
#include "buffer.hpp"
#include "lanes.hpp"
#include "moments.hpp"
#include "network.hpp"

namespace potlearn::POTLEARN_ISA {

template <int T>
inline void product_tile(int in, const double* weights, const lanes* x, lanes* y) {
  lanes acc[T];
  for (int t = 0; t < T; ++t) acc[t] = y[t];
  for (int i = 0; i < in; ++i, weights += T)
    for (int t = 0; t < T; ++t) acc[t] += weights[t] * x[i];
  for (int t = 0; t < T; ++t) y[t] = acc[t];
}

// y += W x
inline void add_product(const Matrix& matrix, const lanes* x, lanes* y) {
  for_tiles<TILE>(matrix.out, [&](auto tile, int first) {
    product_tile<tile()>(matrix.in, &matrix.weights[std::size_t(first) * matrix.in], x, y + first);
  });
}

// In four sums, which do not wait for one another.
template <class F>
inline lanes sum_over(int count, F&& term) {
  lanes sums[4] = {};
  int k = 0;
  for (; k + 4 <= count; k += 4)
    for (int j = 0; j < 4; ++j) sums[j] += term(k + j);
  for (; k < count; ++k) sums[0] += term(k);
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

// The fade f, from 1 within the data to 0 far from them, and df/d(d^2).
struct Faded {
  lanes value = splat(1), slope = splat(0);
  bool inside = true, outside = false;  // all of the atoms

  Faded() = default;
  Faded(const Fade& fade, const lanes* features) {
    const double width = fade.outer - fade.inner;
    const lanes d2 = sum_over(int(fade.center.size()), [&](int k) {
      const lanes step = (features[k] - fade.center[k]) * fade.weight[k];
      return step * step;
    });
    lanes t = (d2 - fade.inner) / width;
    t = t < splat(0) ? splat(0) : t;
    t = t > splat(1) ? splat(1) : t;
    const lanes rest = 1.0 - t;
    value = 1.0 - t * t * t * (10.0 - t * (15.0 - 6.0 * t));
    slope = -30.0 / width * (t * t * rest * rest);
    outside = true;
    for (int w = 0; w < W; ++w) {
      inside = inside && t[w] == 0;
      outside = outside && t[w] == 1;
    }
  }
};

// Room for the values of a network, kept from block to block.
class NetworkPass {
 public:
  // Room for the layers of a network.
  void fit(const Network& network) {
    activation_slopes_.at_least(network.deepest());
    here_.at_least(network.widest());
    there_.at_least(network.widest());
  }

  // Energies of W atoms from their features (M), and the slopes dE/dB (M).
  lanes evaluate(const Network::OfSpecies& network, const lanes* features, lanes* slopes) {
    const int n = int(network.coefficients.size()) - 1;
    const double* c = network.coefficients.data() + 1;
    const lanes linear = network.coefficients[0] + sum_over(n, [&](int k) { return c[k] * features[k]; });
    const Faded faded = network.fade.empty() ? Faded() : Faded(network.fade[0], features);
    const bool between = !faded.inside && !faded.outside;
    for (int k = 0; k < n; ++k) slopes[k] = splat(between ? 0 : c[k]);
    lanes sum = splat(0);
    if (!faded.outside)
      for (const Branch& branch : network.branches) sum += add_branch(branch, features, slopes);
    if (between) add_fade(network.fade[0], faded, sum, c, features, slopes);
    return between ? linear + faded.value * sum : linear + sum;
  }

 private:
  Buffer activation_slopes_, here_, there_;  // of all layers; of one, and of the next

  // The slopes of the linear part and of f times the sum, from those of the sum.
  static void add_fade(const Fade& fade, const Faded& faded, lanes sum, const double* c, const lanes* features,
                       lanes* slopes) {
    const lanes outer = 2.0 * sum * faded.slope;
    for (std::size_t k = 0; k < fade.center.size(); ++k) {
      const lanes step = (features[k] - fade.center[k]) * (fade.weight[k] * fade.weight[k]);
      slopes[k] = c[k] + faded.value * slopes[k] + outer * step;
    }
  }

  // The value of a branch; its slopes are added.
  lanes add_branch(const Branch& branch, const lanes* features, lanes* slopes) {
    const lanes* x = features;
    lanes *out = &here_[0], *other = &there_[0], *slope = &activation_slopes_[0];
    for (const Layer& layer : branch.layers) {
      for (int k = 0; k < layer.forward.out; ++k) out[k] = splat(layer.bias[k]);
      add_product(layer.forward, x, out);
      activate(branch.activation, layer.forward.out, out, slope);
      x = out;
      slope += layer.forward.out;
      std::swap(out, other);
    }
    const double* last = branch.last.data();
    const lanes value = sum_over(int(branch.last.size()), [&](int k) { return last[k] * x[k]; });
    add_slopes(branch, slope, slopes);
    return value;
  }

  // Backwards from the last layer; `slope` is the end of the activations' slopes.
  void add_slopes(const Branch& branch, const lanes* slope, lanes* slopes) {
    const int n = int(branch.last.size());
    if (branch.layers.empty()) {
      for (int k = 0; k < n; ++k) slopes[k] += branch.last[k];
      return;
    }
    lanes *back = &here_[0], *next = &there_[0];
    for (int k = 0; k < n; ++k) back[k] = splat(branch.last[k]);
    for (std::size_t l = branch.layers.size(); l-- > 0;) {
      const Matrix& matrix = branch.layers[l].backward;
      slope -= matrix.in;
      for (int k = 0; k < matrix.in; ++k) back[k] *= slope[k];
      if (l == 0) return add_product(matrix, back, slopes);
      std::fill(next, next + matrix.out, splat(0));
      add_product(matrix, back, next);
      std::swap(back, next);
    }
  }
};

}  // namespace potlearn::POTLEARN_ISA
