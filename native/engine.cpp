#include "engine.hpp"

#include <algorithm>
#include <cstddef>

#include "errors.hpp"

namespace potlearn {
namespace {

void check_atom_virials(const System& s, std::size_t sets, Span<double> given) {
  if (given.empty()) return;
  expect(sets == 1, "virials of atoms are those of one coefficient set");
  expect(given.size == 6 * std::size_t(s.n_atoms), "virials of atoms must be (N, 6)");
}

}  // namespace

Engine::Engine(const BasisArrays& arrays, const std::string& instruction_set)
    : basis_(std::make_unique<const Basis>(make_basis(arrays))), kernel_(make_kernel(*basis_, instruction_set)) {}

void Engine::check(const System& s, int threads) const {
  expect(s.n_species <= basis_->n_species, "species index out of range");
  expect(threads >= 1, "the number of threads must be at least 1");
}

void Engine::energy_forces(const System& s, Span<const double> coefficients, int threads, Span<double> energies,
                           Span<double> forces, Span<double> virial, Span<double> atom_virials) const {
  check(s, threads);
  const std::size_t n = s.n_atoms, centers = s.n_centers, columns = basis_->n_species * (1 + std::size_t(n_features()));
  const std::size_t sets = coefficients.size / columns;
  expect(coefficients.size == sets * columns, "coefficients must be (S, n_species, 1 + M)");
  expect(energies.size == sets * centers, "energies must be (S, N)");
  expect(forces.size == 3 * sets * n, "forces must be (S, N, 3)");
  expect(virial.size == 6 * sets * s.n_systems, "virial must be (S, B, 6)");
  check_atom_virials(s, sets, atom_virials);
  kernel_->energy_forces(s, coefficients, threads, energies, forces, virial, atom_virials);
}

void Engine::network_energy_forces(const System& s, const Network& network, int threads, Span<double> energies,
                                   Span<double> forces, Span<double> virial, Span<double> atom_virials) const {
  check(s, threads);
  const std::size_t n = s.n_atoms;
  expect(network.n_species() == basis_->n_species, "the network is of another number of species");
  expect(network.n_features() == n_features(), "the network is of another number of features");
  expect(energies.size == std::size_t(s.n_centers), "energies must be (N)");
  expect(forces.size == 3 * n, "forces must be (N, 3)");
  expect(virial.size == 6 * std::size_t(s.n_systems), "virial must be (B, 6)");
  check_atom_virials(s, 1, atom_virials);
  kernel_->network_energy_forces(s, network, threads, energies, forces, virial, atom_virials);
}

void Engine::features(const System& s, int threads, Span<double> out) const {
  check(s, threads);
  expect(out.size == std::size_t(s.n_centers) * n_features(), "output must be (N, M)");
  kernel_->features(s, threads, out);
}

void Engine::vjp(const System& s, Span<const double> weights, int threads, Span<double> forces,
                 Span<double> virial) const {
  check(s, threads);
  expect(weights.size == std::size_t(s.n_centers) * n_features(), "weights must be (N, M)");
  expect(forces.size == 3 * std::size_t(s.n_atoms), "forces must be (N, 3)");
  expect(virial.size == 6 * std::size_t(s.n_systems), "virial must be (B, 6)");
  kernel_->vjp(s, weights, threads, forces, virial);
}

void Engine::jvp(const System& s, Span<const double> displacements, Span<const double> strain, int threads,
                 Span<double> out) const {
  check(s, threads);
  expect(displacements.size == 3 * std::size_t(s.n_atoms), "displacements must be (N, 3)");
  expect(strain.size == 9 * std::size_t(s.n_systems), "strain must be (B, 3, 3)");
  expect(out.size == std::size_t(s.n_centers) * n_features(), "output must be (N, M)");
  kernel_->jvp(s, displacements, strain, threads, out);
}

void Engine::rows(const System& s, const Gates& gates, int threads, const Rows& out) const {
  check(s, threads);
  const std::size_t n = s.n_atoms, m = n_features(), systems = s.n_systems;
  expect(s.every_atom_is_centre(), "rows need every atom as a centre");
  expect(basis_->programs.size() == 1, "rows need one program for all centres");
  expect(gates.weights.size == n * gates.count, "gate weights must be (N, G)");
  expect(gates.slopes.size == n * gates.count * m, "gate slopes must be (N, G, M)");
  expect(out.stride >= basis_->n_species * (1 + std::max(1, gates.count) * m), "rows must be at least C apart");
  expect(out.energy.size == systems * out.stride, "energy rows must be (B, row_stride)");
  expect(out.forces.size == 3 * n * out.stride, "force rows must be (3N, row_stride)");
  expect(out.virial.size == 6 * systems * out.stride || out.virial.empty(),
         "virial rows must be (6B, row_stride) or empty");
  kernel_->rows(s, gates, threads, out);
}

}  // namespace potlearn
