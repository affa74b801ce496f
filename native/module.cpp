// Python binding: a Basis built from arrays, and the operations of the kernel that this CPU can run.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "kernel.hpp"

namespace nb = nanobind;
using namespace nb::literals;

namespace potlearn {

namespace baseline {
const Kernel& kernel();
}
#ifdef POTLEARN_X86
namespace avx2 {
const Kernel& kernel();
}
namespace avx512 {
const Kernel& kernel();
}
#endif

namespace {

template <class T>
using Array = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;
template <class T>
using Output = nb::ndarray<T, nb::c_contig, nb::device::cpu>;

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names = {"baseline"};
#ifdef POTLEARN_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) names.push_back("avx2");
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    names.push_back("avx512");
#endif
  return names;
}

const Kernel& kernel_named(const std::string& name) {
  for (const std::string& known : instruction_sets())
    if (known == name) {
#ifdef POTLEARN_X86
      if (name == "avx512") return avx512::kernel();
      if (name == "avx2") return avx2::kernel();
#endif
      return baseline::kernel();
    }
  throw nb::value_error(("this CPU does not run the instruction set '" + name + "'").c_str());
}

template <class T>
std::vector<T> to_vector(const Array<T>& a) {
  return {a.data(), a.data() + a.size()};
}

void expect(bool ok, const char* message) {
  if (!ok) throw nb::value_error(message);
}

Program make_program(int n_moments, int n_invariants, const Array<std::int32_t>& node_first,
                     const Array<std::int32_t>& group_a, const Array<std::int32_t>& group_first,
                     const Array<std::int32_t>& term_b, const Array<double>& term_weight,
                     const Array<std::int32_t>& feature, const Array<std::int32_t>& min_neighbors) {
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

// Every index of the program within range, and every node reading only what stands before it.
void check_program(const Program& p) {
  expect(p.n_nodes >= 0 && p.node_first.front() == 0, "program: node_first must start with 0");
  expect(p.group_first.size() == p.group_a.size() + 1, "program: group_first must have one entry more than group_a");
  expect(std::size_t(p.node_first.back()) == p.group_a.size(), "program: node_first must end with the groups");
  expect(std::size_t(p.group_first.back()) == p.term_b.size(), "program: group_first must end with the terms");
  expect(p.term_b.size() == p.term_weight.size(), "program: one weight per term");
  expect(p.feature.size() == p.min_neighbors.size(), "program: one neighbour guard per feature");
  expect(p.n_invariants >= 0 && p.n_invariants <= p.n_nodes, "program: more invariants than nodes");
  const int one = p.n_moments + p.n_nodes;
  for (int d = 0; d < p.n_nodes; ++d) {
    expect(p.node_first[d] <= p.node_first[d + 1], "program: node_first must not decrease");
    const auto readable = [&](int v) {
      return v == one || (v >= (d < p.n_invariants ? 0 : p.n_moments) && v < p.n_moments + d);
    };
    for (int g = p.node_first[d]; g < p.node_first[d + 1]; ++g) {
      expect(readable(p.group_a[g]), "program: a node reads a value that is not before it");
      expect(p.group_first[g] <= p.group_first[g + 1], "program: group_first must not decrease");
      for (int k = p.group_first[g]; k < p.group_first[g + 1]; ++k)
        expect(readable(p.term_b[k]), "program: a node reads a value that is not before it");
    }
  }
  for (int f : p.feature) expect(f >= p.n_moments && f < one, "program: a feature must be a node");
}

struct Pairs {
  Array<double> positions;
  Array<std::int32_t> species;
  Array<std::int64_t> first;
  Array<std::int32_t> neighbor;
  Array<double> offsets;

  void check() const {
    const std::int64_t n = std::int64_t(species.size());
    expect(positions.size() == 3 * species.size(), "positions must be (N, 3)");
    expect(first.size() == species.size() + 1, "first must be (N + 1,)");
    expect(offsets.size() == 3 * neighbor.size(), "offsets must be (P, 3)");
    expect(first.data()[0] == 0 && std::size_t(first.data()[n]) == neighbor.size(), "first must run from 0 to P");
    for (std::int64_t i = 0; i < n; ++i) expect(first.data()[i] <= first.data()[i + 1], "first must not decrease");
    bool inside = true;
    for (std::size_t p = 0; p < neighbor.size(); ++p) inside &= std::uint32_t(neighbor.data()[p]) < std::uint32_t(n);
    expect(inside, "neighbour index out of range");
  }

  System system(const Basis& basis) const {
    check();
    System s;
    s.n_atoms = int(species.size());
    for (int i = 0; i < s.n_atoms; ++i)
      expect(species.data()[i] >= 0 && species.data()[i] < basis.n_species, "species index out of range");
    s.positions = positions.data();
    s.species = species.data();
    s.first = first.data();
    s.neighbor = neighbor.data();
    s.offsets = offsets.data();
    return s;
  }
};

class Engine {
 public:
  Engine(Basis basis, const std::string& set) : basis_(std::move(basis)), kernel_(kernel_named(set)) {}

  int n_features() const { return basis_.n_features(); }

  void energy_forces(const Pairs& pairs, const Array<double>& coefficients, int sets, int threads,
                     const Output<double>& energies, const Output<double>& forces, const Output<double>& virial) const {
    const System s = pairs.system(basis_);
    const std::size_t n = s.n_atoms;
    expect(coefficients.size() == std::size_t(sets) * basis_.n_species * (1 + n_features()),
           "wrong number of coefficients");
    expect(energies.size() == sets * n && forces.size() == 3 * sets * n && virial.size() == std::size_t(6 * sets),
           "outputs must be (S, N), (S, N, 3), (S, 6)");
    const nb::gil_scoped_release release;
    kernel_.energy_forces(basis_, s, coefficients.data(), sets, threads, energies.data(), forces.data(), virial.data());
  }

  void descriptors(const Pairs& pairs, int threads, const Output<double>& features) const {
    const System s = pairs.system(basis_);
    expect(features.size() == std::size_t(s.n_atoms) * n_features(), "output must be (N, M)");
    const nb::gil_scoped_release release;
    kernel_.descriptors(basis_, s, threads, features.data());
  }

  void vjp(const Pairs& pairs, const Array<double>& weights, int threads, const Output<double>& forces,
           const Output<double>& virial) const {
    const System s = pairs.system(basis_);
    expect(weights.size() == std::size_t(s.n_atoms) * n_features(), "weights must be (N, M)");
    expect(forces.size() == 3 * std::size_t(s.n_atoms) && virial.size() == 6, "outputs must be (N, 3), (6,)");
    const nb::gil_scoped_release release;
    kernel_.vjp(basis_, s, weights.data(), threads, forces.data(), virial.data());
  }

  void jvp(const Pairs& pairs, const Array<double>& displacements, const Array<double>& strain, int threads,
           const Output<double>& tangents) const {
    const System s = pairs.system(basis_);
    expect(displacements.size() == 3 * std::size_t(s.n_atoms) && strain.size() == 9,
           "displacements (N, 3), strain (3, 3)");
    expect(tangents.size() == std::size_t(s.n_atoms) * n_features(), "output must be (N, M)");
    const nb::gil_scoped_release release;
    kernel_.jvp(basis_, s, displacements.data(), strain.data(), threads, tangents.data());
  }

  void design(const Pairs& pairs, const Array<std::int32_t>& owner, int systems, int gates,
              const Array<double>& gate_weights, const Array<double>& gate_slopes, std::size_t row_stride,
              const Output<double>& energy, const Output<double>& forces, const Output<double>& virial) const {
    System s = pairs.system(basis_);
    const std::size_t n = s.n_atoms, m = n_features(), columns = basis_.n_species * (1 + (gates ? gates : 1) * m);
    expect(gate_weights.size() == n * gates && gate_slopes.size() == n * gates * m,
           "gates: weights (N, G), slopes (N, G, M)");
    expect(basis_.programs.size() == 1, "design rows need one program for all centres");
    expect(owner.size() == n, "owner must be (N,)");
    for (std::size_t i = 0; i < n; ++i)
      expect(owner.data()[i] >= 0 && owner.data()[i] < systems, "owner names a configuration that is not there");
    s.owner = owner.data();
    expect(row_stride >= columns, "rows must be at least C apart");
    expect(energy.size() == systems * row_stride, "energy rows must be (S, row_stride)");
    expect(forces.size() == 3 * n * row_stride, "force rows must be (3N, row_stride)");
    expect(virial.size() == 6 * systems * row_stride || virial.size() == 0,
           "virial rows must be (6S, row_stride) or empty");
    const nb::gil_scoped_release release;
    kernel_.design(basis_, s, gates, gate_weights.data(), gate_slopes.data(), row_stride, energy.data(), forces.data(),
                   virial.size() ? virial.data() : nullptr);
  }

 private:
  Basis basis_;
  const Kernel& kernel_;
};

// Indices of the pairs closer than the cutoff, ascending; `found` has room for all.  Returns their number.
std::size_t close_pairs(const Pairs& pairs, double cutoff, const Output<std::int64_t>& found) {
  pairs.check();
  expect(found.size() >= pairs.neighbor.size(), "found must have room for every pair");
  const double *x = pairs.positions.data(), *offset = pairs.offsets.data();
  std::size_t count = 0;
  for (std::size_t i = 0; i < pairs.species.size(); ++i)
    for (std::int64_t p = pairs.first.data()[i]; p < pairs.first.data()[i + 1]; ++p) {
      const double* y = x + 3 * pairs.neighbor.data()[p];
      const double dx = y[0] + offset[3 * p] - x[3 * i], dy = y[1] + offset[3 * p + 1] - x[3 * i + 1],
                   dz = y[2] + offset[3 * p + 2] - x[3 * i + 2];
      if (dx * dx + dy * dy + dz * dz < cutoff * cutoff) found.data()[count++] = p;
    }
  return count;
}

Basis make_basis(int n_species, int bits, int octaves, const Array<std::int32_t>& lowest,
                 const Array<std::int32_t>& degree, const Array<std::int32_t>& table_of, const Array<double>& cutoffs,
                 const Array<double>& knots, const std::vector<const Program*>& programs,
                 const Array<std::int32_t>& program_of) {
  Basis basis;
  basis.n_species = n_species;
  basis.bits = bits;
  basis.octaves = octaves;
  basis.lowest = to_vector(lowest);
  basis.degree = to_vector(degree);
  basis.n_radial = int(basis.degree.size());
  basis.stride = (basis.n_radial + MAX_LANES - 1) / MAX_LANES * MAX_LANES;
  basis.table_of = to_vector(table_of);
  expect(n_species > 0 && basis.n_radial > 0, "a basis needs a species and a radial function");
  expect(bits >= 2 && bits <= 16 && octaves >= 1 && octaves <= 16, "bits must be in 2..16, octaves in 1..16");
  expect(basis.table_of.size() == std::size_t(n_species) * n_species, "table_of must be (n_species, n_species)");
  expect(basis.lowest.size() == basis.degree.size(), "one lowest and one highest degree per radial function");
  for (int n = 0; n < basis.n_radial; ++n)
    expect(0 <= basis.lowest[n] && basis.lowest[n] <= basis.degree[n] && basis.degree[n] <= MAX_DEGREE,
           "angular degrees must be in 0..12, the lowest first");
  const std::size_t n_tables = cutoffs.size(), intervals = std::size_t(octaves) << bits;
  const std::size_t length = (intervals + 5) * 3 * basis.stride;
  expect(knots.size() == n_tables * length, "knots must be (tables, octaves 2^bits + 5, 3, stride)");
  for (std::size_t t = 0; t < n_tables; ++t) {
    RadialTable table;
    table.cutoff = cutoffs.data()[t];
    expect(table.cutoff > 0, "cutoffs must be positive");
    table.closest = std::ldexp(table.cutoff, -octaves) * (1 + 1e-12);
    table.knots.assign(knots.data() + t * length, knots.data() + (t + 1) * length);
    basis.tables.push_back(std::move(table));
  }
  for (int t : basis.table_of) expect(t >= 0 && std::size_t(t) < n_tables, "table_of names a table that is not there");
  expect(!programs.empty(), "a basis needs a program");
  for (const Program* program : programs) {
    check_program(*program);
    expect(program->n_moments == n_species * basis.moments_per_species(), "program: wrong number of moments");
    expect(program->feature.size() == programs[0]->feature.size(), "programs: one number of features");
    basis.programs.push_back(*program);
    basis.programs.back().find_terminals();
  }
  basis.program_of = to_vector(program_of);
  expect(basis.program_of.size() == std::size_t(n_species), "program_of must be (n_species,)");
  for (int p : basis.program_of)
    expect(p >= 0 && std::size_t(p) < programs.size(), "program_of names a program that is not there");
  if (programs.size() == 1) basis.plan = DesignPlanner(basis.programs[0], basis.moment_origins(), n_species).plan();
  return basis;
}

}  // namespace
}  // namespace potlearn

NB_MODULE(_native, m) {
  using namespace potlearn;
  // At exit the interpreter drops module globals without collecting them: nothing that a user could act on.
  nb::set_leak_warnings(false);
  m.def("instruction_sets", &instruction_sets, "Instruction sets that this CPU runs, narrowest first.");
  nb::exception<TooClose>(m, "TooCloseError", PyExc_ValueError);
  nb::class_<Program>(m, "Program")
      .def(
          "__init__",
          [](Program* self, int n_moments, int n_invariants, Array<std::int32_t> node_first,
             Array<std::int32_t> group_a, Array<std::int32_t> group_first, Array<std::int32_t> term_b,
             Array<double> term_weight, Array<std::int32_t> feature, Array<std::int32_t> min_neighbors) {
            new (self) Program(make_program(n_moments, n_invariants, node_first, group_a, group_first, term_b,
                                            term_weight, feature, min_neighbors));
          },
          "n_moments"_a, "n_invariants"_a, "node_first"_a, "group_a"_a, "group_first"_a, "term_b"_a, "term_weight"_a,
          "feature"_a, "min_neighbors"_a);
  nb::class_<Pairs>(m, "Pairs")
      .def(nb::init<Array<double>, Array<std::int32_t>, Array<std::int64_t>, Array<std::int32_t>, Array<double>>(),
           "positions"_a, "species"_a, "first"_a, "neighbor"_a, "offsets"_a);
  m.def("close_pairs", &close_pairs, "pairs"_a, "cutoff"_a, "found"_a);
  nb::class_<Engine>(m, "Engine")
      .def(
          "__init__",
          [](Engine* self, int n_species, int bits, int octaves, Array<std::int32_t> lowest, Array<std::int32_t> degree,
             Array<std::int32_t> table_of, Array<double> cutoffs, Array<double> knots,
             const std::vector<const Program*>& programs, Array<std::int32_t> program_of,
             const std::string& instruction_set) {
            new (self) Engine(
                make_basis(n_species, bits, octaves, lowest, degree, table_of, cutoffs, knots, programs, program_of),
                instruction_set);
          },
          "n_species"_a, "bits"_a, "octaves"_a, "lowest"_a, "degree"_a, "table_of"_a, "cutoffs"_a, "knots"_a,
          "programs"_a, "program_of"_a, "instruction_set"_a)
      .def_prop_ro("n_features", &Engine::n_features)
      .def("energy_forces", &Engine::energy_forces, "pairs"_a, "coefficients"_a, "sets"_a, "threads"_a, "energies"_a,
           "forces"_a, "virial"_a)
      .def("descriptors", &Engine::descriptors, "pairs"_a, "threads"_a, "features"_a)
      .def("vjp", &Engine::vjp, "pairs"_a, "weights"_a, "threads"_a, "forces"_a, "virial"_a)
      .def("jvp", &Engine::jvp, "pairs"_a, "displacements"_a, "strain"_a, "threads"_a, "tangents"_a)
      .def("design", &Engine::design, "pairs"_a, "owner"_a, "systems"_a, "gates"_a, "gate_weights"_a, "gate_slopes"_a,
           "row_stride"_a, "energy"_a, "forces"_a, "virial"_a);
}
