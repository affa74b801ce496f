// A plan (plan.hpp), forward and backward, for a block of atoms; backward also for many seeds of one atom.
#pragma once

#include "lanes.hpp"
#include "linear_weights.hpp"
#include "plan.hpp"

namespace potlearn::POTLEARN_ISA {

// out[value] = sum weight v[a] + sum weight v[a] v[b]; out may be v.
inline void form_sums(const Plan::Sums<Plan::Single>& plan, const lanes* v, lanes* out) {
  const Plan::Single *single = plan.first.data(), *const singles = single;
  const Plan::Pair *pair = plan.pairs.data(), *const pairs = pair;
  for (const Plan::Sum& sum : plan.sums) {
    lanes total = splat(0);
    for (const auto* end = singles + sum.first_end; single != end; ++single) total += single->weight * v[single->a];
    for (const auto* end = pairs + sum.pairs_end; pair != end; ++pair)
      total += (pair->weight * v[pair->a]) * v[pair->b];
    out[sum.value] = total;
  }
}

// v: moments on entry; on return all values that something reads.
inline void plan_forward(const Plan& plan, lanes* v) {
  v[plan.one] = splat(1);
  form_sums(plan.forward, v, v);
}

// g: the adjoints of all values that something reads, from seeds dE/dB, (M).
inline void plan_adjoint(const Plan& plan, const lanes* v, const lanes* seeds, lanes* g) {
  const Plan::Pair *first = plan.adjoint.first.data(), *const firsts = first;
  const Plan::Pair *pair = plan.adjoint.pairs.data(), *const pairs = pair;
  for (const Plan::Sum& sum : plan.adjoint.sums) {
    lanes total = splat(0);
    for (const auto* end = firsts + sum.first_end; first != end; ++first)
      total += (first->weight * v[first->a]) * seeds[first->b];
    for (const auto* end = pairs + sum.pairs_end; pair != end; ++pair)
      total += (pair->weight * v[pair->a]) * g[pair->b];
    g[sum.value] = total;
  }
}

// The same for a linear model.  Returns the energy but for the constant.
//
// Half of all values times their first sums is the energy of nodes that nothing reads: both factors get the other one.
inline lanes linear_adjoint(const Plan& plan, const LinearWeights& weights, const lanes* v, lanes* g) {
  const Plan::Single *single = weights.singles.data(), *const singles = single;
  const Plan::Pair *pair = plan.linear.adjoint.pairs.data(), *const pairs = pair;
  const double* start = weights.starts.data();
  lanes energy = splat(0);
  for (const Plan::Sum& sum : plan.linear.adjoint.sums) {
    const lanes first = splat(*start++);
    lanes total = first;
    for (const auto* end = singles + sum.first_end; single != end; ++single) total += single->weight * v[single->a];
    energy += (0.5 * v[sum.value]) * (total + first);
    for (const auto* end = pairs + sum.pairs_end; pair != end; ++pair)
      total += (pair->weight * v[pair->a]) * g[pair->b];
    g[sum.value] = total;
  }
  return energy;
}

// plan_adjoint of one atom, with values v, for T vectors of seeds: seeds (M, stride), g (values, T).
template <int T>
inline void pull_back(const Plan& plan, const double* v, const lanes* seeds, int stride, lanes* g) {
  const Plan::Pair *first = plan.adjoint.first.data(), *const firsts = first;
  const Plan::Pair *pair = plan.adjoint.pairs.data(), *const pairs = pair;
  for (const Plan::Sum& sum : plan.adjoint.sums) {
    lanes total[T] = {};
    for (const auto* end = firsts + sum.first_end; first != end; ++first) {
      const double slope = first->weight * v[first->a];
      for (int t = 0; t < T; ++t) total[t] += slope * seeds[first->b * stride + t];
    }
    for (const auto* end = pairs + sum.pairs_end; pair != end; ++pair) {
      const double slope = pair->weight * v[pair->a];
      for (int t = 0; t < T; ++t) total[t] += slope * g[pair->b * T + t];
    }
    for (int t = 0; t < T; ++t) g[sum.value * T + t] = total[t];
  }
}

}  // namespace potlearn::POTLEARN_ISA
