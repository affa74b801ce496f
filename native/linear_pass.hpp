// A linear model's plan (linear_plan.hpp), forward and backward, for a block of atoms.
#pragma once

#include <cstdint>

#include "lanes.hpp"
#include "linear_plan.hpp"

namespace potlearn::POTLEARN_ISA {

// v: moments on entry; on return all values that something reads.
inline void linear_forward(const LinearPlan& plan, lanes* v) {
  v[plan.one] = splat(1);
  const LinearPlan::Single* single = plan.forward.singles.data();
  const LinearPlan::Pair* pair = plan.forward.pairs.data();
  const LinearPlan::Single* const singles = single;
  const LinearPlan::Pair* const pairs = pair;
  for (const LinearPlan::Sum& sum : plan.forward.sums) {
    lanes total = splat(0);
    for (const auto* end = singles + sum.singles_end; single != end; ++single) total += single->weight * v[single->a];
    for (const auto* end = pairs + sum.pairs_end; pair != end; ++pair)
      total += (pair->weight * v[pair->a]) * v[pair->b];
    v[sum.value] = total;
  }
}

// g: the adjoints of all values that something reads.  Returns the energy but for the constant.
inline lanes linear_backward(const LinearPlan& plan, const LinearWeights& weights, const lanes* v, lanes* g) {
  const LinearPlan::Single* single = weights.singles.data();
  const LinearPlan::Pair* pair = plan.backward.pairs.data();
  const LinearPlan::Single* const singles = single;
  const LinearPlan::Pair* const pairs = pair;
  const double* start = weights.starts.data();
  lanes energy = splat(0);
  for (const LinearPlan::Sum& sum : plan.backward.sums) {
    const lanes first = splat(*start++);
    lanes total = first;
    for (const auto* end = singles + sum.singles_end; single != end; ++single) total += single->weight * v[single->a];
    energy += (0.5 * v[sum.value]) * (total + first);
    for (const auto* end = pairs + sum.pairs_end; pair != end; ++pair)
      total += (pair->weight * v[pair->a]) * g[pair->b];
    g[sum.value] = total;
  }
  return energy;
}

}  // namespace potlearn::POTLEARN_ISA
