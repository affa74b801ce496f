// How far environments are from those of a training set: the norm of an affine map of features, each species its own.
#pragma once

#include <vector>

#include "engine.hpp"
#include "span.hpp"
#include "system.hpp"
#include "term.hpp"

namespace potlearn {

// A map of every species, | W_0 + b W |, and a norm of the result, the largest part or the Euclidean norm.
class GradeMaps {
 public:
  // `name` in the file; without it there are no maps.  Throws FileError, std::invalid_argument.
  GradeMaps(const TermFile& given, const std::string& name, std::size_t n_features);

  bool empty() const { return maps_.empty(); }
  // Norm for an atom of species z; infinite for species without a map (NaN).  `mapped` is room.
  double norm(std::size_t z, const double* features, std::vector<double>& mapped) const;

 private:
  const std::size_t n_features_;
  const std::vector<double> maps_;  // (S, 1 + M, width)
  const std::size_t width_;         // numbers that a map gives
  const bool largest_;
};

class Grade {
 public:
  // Throws FileError, std::invalid_argument.
  explicit Grade(const TermFile& given);

  // Numbers S (1 + M) from which the grade of a configuration is made; 0: the file does not have it.
  std::size_t n_sums() const { return mean_maps_.empty() ? 0 : n_species_ * (1 + n_features()); }
  // Grades (C) of the centres, written, and for every species the number of its centres and the sums of their
  // features, (S, 1 + M), added to; either may be empty.  One call at a time.
  void grade(const System& system, int threads, Span<double> grades, Span<double> sums);
  // Grade of the mean environments, the largest of those of the species that are there, from sums of all centres.
  double configuration(Span<const double> sums) const;

 private:
  const Engine engine_;
  const std::size_t n_species_;
  const GradeMaps maps_, mean_maps_;
  std::vector<double> features_;

  std::size_t n_features() const { return std::size_t(engine_.n_features()); }
  void grade_centers(const System& system, int threads, Span<double> grades) const;
  void add_up(const System& system, Span<double> sums) const;
};

}  // namespace potlearn
