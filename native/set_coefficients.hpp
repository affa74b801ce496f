// Coefficients with the sets in lanes.
#pragma once

#include <cstddef>

#include "buffer.hpp"
#include "lanes.hpp"
#include "span.hpp"

namespace potlearn::POTLEARN_ISA {

// (n_species, 1 + M, vectors), from (S, n_species, 1 + M); zero in the places of the last vector that are empty.
class SetCoefficients {
 public:
  const int sets, vectors;

  SetCoefficients(Span<const double> c, int n_species, int n_features)
      : sets(int(c.size / (std::size_t(n_species) * (1 + n_features)))), vectors((sets + W - 1) / W),
        columns_(1 + n_features), lanes_(std::size_t(n_species) * columns_ * vectors) {
    const std::size_t all = n_species * columns_;
    for (int set = 0; set < sets; ++set)
      for (std::size_t k = 0; k < all; ++k) lanes_[k * vectors + set / W][set % W] = c[set * all + k];
  }

  // (1 + M, vectors)
  const lanes* of_species(int e) const { return &lanes_[e * columns_ * vectors]; }

 private:
  std::size_t columns_;
  Buffer lanes_;
};

}  // namespace potlearn::POTLEARN_ISA
