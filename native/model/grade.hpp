// How far environments are from those of a training set: the norm of an affine map of features, each species its own.
#pragma once

#include <memory>
#include <vector>

#include "engine.hpp"
#include "span.hpp"
#include "system.hpp"
#include "term.hpp"

namespace potlearn {

// gamma_i = | W_0 + b_i W |, the largest part or the Euclidean norm; infinite for species without a map (NaN).
class Grade {
 public:
  // Throws FileError, std::invalid_argument.
  explicit Grade(const TermFile& given);

  // Grades (C) of the centres.  One call at a time.
  void grade(const System& system, int threads, Span<double> out);

 private:
  const Engine engine_;
  const std::size_t width_;         // numbers that the map gives
  const std::vector<double> maps_;  // (S, 1 + M, width)
  const bool largest_;
  std::vector<double> features_;

  double norm(const double* features, const double* map, std::vector<double>& mapped) const;
};

}  // namespace potlearn
