// Forces and virials of many coefficient sets, added up in an order that does not depend on the threads.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "buffer.hpp"
#include "lanes.hpp"
#include "parallel.hpp"
#include "set_block.hpp"
#include "span.hpp"
#include "system.hpp"

namespace potlearn::POTLEARN_ISA {

// The sum over one queue of blocks, sets in lanes: forces (N, 3, vectors), virials (B, 6, vectors).
class SetSum {
 public:
  void start(int item) { turn_.start(item); }

  // The gradients of a block, once those before it in the queue are added.
  void add(const System& system, const SetBlock& block, int vectors, int item, const Stop& stop) {
    turn_.wait(item, stop);
    if (!used_) allocate(system, vectors);
    for (int w = 0; w < block.filled(); ++w) scatter(system, block, w, vectors);
    turn_.done(item);
  }

  bool used() const { return used_; }
  const Buffer& forces() const { return forces_; }
  const Buffer& virial() const { return virial_; }

 private:
  Turn turn_;
  bool used_ = false;  // no memory before the first block
  Buffer forces_, virial_;

  void allocate(const System& system, int vectors) {
    forces_.at_least(std::size_t(system.n_atoms) * 3 * vectors);
    virial_.at_least(std::size_t(system.n_systems) * 6 * vectors);
    used_ = true;
  }

  void scatter(const System& system, const SetBlock& block, int w, int vectors) {
    lanes* own = &forces_[std::size_t(block.atom(w)) * 3 * vectors];
    lanes* v = &virial_[std::size_t(system.owner_of(block.atom(w))) * 6 * vectors];
    for (int p = block.pairs_begin(w); p < block.pairs_end(w); ++p) {
      const SetBlock::Pair& pair = block.pair(p);
      const lanes* g = block.gradient(p);
      lanes* other = &forces_[std::size_t(pair.neighbor) * 3 * vectors];
      for (int k = 0; k < 3 * vectors; ++k) {
        own[k] += g[k];
        other[k] -= g[k];
      }
      const lanes *gx = g, *gy = g + vectors, *gz = g + 2 * vectors;
      for (int t = 0; t < vectors; ++t) {
        v[t] -= pair.x * gx[t];
        v[vectors + t] -= pair.y * gy[t];
        v[2 * vectors + t] -= pair.z * gz[t];
        v[3 * vectors + t] -= pair.y * gz[t];
        v[4 * vectors + t] -= pair.x * gz[t];
        v[5 * vectors + t] -= pair.x * gy[t];
      }
    }
  }
};

// One sum per queue.
class SetGradients {
 public:
  SetGradients(const System& system, const std::vector<int>& queues, int sets)
      : system_(system), sets_(sets), vectors_((sets + W - 1) / W), sums_(queues.size() - 1) {
    for (std::size_t q = 0; q < sums_.size(); ++q) sums_[q].start(queues[q]);
  }

  void add(const SetBlock& block, int queue, int item, const Stop& stop) {
    sums_[queue].add(system_, block, vectors_, item, stop);
  }

  // The sum of all, in the order of the queues: forces (S, N, 3), virial (S, B, 6).
  void collect(int threads, Span<double> forces, Span<double> virial) const {
    constexpr int piece = 512;
    const int n = 3 * system_.n_atoms, pieces = (n + piece - 1) / piece;
    for_items(pieces, threads, [&](int, int p) {
      write(&SetSum::forces, p * piece, std::min((p + 1) * piece, n), std::size_t(n), forces);
    });
    const int m = 6 * system_.n_systems;
    write(&SetSum::virial, 0, m, std::size_t(m), virial);
  }

 private:
  const System& system_;
  const int sets_, vectors_;
  std::vector<SetSum> sums_;

  // Components begin..end of n, of every set.
  void write(const Buffer& (SetSum::*part)() const, int begin, int end, std::size_t n, Span<double> out) const {
    for (int k = begin; k < end; ++k)
      for (int t = 0; t < vectors_; ++t) {
        lanes total = splat(0);
        for (const SetSum& sum : sums_)
          if (sum.used()) total += (sum.*part)()[std::size_t(k) * vectors_ + t];
        for (int w = 0; w < W && t * W + w < sets_; ++w) out[(t * W + w) * n + k] = total[w];
      }
  }
};

}  // namespace potlearn::POTLEARN_ISA
