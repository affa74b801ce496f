// A saved potential, without Python: the sum of its terms, and what is known of its errors.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "array_file.hpp"
#include "deviations.hpp"
#include "grade.hpp"
#include "interacting.hpp"
#include "near_pairs.hpp"
#include "span.hpp"
#include "term.hpp"

namespace potlearn {

class Model {
 public:
  // Throws FileError, std::invalid_argument for an unknown instruction set.
  Model(const std::string& path, const std::string& instruction_set);

  const std::vector<std::string>& species() const { return species_; }
  double cutoff() const { return cutoff_; }
  const std::string& instruction_set() const { return instruction_set_; }

  // Energies are written, the others added to.  Energies, forces and virial must be there, virials of atoms may be
  // empty.  Throws std::invalid_argument for what does not fit, TooClose.  One call at a time.
  void evaluate(const Surroundings& given, int threads, const Sums& sums);

  bool has_grade() const { return bool(grade_.part); }
  // Number of sums over centres from which the grade of a configuration is made; 0: not known.
  std::size_t n_grade_sums() const { return grade_.part ? grade_.part->n_sums() : 0; }
  // Number K of forces that show how large errors of forces are; 0: not known.
  int n_deviations() const { return deviations_.part ? deviations_.part->count() : 0; }
  // Of what the potential knows; each may be empty.
  struct Spread {
    Span<double> grades;      // (C), written; 0 for centres that do not interact
    Span<double> grade_sums;  // (n_grade_sums), added to
    Span<double> deviations;  // (N, K, 3), added to
  };
  // Throws as evaluate.
  void spread(const Surroundings& given, int threads, const Spread& wanted);
  // Grade of a configuration from the sums of all its centres.
  double configuration_grade(Span<const double> sums) const;
  // Expected errors of forces (n, 3) from deviations (n, K, 3) of all centres.
  void force_std(Span<const double> deviations, Span<double> out) const;

 private:
  // A part of the file, and its number of each species of the model; none where they are the same.
  template <class T>
  struct Numbered {
    std::unique_ptr<T> part;
    std::vector<std::int32_t> numbers;
  };

  const std::string instruction_set_;
  std::vector<std::string> species_;
  double cutoff_ = 0;
  std::vector<Numbered<Term>> terms_;
  double near_ = 0;                 // cutoff of the terms of short range; 0: there are none
  NearPairs near_pairs_, of_term_;  // within this cutoff, and within that of one of these terms
  Numbered<Grade> grade_;
  Numbered<Deviations> deviations_;

  void add_terms(const Interacting& atoms, int threads, const Sums& sums);
  template <class T, class F>
  Numbered<T> read_part(const ArrayFile& file, const std::string& prefix, F&& read) const;
};

// The instruction set that the environment variable POTLEARN_INSTRUCTION_SET names, or the widest.  Throws
// std::invalid_argument where this processor does not run it.
std::string usual_instruction_set();

}  // namespace potlearn
