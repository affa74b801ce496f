// Energy and adjoint of a linear model, E = sum_k c_k B_k, of a program (program_arrays.hpp).
//
// Forward, every value that something reads is a sum of weighted values and of weighted products of two.  Backward,
// the adjoint of a value is gathered from what reads it,
//   g[x] = start + sum weight v[a] + sum weight v[a] g[b],
// so that each is written once and nothing is added to in memory.  Nodes that nothing reads are features only: neither
// they nor their adjoints are formed.  Their products v[x] v[a] enter the first sum with weights that follow from c.
// Both factors get the other one, so half of all values times their first sums is the energy of these nodes.
//
// Sums are ordered by what they depend on, then by length: a processor foresees the end of a loop that it has just run
// through so many times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "basis.hpp"
#include "program_arrays.hpp"
#include "span.hpp"

namespace potlearn {

struct LinearPlan {
  struct Single {
    double weight;
    std::int32_t a;
  };
  struct Pair {
    double weight;
    std::int32_t a, b;
  };
  // A value: its singles and pairs are those from where the last sum's ended.
  struct Sum {
    std::int32_t value, singles_end, pairs_end;
  };
  struct Direction {
    std::vector<Sum> sums;
    std::vector<Single> singles;  // backward without their weights
    std::vector<Pair> pairs;
  };
  // A part of a weight: factor times a coefficient.
  struct Part {
    double factor;
    std::int32_t feature;
  };

  Direction forward, backward;
  std::vector<std::int32_t> part_first;  // parts of the weights: of the backward singles, then of the starts
  std::vector<Part> parts;
  int one = 0;              // the constant value
  int n_values = 0;         // with the inner sums of groups of several terms, behind the one
  int least_neighbors = 0;  // with fewer, some feature is zero

  explicit LinearPlan(const Program& p);
};

// What a plan needs of the coefficients of a species.
struct LinearWeights {
  std::vector<LinearPlan::Single> singles;  // backward
  std::vector<double> starts;               // of the backward sums

  LinearWeights(const LinearPlan& plan, const double* coefficients);
};

}  // namespace potlearn
