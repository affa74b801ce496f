// Forces and virials from the gradients of blocks, added up in an order that does not depend on the threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "block.hpp"
#include "lanes.hpp"
#include "parallel.hpp"
#include "span.hpp"
#include "system.hpp"
#include "zeros.hpp"

namespace potlearn::POTLEARN_ISA {

// The sum over one queue of blocks: forces (N, 3), virials (B, 6), and those of atoms (N, 6) where they are wanted.
// A queue sees a part of the atoms: the others' pages are neither written nor read, and take no memory.
class PartialSum {
 public:
  static constexpr std::size_t PIECE = 256;  // atoms that are seen together

  // The gradients of a block, once those before it in the queue are added.
  void add(const System& system, const Block& block, int item, const Stop& stop) {
    turn_.wait(item, stop);
    if (!forces_) allocate(system);
    scatter(system, block);
    turn_.done(item);
  }

  void start(int item, bool each_atom) {
    turn_.start(item);
    each_atom_ = each_atom;
  }
  const double* forces() const { return forces_.get(); }
  const double* atom_virials() const { return atom_virials_.get(); }
  const std::vector<double>& virial() const { return virial_; }
  // Whether an atom of this piece has anything.
  bool seen(int piece) const { return !seen_.empty() && seen_[std::size_t(piece)]; }

 private:
  Turn turn_;
  bool each_atom_ = false;
  Zeros forces_, atom_virials_;  // none before the first block
  std::vector<char> seen_;       // of each piece of atoms
  std::vector<double> virial_;

  void allocate(const System& system) {
    forces_ = zeros(3 * std::size_t(system.n_atoms));
    seen_.assign(std::size_t(system.n_atoms) / PIECE + 1, 0);
    if (each_atom_) atom_virials_ = zeros(6 * std::size_t(system.n_atoms));
    virial_.assign(6 * std::size_t(system.n_systems), 0.0);
  }

  void scatter(const System& system, const Block& block) {
    lanes own_x = splat(0), own_y = splat(0), own_z = splat(0), v[6] = {};
    double* const forces = forces_.get();
    char* const seen = seen_.data();
    const std::int32_t* const neighbor = block.neighbor.data();
    for (int e = 0; e < block.basis.n_species; ++e)
      for (int s = block.begin(e); s < block.end(e); ++s) {
        const lanes gx = block.gradient[3 * s], gy = block.gradient[3 * s + 1], gz = block.gradient[3 * s + 2];
        const lanes x = block.ux[s] * block.r[s], y = block.uy[s] * block.r[s], z = block.uz[s] * block.r[s];
        own_x += gx;
        own_y += gy;
        own_z += gz;
        v[0] -= x * gx;
        v[1] -= y * gy;
        v[2] -= z * gz;
        v[3] -= y * gz;
        v[4] -= x * gz;
        v[5] -= x * gy;
        for (int w = 0; w < W; ++w) {
          const std::size_t j = std::size_t(neighbor[s * W + w]);
          double* f = &forces[3 * j];
          f[0] -= gx[w];
          f[1] -= gy[w];
          f[2] -= gz[w];
          seen[j / PIECE] = 1;
        }
      }
    for (int w = 0; w < W; ++w) {
      const std::size_t i = std::size_t(block.atoms[w]);
      double* f = &forces[3 * i];
      seen[i / PIECE] = 1;
      f[0] += own_x[w];
      f[1] += own_y[w];
      f[2] += own_z[w];
    }
    add_virial(system, block, v);
    if (each_atom_) scatter_virials(block);
  }

  // Half of each pair's virial to each of its atoms.
  void scatter_virials(const Block& block) {
    lanes own[6] = {};
    for (int e = 0; e < block.basis.n_species; ++e)
      for (int s = block.begin(e); s < block.end(e); ++s) {
        const lanes half = -0.5 * block.r[s], gx = block.gradient[3 * s], gy = block.gradient[3 * s + 1],
                    gz = block.gradient[3 * s + 2];
        const lanes x = block.ux[s] * half, y = block.uy[s] * half, z = block.uz[s] * half;
        const lanes v[6] = {x * gx, y * gy, z * gz, y * gz, x * gz, x * gy};
        for (int k = 0; k < 6; ++k) own[k] += v[k];
        for (int w = 0; w < W; ++w) add_to_atom(block.neighbor[s * W + w], v, w);
      }
    for (int w = 0; w < W; ++w) add_to_atom(block.atoms[w], own, w);
  }

  void add_to_atom(int atom, const lanes* v, int w) {
    double* to = &atom_virials_[6 * std::size_t(atom)];
    for (int k = 0; k < 6; ++k) to[k] += v[k][w];
  }

  void add_virial(const System& system, const Block& block, const lanes* v) {
    const int first = system.owner_of(block.atoms[0]), last = system.owner_of(block.atoms[W - 1]);
    if (first == last) {
      for (int k = 0; k < 6; ++k) virial_[6 * first + k] += sum(v[k]);
      return;
    }
    for (int w = 0; w < W; ++w)
      for (int k = 0; k < 6; ++k) virial_[6 * system.owner_of(block.atoms[w]) + k] += v[k][w];
  }
};

// One partial sum per queue.
class Gradients {
 public:
  Gradients(const System& system, const std::vector<int>& queues, bool each_atom = false)
      : system_(system), sums_(queues.size() - 1) {
    for (std::size_t q = 0; q < sums_.size(); ++q) sums_[q].start(queues[q], each_atom);
  }

  void add(const Block& block, int queue, int item, const Stop& stop) { sums_[queue].add(system_, block, item, stop); }

  // The sum of all, in the order of the queues; atom_virials is empty where they are not wanted.
  void collect(int threads, Span<double> forces, Span<double> virial, Span<double> atom_virials = {}) const {
    add_up(threads, &PartialSum::forces, 3, forces);
    add_up(threads, &PartialSum::atom_virials, 6, atom_virials);
    std::fill(virial.begin(), virial.end(), 0.0);
    for (const PartialSum& part : sums_)
      for (std::size_t k = 0; k < part.virial().size(); ++k) virial[k] += part.virial()[k];
  }

 private:
  const System& system_;
  std::vector<PartialSum> sums_;

  // Values of which an atom has so many.
  void add_up(int threads, const double* (PartialSum::*values)() const, std::size_t width, Span<double> out) const {
    constexpr int pieces_each = 4;
    const std::size_t piece = PartialSum::PIECE * width;
    const int pieces = int((out.size + piece - 1) / piece);
    for_items(pieces, std::min(threads, 1 + pieces / pieces_each), [&](int, int p) {
      const std::size_t begin = p * piece, end = std::min(begin + piece, out.size);
      std::fill(out.data + begin, out.data + end, 0.0);
      for (const PartialSum& part : sums_) {
        if (!part.seen(p)) continue;
        const double* from = (part.*values)();
        for (std::size_t k = begin; k < end; ++k) out[k] += from[k];
      }
    });
  }
};

}  // namespace potlearn::POTLEARN_ISA
