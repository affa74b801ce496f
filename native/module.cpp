// Python binding of the engine: arrays in, arrays filled.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "density.hpp"
#include "engine.hpp"
#include "errors.hpp"
#include "network.hpp"
#include "stages.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace potlearn {
namespace {

template <class T>
using Array = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
using Output = nb::ndarray<double, nb::c_contig, nb::device::cpu>;
using Indices = Array<std::int32_t>;

template <class A>
auto span(const A& array) {
  return Span<typename A::Scalar>{array.data(), array.size()};
}

// A system and the arrays that it refers to.
class BoundSystem {
  Array<double> positions_, translations_;
  Indices species_, neighbor_, image_;
  Array<std::int64_t> first_;
  std::optional<Indices> owner_;

 public:
  BoundSystem(Array<double> positions, Indices species, Array<std::int64_t> first, Indices neighbor, Indices image,
              Array<double> translations, std::optional<Indices> owner, int n_systems)
      : positions_(std::move(positions)), translations_(std::move(translations)), species_(std::move(species)),
        neighbor_(std::move(neighbor)), image_(std::move(image)), first_(std::move(first)), owner_(std::move(owner)),
        system(span(positions_), span(species_), span(first_), span(neighbor_), span(image_), span(translations_),
               owner_ ? span(*owner_) : Span<const std::int32_t>{}, n_systems) {}

  const System system;
};

template <class T>
std::vector<T> to_vector(const Array<T>& a) {
  return {a.data(), a.data() + a.size()};
}

Program make_program(int n_moments, int n_invariants, const Indices& node_first, const Indices& group_a,
                     const Indices& group_first, const Indices& term_b, const Array<double>& term_weight,
                     const Indices& feature, const Indices& min_neighbors) {
  expect(node_first.size() > 0 && group_first.size() > 0, "program: node_first and group_first must not be empty");
  Program p;
  p.n_moments = n_moments;
  p.n_invariants = n_invariants;
  p.node_first = to_vector(node_first);
  p.group_a = to_vector(group_a);
  p.group_first = to_vector(group_first);
  p.term_b = to_vector(term_b);
  p.term_weight = to_vector(term_weight);
  p.feature = to_vector(feature);
  p.min_neighbors = to_vector(min_neighbors);
  p.n_nodes = int(p.node_first.size()) - 1;
  return p;
}

void bind_data(nb::module_& m) {
  nb::class_<Program>(m, "Program")
      .def(
          "__init__",
          [](Program* self, int n_moments, int n_invariants, Indices node_first, Indices group_a, Indices group_first,
             Indices term_b, Array<double> term_weight, Indices feature, Indices min_neighbors) {
            new (self) Program(make_program(n_moments, n_invariants, node_first, group_a, group_first, term_b,
                                            term_weight, feature, min_neighbors));
          },
          "n_moments"_a, "n_invariants"_a, "node_first"_a, "group_a"_a, "group_first"_a, "term_b"_a, "term_weight"_a,
          "feature"_a, "min_neighbors"_a);
  nb::class_<BoundSystem>(m, "System")
      .def(nb::init<Array<double>, Indices, Array<std::int64_t>, Indices, Indices, Array<double>,
                    std::optional<Indices>, int>(),
           "positions"_a, "species"_a, "first"_a, "neighbor"_a, "image"_a, "translations"_a, "owner"_a = nb::none(),
           "n_systems"_a = 1);
  m.def(
      "close_pairs",
      [](const BoundSystem& s, double cutoff, nb::ndarray<std::int64_t, nb::c_contig, nb::device::cpu> found) {
        return close_pairs(s.system, cutoff, span(found));
      },
      "system"_a, "cutoff"_a, "found"_a.noconvert());
  m.def(
      "densities",
      [](const BoundSystem& s, const Array<double>& reach, const Array<double>& contact, const Output& density,
         nb::ndarray<std::int64_t, nb::c_contig, nb::device::cpu> found) {
        return densities(s.system, span(reach), span(contact), span(density), span(found));
      },
      "system"_a, "reach"_a, "contact"_a, "density"_a.noconvert(), "found"_a.noconvert());
}

// Weights (S, out, in) of a network's layers, biases (S, out) of all but the last, and the activation.
using GivenBranch = std::tuple<std::vector<Array<double>>, std::vector<Array<double>>, std::string>;

BranchArrays branch_arrays(const GivenBranch& given) {
  BranchArrays found;
  for (const Array<double>& w : std::get<0>(given)) {
    expect(w.ndim() == 3, "network: weights must be (S, out, in)");
    found.weights.push_back({int(w.shape(1)), int(w.shape(2)), span(w)});
  }
  for (const Array<double>& b : std::get<1>(given)) found.biases.push_back(span(b));
  found.activation = std::get<2>(given);
  return found;
}

void bind_network(nb::module_& m) {
  nb::class_<Network>(m, "Network")
      .def(
          "__init__",
          [](Network* self, const Array<double>& coefficients, const std::vector<GivenBranch>& branches,
             const Array<double>& center, const Array<double>& weight, const Array<double>& inner,
             const Array<double>& outer) {
            expect(coefficients.ndim() == 2, "network: coefficients must be (S, 1 + M)");
            std::vector<BranchArrays> arrays;
            for (const GivenBranch& branch : branches) arrays.push_back(branch_arrays(branch));
            new (self) Network({int(coefficients.shape(0)), int(coefficients.shape(1)) - 1, span(coefficients), arrays,
                                span(center), span(weight), span(inner), span(outer)});
          },
          "coefficients"_a, "branches"_a, "center"_a, "weight"_a, "inner"_a, "outer"_a);
}

void bind_engine(nb::module_& m) {
  using Release = nb::call_guard<nb::gil_scoped_release>;
  nb::class_<Engine>(m, "Engine")
      .def(
          "__init__",
          [](Engine* self, int n_species, int bits, int octaves, Indices lowest, Indices degree, Indices table_of,
             Array<double> cutoffs, Array<double> knots, const std::vector<const Program*>& programs,
             Indices program_of, const std::string& instruction_set) {
            new (self) Engine({n_species, bits, octaves, span(lowest), span(degree), span(table_of), span(cutoffs),
                               span(knots), programs, span(program_of)},
                              instruction_set);
          },
          "n_species"_a, "bits"_a, "octaves"_a, "lowest"_a, "degree"_a, "table_of"_a, "cutoffs"_a, "knots"_a,
          "programs"_a, "program_of"_a, "instruction_set"_a)
      .def_prop_ro("n_features", &Engine::n_features)
      .def(
          "energy_forces",
          [](const Engine& engine, const BoundSystem& s, const Array<double>& coefficients, int threads,
             const Output& energies, const Output& forces, const Output& virial) {
            engine.energy_forces(s.system, span(coefficients), threads, span(energies), span(forces), span(virial));
          },
          "system"_a, "coefficients"_a, "threads"_a, "energies"_a.noconvert(), "forces"_a.noconvert(),
          "virial"_a.noconvert(), Release())
      .def(
          "network_energy_forces",
          [](const Engine& engine, const BoundSystem& s, const Network& network, int threads, const Output& energies,
             const Output& forces, const Output& virial) {
            engine.network_energy_forces(s.system, network, threads, span(energies), span(forces), span(virial));
          },
          "system"_a, "network"_a, "threads"_a, "energies"_a.noconvert(), "forces"_a.noconvert(),
          "virial"_a.noconvert(), Release())
      .def(
          "features",
          [](const Engine& engine, const BoundSystem& s, int threads, const Output& out) {
            engine.features(s.system, threads, span(out));
          },
          "system"_a, "threads"_a, "out"_a.noconvert(), Release())
      .def(
          "vjp",
          [](const Engine& engine, const BoundSystem& s, const Array<double>& weights, int threads,
             const Output& forces,
             const Output& virial) { engine.vjp(s.system, span(weights), threads, span(forces), span(virial)); },
          "system"_a, "weights"_a, "threads"_a, "forces"_a.noconvert(), "virial"_a.noconvert(), Release())
      .def(
          "jvp",
          [](const Engine& engine, const BoundSystem& s, const Array<double>& displacements,
             const Array<double>& strain, int threads,
             const Output& out) { engine.jvp(s.system, span(displacements), span(strain), threads, span(out)); },
          "system"_a, "displacements"_a, "strain"_a, "threads"_a, "out"_a.noconvert(), Release())
      .def(
          "rows",
          [](const Engine& engine, const BoundSystem& s, const Array<double>& gate_weights,
             const Array<double>& gate_slopes, std::size_t row_stride, int threads, const Output& energy,
             const Output& forces, const Output& virial) {
            expect(gate_weights.ndim() == 2, "gate weights must be (N, G)");
            const Gates gates = {int(gate_weights.shape(1)), span(gate_weights), span(gate_slopes)};
            engine.rows(s.system, gates, threads, {row_stride, span(energy), span(forces), span(virial)});
          },
          "system"_a, "gate_weights"_a, "gate_slopes"_a, "row_stride"_a, "threads"_a, "energy"_a.noconvert(),
          "forces"_a.noconvert(), "virial"_a.noconvert(), Release());
}

}  // namespace
}  // namespace potlearn

NB_MODULE(_native, m) {
  // At exit the interpreter drops module globals without collecting them: nothing that a user could act on.
  nb::set_leak_warnings(false);
  m.def("instruction_sets", &potlearn::instruction_sets, "Instruction sets that this CPU runs, narrowest first.");
  nb::exception<potlearn::TooClose>(m, "TooCloseError", PyExc_ValueError);
#ifdef POTLEARN_STAGES
  m.def("stages", [] {
    const auto seconds = potlearn::stopwatch.take();
    nb::dict found;
    for (std::size_t k = 0; k < seconds.size(); ++k) found[potlearn::STAGES[k]] = seconds[k];
    return found;
  });
#endif
  potlearn::bind_data(m);
  potlearn::bind_network(m);
  potlearn::bind_engine(m);
}
