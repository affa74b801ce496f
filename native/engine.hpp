// A basis with its kernel: the operations of kernel.hpp, sizes checked.
#pragma once

#include <memory>
#include <string>

#include "basis.hpp"
#include "kernel.hpp"
#include "network.hpp"

namespace potlearn {

// Wrong sizes throw std::invalid_argument, atoms closer than a table covers TooClose.
class Engine {
 public:
  Engine(const BasisArrays& arrays, const std::string& instruction_set);

  int n_features() const { return basis_->n_features(); }

  void energy_forces(const System& system, Span<const double> coefficients, int threads, Span<double> energies,
                     Span<double> forces, Span<double> virial, Span<double> atom_virials = {}) const;
  void network_energy_forces(const System& system, const Network& network, int threads, Span<double> energies,
                             Span<double> forces, Span<double> virial, Span<double> atom_virials = {}) const;
  void features(const System& system, int threads, Span<double> out) const;
  void vjp(const System& system, Span<const double> weights, int threads, Span<double> forces,
           Span<double> virial) const;
  void jvp(const System& system, Span<const double> displacements, Span<const double> strain, int threads,
           Span<double> out) const;
  void rows(const System& system, const Gates& gates, int threads, const Rows& out) const;

 private:
  std::unique_ptr<const Basis> basis_;  // at an address that stays, for the kernel
  std::unique_ptr<const Kernel> kernel_;

  void check(const System& system, int threads) const;
};

}  // namespace potlearn
