// An engine whose basis is read from a file.
#pragma once

#include "engine.hpp"
#include "term.hpp"

namespace potlearn {

// Throws FileError, std::invalid_argument.
Engine read_engine(const TermFile& given);
// The largest cutoff of its tables.
double read_cutoff(const TermFile& given);

// A workspace of sums that an engine writes, and that are then added to those of a term.
class Scratch {
 public:
  // Room for the parts that `sums` has.
  const Sums& like(const Sums& sums);
  void add_to(const Sums& sums) const;

 private:
  std::vector<double> energies_, forces_, virial_, atom_virials_;
  Sums sums_;
};

}  // namespace potlearn
