// One term of a potential: energies of centres, and what they add to forces and virials.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "array_file.hpp"
#include "span.hpp"
#include "system.hpp"

namespace potlearn {

// Of C centres among N atoms: energies (C), forces (N, 3), virial (6), and virials of atoms (N, 6) or none of these.
struct Sums {
  Span<double> energies, forces, virial, atom_virials;
};

class Term {
 public:
  explicit Term(double cutoff) : cutoff_(cutoff) {}
  virtual ~Term() = default;

  // From this distance on a pair adds nothing.
  double cutoff() const { return cutoff_; }
  // Whether atoms without neighbours have no energy, as those of pair potentials.
  bool needs_pairs() const { return needs_pairs_; }
  // Finds it out, with an atom of each species alone.
  void try_alone(int n_species);

  // Adds the term's part.  Species of the system are the term's.  One call at a time.
  virtual void add(const System& system, int threads, const Sums& sums) = 0;

 private:
  const double cutoff_;
  bool needs_pairs_ = false;
};

// What the arrays of a term, or another part of a potential, are read from: their names begin with `prefix`.
struct TermFile {
  const ArrayFile& file;
  std::string prefix;
  int n_species;
  std::string instruction_set;

  std::string name(const std::string& part) const { return prefix + part; }
};

// The term of a kind.  Throws FileError, std::invalid_argument for what does not belong together.
std::unique_ptr<Term> read_term(const std::string& kind, const TermFile& given);

}  // namespace potlearn
