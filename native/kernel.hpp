// The engine's operations on one basis, one implementation per instruction set.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "basis.hpp"
#include "network.hpp"
#include "span.hpp"
#include "system.hpp"

namespace potlearn {

// Products w_g(i) B_k(i) as features of the rows: w (N, G), slopes dw_g/dB_k (N, G, M).
struct Gates {
  int count = 0;
  Span<const double> weights, slopes;
};

// Rows of the linear model, zero at first; columns are n_species blocks [one-body count, features].
struct Rows {
  std::size_t stride;   // from row to row
  Span<double> energy;  // (B) rows
  Span<double> forces;  // (3N) rows
  Span<double> virial;  // (6B) rows, or none
};

// For every centre i, feature k and coefficient set s (element-major blocks: one-body count, then features):
//   E_i = c0[z_i] + sum_k c_k[z_i] B_k(i)
// of N atoms in B configurations; where only C atoms are centres, N is C in energies, features and weights.  All outputs but rows are written, none is added to.  Results have the same
// bits for any number of threads.  Sizes are the caller's duty (engine.hpp checks them).
class Kernel {
 public:
  virtual ~Kernel() = default;

  // coefficients (S, n_species, 1 + M); energies (S, N); forces (S, N, 3) = -dE/dx; virial (S, B, 6) = -dE/dstrain,
  // Voigt xx yy zz yz xz xy.  Of one set also atom_virials (N, 6), unless they are empty: half of what each pair adds to
  // the virial goes to each of its atoms.
  virtual void energy_forces(const System&, Span<const double> coefficients, int threads, Span<double> energies,
                             Span<double> forces, Span<double> virial, Span<double> atom_virials) const = 0;

  // A network of the features: energies (N), forces (N, 3), virial (B, 6), atom_virials (N, 6) or empty.
  virtual void network_energy_forces(const System&, const Network& network, int threads, Span<double> energies,
                                     Span<double> forces, Span<double> virial, Span<double> atom_virials) const = 0;

  // out (N, M).
  virtual void features(const System&, int threads, Span<double> out) const = 0;

  // weights (N, M): forces (N, 3) = -d/dx, virial (B, 6) = -d/dstrain of sum_ik weights_ik B_k(i).
  virtual void vjp(const System&, Span<const double> weights, int threads, Span<double> forces,
                   Span<double> virial) const = 0;

  // Derivative (N, M) of the features along displacements (N, 3) and strains (B, 3, 3) (dr_ij = strain r_ij).
  virtual void jvp(const System&, Span<const double> displacements, Span<const double> strain, int threads,
                   Span<double> out) const = 0;

  // Rows, columns n_species (1 + max(1, G) M).
  virtual void rows(const System&, const Gates& gates, int threads, const Rows& out) const = 0;
};

// Instruction sets that this CPU runs, narrowest first.
std::vector<std::string> instruction_sets();

// The basis must outlive the kernel.  Throws std::invalid_argument for a set that this CPU does not run.
std::unique_ptr<Kernel> make_kernel(const Basis& basis, const std::string& instruction_set);

}  // namespace potlearn
