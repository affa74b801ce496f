// The engine's operations, one implementation per instruction set.
#pragma once

#include "basis.hpp"

namespace potlearn {

// For every centre i, feature k and coefficient set s (element-major blocks: one-body count, then features):
//   E_i = c0[z_i] + sum_k c_k[z_i] B_k(i)
// All outputs are written, none is added to.  The result has the same bits for any number of threads.
class Kernel {
 public:
  virtual ~Kernel() = default;

  // energies (S, N); forces (S, N, 3) = -dE/dx; virial (S, 6) = -dE/dstrain, Voigt xx yy zz yz xz xy.
  virtual void energy_forces(const Basis&, const System&, const double* coefficients, int sets, int threads,
                             double* energies, double* forces, double* virial) const = 0;

  // features (N, M).
  virtual void descriptors(const Basis&, const System&, int threads, double* features) const = 0;

  // weights (N, M): forces = -d/dx, virial = -d/dstrain of sum_ik weights_ik B_k(i).
  virtual void vjp(const Basis&, const System&, const double* weights, int threads, double* forces,
                   double* virial) const = 0;

  // Derivative of the features along displacements (N, 3) and a strain (3, 3) (dr_ij = strain r_ij).
  virtual void jvp(const Basis&, const System&, const double* displacements, const double* strain, int threads,
                   double* tangents) const = 0;

  // Rows of the linear model, columns C = n_species (1 + gates M), added to zeroed energy (S, C), forces (3N, C),
  // virial (6S, C) of the S configurations; rows are row_stride apart.  With gates > 0: features w_g(i) B_k(i), weights (N, gates), slopes (N, gates, M) = dw_g/dB_k.
  virtual void design(const Basis&, const System&, int gates, const double* gate_weights, const double* gate_slopes,
                      std::size_t row_stride, double* energy, double* forces, double* virial) const = 0;
};

}  // namespace potlearn
