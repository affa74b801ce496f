#include "linear_weights.hpp"

#include <cstddef>
#include <vector>

namespace potlearn {

LinearWeights::LinearWeights(const Plan::Linear& plan, const double* coefficients)
    : singles(plan.adjoint.first), starts(plan.adjoint.sums.size()) {
  const auto weight = [&](std::size_t k) {
    double sum = 0;
    for (int q = plan.part_first[k]; q < plan.part_first[k + 1]; ++q)
      sum += plan.parts[q].factor * coefficients[plan.parts[q].feature];
    return sum;
  };
  for (std::size_t k = 0; k < singles.size(); ++k) singles[k].weight = weight(k);
  for (std::size_t k = 0; k < starts.size(); ++k) starts[k] = weight(singles.size() + k);
}

}  // namespace potlearn
