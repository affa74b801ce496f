// The weights that a linear model, E = sum_k c_k B_k, gives the first sums of a plan's adjoint (plan.hpp).
#pragma once

#include <vector>

#include "plan.hpp"

namespace potlearn {

struct LinearWeights {
  std::vector<Plan::Single> singles;
  std::vector<double> starts;

  LinearWeights(const Plan::Linear& plan, const double* coefficients);
};

}  // namespace potlearn
