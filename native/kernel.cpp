// Energies, forces, descriptors and their derivatives, W atoms at a time.  Compiled once per instruction set.
#include "kernel.hpp"

#include <memory>

#include "block.hpp"
#include "design.hpp"
#include "parallel.hpp"

namespace potlearn::POTLEARN_ISA {
namespace {

// Blocks of at most W atoms of one species, and the fixed chunks that threads share.
struct Schedule {
  std::vector<int> order;  // atoms, species by species
  std::vector<int> start;  // (blocks + 1) into order
  static constexpr int MAX_CHUNKS = 8;

  Schedule(const Basis& basis, const System& s) {
    start.push_back(0);
    for (int e = 0; e < basis.n_species; ++e) {
      for (int i = 0; i < s.n_atoms; ++i)
        if (s.species[i] == e) order.push_back(i);
      while (start.back() < int(order.size())) start.push_back(std::min(start.back() + W, int(order.size())));
    }
  }
  int blocks() const { return int(start.size()) - 1; }
  int chunks() const { return std::max(1, std::min(MAX_CHUNKS, blocks() / 8)); }
  int chunk_begin(int chunk) const { return int(std::int64_t(blocks()) * chunk / chunks()); }
};

// One workspace per thread, and f(block) with the block packed.
template <class F>
void for_blocks(const Basis& basis, const System& s, const Schedule& schedule, int threads, F&& f) {
  const int capacity = most_neighbors(s);
  std::vector<std::unique_ptr<Block>> blocks(std::max(1, threads));
  for_chunks(schedule.chunks(), threads, [&](int thread, int chunk) {
    if (!blocks[thread]) blocks[thread] = std::make_unique<Block>(basis, capacity);
    Block& block = *blocks[thread];
    for (int b = schedule.chunk_begin(chunk); b < schedule.chunk_begin(chunk + 1); ++b) {
      const int n = schedule.start[b + 1] - schedule.start[b];
      block.pack_atoms(s, &schedule.order[schedule.start[b]], n);
      block.radial_and_harmonics();
      f(block, n, chunk);
    }
  });
}

// Forces and virial of one chunk, (N, 3) and (6).
struct Gradient {
  std::unique_ptr<double[]> forces;  // none until the chunk is begun
  double virial[6] = {};

  void begin(std::size_t n) {
    if (forces) return;
    forces.reset(new double[n]);
    std::fill(forces.get(), forces.get() + n, 0.0);
  }

  void add(Block& block) {
    lanes own_x = splat(0), own_y = splat(0), own_z = splat(0), v[6] = {};
    block.pair_gradients([&](int s, const Vector3& g) {
      const lanes x = block.ux[s] * block.r[s], y = block.uy[s] * block.r[s], z = block.uz[s] * block.r[s];
      own_x += g.x;
      own_y += g.y;
      own_z += g.z;
      v[0] -= x * g.x;
      v[1] -= y * g.y;
      v[2] -= z * g.z;
      v[3] -= y * g.z;
      v[4] -= x * g.z;
      v[5] -= x * g.y;
      for (int w = 0; w < W; ++w) {
        double* f = &forces[3 * block.neighbor[s * W + w]];
        f[0] -= g.x[w];
        f[1] -= g.y[w];
        f[2] -= g.z[w];
      }
    });
    for (int w = 0; w < W; ++w) {
      double* f = &forces[3 * block.atoms[w]];
      f[0] += own_x[w];
      f[1] += own_y[w];
      f[2] += own_z[w];
    }
    for (int k = 0; k < 6; ++k) virial[k] += sum(v[k]);
  }
};

// Sum of the chunks' gradients, in the order of the chunks.
void collect(const Gradient* chunks, int n_chunks, std::size_t n, int threads, double* forces, double* virial) {
  constexpr std::size_t PART = 4096;
  for_chunks(int((n + PART - 1) / PART), threads, [&](int, int part) {
    const std::size_t begin = part * PART, end = std::min(n, begin + PART);
    std::fill(forces + begin, forces + end, 0.0);
    for (const Gradient* g = chunks; g < chunks + n_chunks; ++g)
      for (std::size_t k = begin; g->forces && k < end; ++k) forces[k] += g->forces[k];
  });
  std::fill(virial, virial + 6, 0.0);
  for (const Gradient* g = chunks; g < chunks + n_chunks; ++g)
    for (int k = 0; k < 6; ++k) virial[k] += g->virial[k];
}

// Zero where an atom has fewer neighbours than the feature needs.
lanes guarded(lanes seed, lanes n_neighbors, int needed) {
  return (lanes)((ulanes)seed & (ulanes)(n_neighbors >= splat(needed)));
}

class LaneKernel final : public Kernel {
  void energy_forces(const Basis& basis, const System& s, const double* coefficients, int sets, int threads,
                     double* energies, double* forces, double* virial) const override {
    const Schedule schedule(basis, s);
    const int features = basis.n_features(), columns = basis.n_species * (1 + features);
    const std::size_t n = 3 * std::size_t(s.n_atoms);
    std::vector<Gradient> gradients(std::size_t(schedule.chunks()) * sets);
    for_blocks(basis, s, schedule, threads, [&](Block& block, int filled, int chunk) {
      const Program& program = block.program();
      block.moments();
      program_forward<false>(program, &block.values[0]);
      for (int set = 0; set < sets; ++set) {
        const double* c = coefficients + std::size_t(set) * columns + block.species * (1 + features);
        const lanes inner = seed(block, c);
        const lanes energy = inner + program_adjoint(program, &block.values[0], &block.adjoint[0]);
        for (int w = 0; w < filled; ++w) energies[std::size_t(set) * s.n_atoms + block.atoms[w]] = energy[w];
        Gradient& gradient = gradients[std::size_t(set) * schedule.chunks() + chunk];
        gradient.begin(n);
        gradient.add(block);
      }
    });
    for (int set = 0; set < sets; ++set)
      collect(&gradients[std::size_t(set) * schedule.chunks()], schedule.chunks(), n, threads, forces + set * n,
              virial + 6 * set);
  }

  void descriptors(const Basis& basis, const System& s, int threads, double* out) const override {
    const Schedule schedule(basis, s);
    const std::size_t features = basis.n_features();
    for_blocks(basis, s, schedule, threads, [&](Block& block, int filled, int) {
      const Program& program = block.program();
      block.moments();
      program_forward<true>(program, &block.values[0]);
      for (std::size_t k = 0; k < features; ++k) {
        const lanes b = guarded(block.values[program.feature[k]], block.n_neighbors, program.min_neighbors[k]);
        for (int w = 0; w < filled; ++w) out[block.atoms[w] * features + k] = b[w];
      }
    });
  }

  void vjp(const Basis& basis, const System& s, const double* weights, int threads, double* forces,
           double* virial) const override {
    const Schedule schedule(basis, s);
    const std::size_t features = basis.n_features(), n = 3 * std::size_t(s.n_atoms);
    std::vector<Gradient> gradients(schedule.chunks());
    for_blocks(basis, s, schedule, threads, [&](Block& block, int filled, int chunk) {
      const Program& program = block.program();
      block.moments();
      program_forward<false>(program, &block.values[0]);
      block.adjoint.clear();
      for (std::size_t k = 0; k < features; ++k) {
        lanes seed = splat(0);
        for (int w = 0; w < filled; ++w) seed[w] = weights[block.atoms[w] * features + k];
        block.adjoint[program.feature[k]] += guarded(seed, block.n_neighbors, program.min_neighbors[k]);
      }
      program_adjoint(program, &block.values[0], &block.adjoint[0]);
      gradients[chunk].begin(n);
      gradients[chunk].add(block);
    });
    collect(gradients.data(), schedule.chunks(), n, threads, forces, virial);
  }

  void jvp(const Basis& basis, const System& s, const double* displacements, const double* strain, int threads,
           double* out) const override {
    const Schedule schedule(basis, s);
    const std::size_t features = basis.n_features();
    for_blocks(basis, s, schedule, threads, [&](Block& block, int filled, int) {
      const Program& program = block.program();
      block.moments();
      block.moment_tangents(displacements, strain);
      program_forward<false>(program, &block.values[0]);
      program_tangent(program, &block.values[0], &block.adjoint[0]);
      for (std::size_t k = 0; k < features; ++k) {
        const lanes b = guarded(block.adjoint[program.feature[k]], block.n_neighbors, program.min_neighbors[k]);
        for (int w = 0; w < filled; ++w) out[block.atoms[w] * features + k] = b[w];
      }
    });
  }

  void design(const Basis& basis, const System& s, int gates, const double* gate_weights, const double* gate_slopes,
              std::size_t row_stride, double* energy, double* forces, double* virial) const override {
    DesignRows rows(basis, most_neighbors(s), gates, {row_stride, energy, forces, virial});
    const Schedule schedule(basis, s);
    for (int b = 0; b < schedule.blocks(); ++b) {
      const int first = schedule.start[b], n = schedule.start[b + 1] - first;
      rows.add_atoms(s, &schedule.order[first], n, gate_weights, gate_slopes);
    }
  }

  // Seeds of the adjoint of a linear model, c[0] + sum_k c[1 + k] B_k, and its energy but for the terminal nodes.
  static lanes seed(Block& block, const double* c) {
    const Program& program = block.program();
    lanes energy = splat(c[0]);
    block.adjoint.clear();
    for (std::size_t k = 0; k < program.feature.size(); ++k) {
      const int value = program.feature[k];
      const lanes weight = guarded(splat(c[1 + k]), block.n_neighbors, program.min_neighbors[k]);
      if (!program.terminal[value - program.n_moments]) energy += weight * block.values[value];
      block.adjoint[value] += weight;
    }
    return energy;
  }
};

}  // namespace

const Kernel& kernel() {
  static const LaneKernel instance;
  return instance;
}

}  // namespace potlearn::POTLEARN_ISA
