// Activations of layers in lanes: values in place, and their slopes.
#pragma once

#include <cmath>

#include "exponential.hpp"
#include "lanes.hpp"
#include "network.hpp"

namespace potlearn::POTLEARN_ISA {

// x / (1 + e^-x)
inline lanes silu(lanes x, lanes& slope) {
  const lanes s = 1.0 / (1.0 + exponential(-x));
  slope = s * (1.0 + x * (1.0 - s));
  return x * s;
}

inline lanes hyperbolic_tangent(lanes x, lanes& slope) {
  const lanes t = 1.0 - 2.0 / (1.0 + exponential(2.0 * x));
  slope = 1.0 - t * t;
  return t;
}

// x / (1 + x^2)^(1/4); with q = (1 + x^2)^(-1/2) the slope is (1 + q^2) sqrt(q) / 2.  Beyond +-1e150 it is constant.
inline lanes signed_root(lanes x, lanes& slope) {
  constexpr double most = 1e150;
  x = x > splat(most) ? splat(most) : x;
  x = x < splat(-most) ? splat(-most) : x;
  const lanes q = 1.0 / square_root(1.0 + x * x), root = square_root(q);
  slope = 0.5 * (1.0 + q * q) * root;
  return x * root;
}

inline void activate(Activation kind, int count, lanes* x, lanes* slope) {
  switch (kind) {
    case Activation::silu:
      for (int k = 0; k < count; ++k) x[k] = silu(x[k], slope[k]);
      return;
    case Activation::tanh:
      for (int k = 0; k < count; ++k) x[k] = hyperbolic_tangent(x[k], slope[k]);
      return;
    case Activation::sqrt:
      for (int k = 0; k < count; ++k) x[k] = signed_root(x[k], slope[k]);
  }
}

}  // namespace potlearn::POTLEARN_ISA
