// Energies, forces, features and their derivatives, W atoms at a time.  Compiled once per instruction set.
#include "kernel.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "block.hpp"
#include "parallel.hpp"
#include "rows.hpp"

namespace potlearn::POTLEARN_ISA {
namespace {

// Blocks of at most W atoms of one species, and the fixed chunks that threads share.
struct Schedule {
  const std::vector<int>& order;  // atoms, species by species
  std::vector<int> start;         // (blocks + 1) into order
  static constexpr int MAX_CHUNKS = 8;

  explicit Schedule(const System& s) : order(s.order) {
    start.push_back(0);
    for (int k = 1; k < s.n_atoms; ++k)
      if (k - start.back() == W || s.species[order[k]] != s.species[order[k - 1]]) start.push_back(k);
    if (s.n_atoms > 0) start.push_back(s.n_atoms);
  }
  int blocks() const { return int(start.size()) - 1; }
  int chunks() const { return std::max(1, std::min(MAX_CHUNKS, blocks() / 8)); }
  int chunk_begin(int chunk) const { return int(std::int64_t(blocks()) * chunk / chunks()); }
};

// One workspace per thread, and f(block) with the block packed.
template <class F>
void for_blocks(const Basis& basis, const System& s, const Schedule& schedule, int threads, F&& f) {
  std::vector<std::unique_ptr<Block>> blocks(std::max(1, threads));
  for_chunks(schedule.chunks(), threads, [&](int thread, int chunk) {
    if (!blocks[thread]) blocks[thread] = std::make_unique<Block>(basis, s.most_neighbors);
    Block& block = *blocks[thread];
    for (int b = schedule.chunk_begin(chunk); b < schedule.chunk_begin(chunk + 1); ++b) {
      const int n = schedule.start[b + 1] - schedule.start[b];
      block.pack_atoms(s, &schedule.order[schedule.start[b]], n);
      block.radial_and_harmonics();
      f(block, n, chunk);
    }
  });
}

// Forces (N, 3) and virials (B, 6) of one chunk.
struct Gradient {
  std::unique_ptr<double[]> forces;  // none until the chunk is begun
  std::vector<double> virial;

  void begin(const System& s) {
    if (forces) return;
    const std::size_t n = 3 * std::size_t(s.n_atoms);
    forces.reset(new double[n]);
    std::fill(forces.get(), forces.get() + n, 0.0);
    virial.assign(6 * std::size_t(s.n_systems), 0.0);
  }

  void add(const System& system, Block& block) {
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
    add_virial(system, block, v);
  }

  void add_virial(const System& system, const Block& block, const lanes* v) {
    const int first = system.owner_of(block.atoms[0]), last = system.owner_of(block.atoms[W - 1]);
    if (first == last) {
      for (int k = 0; k < 6; ++k) virial[6 * first + k] += sum(v[k]);
      return;
    }
    for (int w = 0; w < W; ++w)
      for (int k = 0; k < 6; ++k) virial[6 * system.owner_of(block.atoms[w]) + k] += v[k][w];
  }
};

// Sum of the chunks' gradients, in the order of the chunks.
void collect(const Gradient* chunks, int n_chunks, int threads, Span<double> forces, Span<double> virial) {
  constexpr std::size_t piece = 4096;
  for_chunks(int((forces.size + piece - 1) / piece), threads, [&](int, int p) {
    const std::size_t begin = p * piece, end = std::min(begin + piece, forces.size);
    std::fill(forces.data + begin, forces.data + end, 0.0);
    for (const Gradient* g = chunks; g < chunks + n_chunks; ++g)
      for (std::size_t k = begin; g->forces && k < end; ++k) forces[k] += g->forces[k];
  });
  std::fill(virial.begin(), virial.end(), 0.0);
  for (const Gradient* g = chunks; g < chunks + n_chunks; ++g)
    for (std::size_t k = 0; k < g->virial.size(); ++k) virial[k] += g->virial[k];
}

// Zero where an atom has fewer neighbours than the feature needs.
lanes guarded(lanes seed, lanes n_neighbors, int needed) {
  return (lanes)((ulanes)seed & (ulanes)(n_neighbors >= splat(needed)));
}

class LaneKernel final : public Kernel {
 public:
  explicit LaneKernel(const Basis& basis) : basis_(basis) {}

  void energy_forces(const System& s, Span<const double> coefficients, int threads, Span<double> energies,
                     Span<double> forces, Span<double> virial) const override {
    const Schedule schedule(s);
    const int n_features = basis_.n_features(), columns = basis_.n_species * (1 + n_features);
    const int sets = int(coefficients.size / columns);
    std::vector<Gradient> gradients(std::size_t(schedule.chunks()) * sets);
    for_blocks(basis_, s, schedule, threads, [&](Block& block, int filled, int chunk) {
      const Program& program = block.program();
      block.moments();
      program_forward<false>(program, &block.values[0]);
      for (int set = 0; set < sets; ++set) {
        const double* c = &coefficients[std::size_t(set) * columns + block.species * (1 + n_features)];
        const lanes inner = seed(block, c);
        const lanes energy = inner + program_adjoint(program, &block.values[0], &block.adjoint[0]);
        for (int w = 0; w < filled; ++w) energies[std::size_t(set) * s.n_atoms + block.atoms[w]] = energy[w];
        Gradient& gradient = gradients[std::size_t(set) * schedule.chunks() + chunk];
        gradient.begin(s);
        gradient.add(s, block);
      }
    });
    const std::size_t n = forces.size / std::max(1, sets), m = virial.size / std::max(1, sets);
    for (int set = 0; set < sets; ++set)
      collect(&gradients[std::size_t(set) * schedule.chunks()], schedule.chunks(), threads, forces.part(set * n, n),
              virial.part(set * m, m));
  }

  void features(const System& s, int threads, Span<double> out) const override {
    const Schedule schedule(s);
    for_blocks(basis_, s, schedule, threads, [&](Block& block, int filled, int) {
      block.moments();
      program_forward<true>(block.program(), &block.values[0]);
      write_features(block, filled, block.values, out);
    });
  }

  void vjp(const System& s, Span<const double> weights, int threads, Span<double> forces,
           Span<double> virial) const override {
    const Schedule schedule(s);
    const std::size_t n_features = basis_.n_features();
    std::vector<Gradient> gradients(schedule.chunks());
    for_blocks(basis_, s, schedule, threads, [&](Block& block, int filled, int chunk) {
      const Program& program = block.program();
      block.moments();
      program_forward<false>(program, &block.values[0]);
      block.adjoint.clear();
      for (std::size_t k = 0; k < n_features; ++k) {
        lanes seed = splat(0);
        for (int w = 0; w < filled; ++w) seed[w] = weights[block.atoms[w] * n_features + k];
        block.adjoint[program.feature[k]] += guarded(seed, block.n_neighbors, program.min_neighbors[k]);
      }
      program_adjoint(program, &block.values[0], &block.adjoint[0]);
      gradients[chunk].begin(s);
      gradients[chunk].add(s, block);
    });
    collect(gradients.data(), schedule.chunks(), threads, forces, virial);
  }

  void jvp(const System& s, Span<const double> displacements, Span<const double> strain, int threads,
           Span<double> out) const override {
    const Schedule schedule(s);
    for_blocks(basis_, s, schedule, threads, [&](Block& block, int filled, int) {
      const Program& program = block.program();
      block.moments();
      block.moment_tangents(displacements, strain_of(block, s, strain));
      program_forward<false>(program, &block.values[0]);
      program_tangent(program, &block.values[0], &block.adjoint[0]);
      write_features(block, filled, block.adjoint, out);
    });
  }

  void rows(const System& s, const Gates& gates, int, const Rows& out) const override {
    LinearRows linear(basis_, s.most_neighbors, gates.count, out);
    const Schedule schedule(s);
    for (int b = 0; b < schedule.blocks(); ++b) {
      const int first = schedule.start[b], n = schedule.start[b + 1] - first;
      linear.add_atoms(s, &schedule.order[first], n, gates);
    }
  }

 private:
  const Basis& basis_;

  // Values of the features, or their tangents, from those of the nodes.
  static void write_features(const Block& block, int filled, const Buffer& values, Span<double> out) {
    const Program& program = block.program();
    const std::size_t n_features = program.feature.size();
    for (std::size_t k = 0; k < n_features; ++k) {
      const lanes b = guarded(values[program.feature[k]], block.n_neighbors, program.min_neighbors[k]);
      for (int w = 0; w < filled; ++w) out[block.atoms[w] * n_features + k] = b[w];
    }
  }

  static Strain strain_of(const Block& block, const System& s, Span<const double> strain) {
    Strain found;
    for (int w = 0; w < W; ++w)
      for (int k = 0; k < 9; ++k) found.e[k][w] = strain[9 * std::size_t(s.owner_of(block.atoms[w])) + k];
    return found;
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

std::unique_ptr<Kernel> make_kernel(const Basis& basis) { return std::make_unique<LaneKernel>(basis); }

}  // namespace potlearn::POTLEARN_ISA
