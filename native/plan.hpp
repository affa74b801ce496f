// How to evaluate a program (program_arrays.hpp) and its adjoint, sum by sum, apart from the coefficients.
//
// Forward, every value that something reads is a sum of weighted values and of weighted products of two; so is every
// feature.  Backward, the adjoint of a value is gathered from what reads it,
//   g[x] = sum weight v[a] s[k] + sum weight v[a] g[b],    s[k] = dE/dB_k,
// so that each is written once and nothing is added to in memory.  Nodes that nothing reads are features only, and have
// no adjoint: what they are made of reads s.
//
// Of a linear model, s are its coefficients.  They are folded into the weights of the first sum (linear_weights.hpp),
// whose products then need no feature:
//   g[x] = start + sum weight v[a] + sum weight v[a] g[b].
//
// Sums are ordered by what they depend on, then by length: a processor foresees the end of a loop that it has just run
// through so many times.
#pragma once

#include <cstdint>
#include <vector>

#include "program_arrays.hpp"

namespace potlearn {

struct Plan {
  struct Single {
    double weight;
    std::int32_t a;
  };
  struct Pair {
    double weight;
    std::int32_t a, b;
  };
  // A value, or a feature: its terms are those from where the last sum's ended.
  struct Sum {
    std::int32_t value, first_end, pairs_end;
  };
  template <class First>
  struct Sums {
    std::vector<Sum> sums;
    std::vector<First> first;
    std::vector<Pair> pairs;
  };
  // A part of a weight: factor times a coefficient.
  struct Part {
    double factor;
    std::int32_t feature;
  };
  // The adjoint of a linear model: its parts are those of the first sums' weights, then of the starts.
  struct Linear {
    Sums<Single> adjoint;
    std::vector<std::int32_t> part_first;
    std::vector<Part> parts;
  };

  Sums<Single> forward;   // values that something reads
  Sums<Single> features;  // from these values
  Sums<Pair> adjoint;     // the first sum is over v[a] s[b]
  Linear linear;
  int one = 0;              // the constant value
  int n_values = 0;         // with the inner sums of groups of several terms, behind the one
  int least_neighbors = 0;  // with fewer, some feature is zero

  explicit Plan(const Program& p);

  int n_features() const { return int(features.sums.size()); }
};

}  // namespace potlearn
