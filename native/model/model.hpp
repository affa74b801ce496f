// A saved potential: the sum of its terms, without Python.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "array_file.hpp"
#include "span.hpp"
#include "term.hpp"

namespace potlearn {

// Atoms and the neighbours of those that are centres; see capi/potlearn.h.
struct Surroundings {
  Span<const double> positions;       // (N, 3)
  Span<const std::int32_t> species;   // (N), -1: does not interact
  Span<const std::int32_t> centers;   // (C)
  Span<const std::int64_t> first;     // (C + 1)
  Span<const std::int32_t> neighbor;  // (P)
};

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

 private:
  // A term, and its number of each species of the model; none where they are the same.
  struct Part {
    std::unique_ptr<Term> term;
    std::vector<std::int32_t> renumbered;
  };

  const std::string instruction_set_;
  std::vector<std::string> species_;
  double cutoff_ = 0;
  std::vector<Part> parts_;

  Part read_part(const ArrayFile& file, const std::string& prefix) const;
};

// The instruction set that the environment variable POTLEARN_INSTRUCTION_SET names, or the widest.  Throws
// std::invalid_argument where this processor does not run it.
std::string usual_instruction_set();

}  // namespace potlearn
