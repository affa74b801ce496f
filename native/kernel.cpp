// Energies, forces, features and their derivatives, W atoms at a time.  Compiled once per instruction set.
#include "kernel.hpp"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

#include "block.hpp"
#include "gradient.hpp"
#include "linear_weights.hpp"
#include "parallel.hpp"
#include "plan.hpp"
#include "plan_pass.hpp"
#include "pool.hpp"
#include "row_layout.hpp"
#include "row_shares.hpp"
#include "rows.hpp"
#include "schedule.hpp"
#include "set_block.hpp"
#include "set_coefficients.hpp"
#include "set_gradient.hpp"
#include "stages.hpp"

namespace potlearn::POTLEARN_ISA {
namespace {

// Zero where an atom has fewer neighbours than the feature needs.
lanes guarded(lanes seed, lanes n_neighbors, int needed) {
  return (lanes)((ulanes)seed & (ulanes)(n_neighbors >= splat(needed)));
}

// Whether the first atoms of a block have so many neighbours each.
bool has_neighbors(const Block& block, int filled, int least) {
  for (int w = 0; w < filled; ++w)
    if (block.n_neighbors[w] < least) return false;
  return true;
}

class LaneKernel final : public Kernel {
  // From so many sets on, lanes hold sets.
  static constexpr int MANY = W / 2 + 1;

 public:
  explicit LaneKernel(const Basis& basis) : basis_(basis) {}

  void energy_forces(const System& s, Span<const double> coefficients, int threads, Span<double> energies,
                     Span<double> forces, Span<double> virial, Span<double> atom_virials) const override {
    const Schedule schedule(s);
    const std::vector<int> queues = schedule.queues();
    const int n_features = basis_.n_features(), columns = basis_.n_species * (1 + n_features);
    const int sets = int(coefficients.size / columns);
    if (sets >= MANY) return many_sets(s, coefficients, threads, energies, forces, virial);
    std::vector<Gradients> gradients;
    for (int set = 0; set < sets; ++set) gradients.emplace_back(s, queues, !atom_virials.empty());
    std::vector<LinearWeights> weights;
    for (int k = 0; k < sets * basis_.n_species; ++k)
      weights.emplace_back(plan_of(k % basis_.n_species).linear, &coefficients[std::size_t(k) * (1 + n_features) + 1]);
    for_blocks(schedule, threads, queues, [&](Block& block, int filled, int queue, int item, const Stop& stop) {
      const Plan& plan = plan_of(block.species);
      const bool all = has_neighbors(block, filled, plan.least_neighbors);
      plan_forward(plan, &block.values[0]);
      if (!all) form_features(plan, block, filled);
      end_stage(Stage::forward);
      for (int set = 0; set < sets; ++set) {
        const double* c = &coefficients[std::size_t(set) * columns + block.species * (1 + n_features)];
        const LinearWeights& weight = weights[set * basis_.n_species + block.species];
        const lanes energy = all ? c[0] + linear_adjoint(plan, weight, &block.values[0], &block.adjoint[0])
                                 : guarded_adjoint(plan, block, c);
        for (int w = 0; w < filled; ++w) energies[std::size_t(set) * s.n_centers + block.centers[w]] = energy[w];
        end_stage(Stage::adjoint);
        block.pair_gradients();
        end_stage(Stage::pairs);
        gradients[set].add(block, queue, item, stop);
        end_stage(Stage::scatter);
      }
    });
    const std::size_t n = 3 * std::size_t(s.n_atoms), m = 6 * std::size_t(s.n_systems);
    for (int set = 0; set < sets; ++set)
      gradients[set].collect(threads, forces.part(set * n, n), virial.part(set * m, m), atom_virials);
  }

  void network_energy_forces(const System& s, const Network& network, int threads, Span<double> energies,
                             Span<double> forces, Span<double> virial, Span<double> atom_virials) const override {
    const Schedule schedule(s);
    const std::vector<int> queues = schedule.queues();
    Gradients gradients(s, queues, !atom_virials.empty());
    for_blocks(schedule, threads, queues, [&](Block& block, int filled, int queue, int item, const Stop& stop) {
      const Plan& plan = plan_of(block.species);
      plan_forward(plan, &block.values[0]);
      form_features(plan, block, filled);
      end_stage(Stage::forward);
      block.seeds.at_least(plan.n_features());
      block.network.fit(network);
      const lanes energy =
          block.network.evaluate(network.of_species(block.species), &block.features[0], &block.seeds[0]);
      for (int w = 0; w < filled; ++w) energies[block.centers[w]] = energy[w];
      end_stage(Stage::network);
      if (!has_neighbors(block, filled, plan.least_neighbors)) guard(block, block.seeds);
      plan_adjoint(plan, &block.values[0], &block.seeds[0], &block.adjoint[0]);
      end_stage(Stage::adjoint);
      block.pair_gradients();
      end_stage(Stage::pairs);
      gradients.add(block, queue, item, stop);
      end_stage(Stage::scatter);
    });
    gradients.collect(threads, forces, virial, atom_virials);
  }

  void features(const System& s, int threads, Span<double> out) const override {
    const Schedule schedule(s);
    for_blocks(schedule, threads, [&](Block& block, int filled) {
      const Plan& plan = plan_of(block.species);
      plan_forward(plan, &block.values[0]);
      form_features(plan, block, filled);
      const std::size_t n_features = plan.n_features();
      for (std::size_t k = 0; k < n_features; ++k)
        for (int w = 0; w < filled; ++w) out[block.centers[w] * n_features + k] = block.features[k][w];
    });
  }

  void vjp(const System& s, Span<const double> weights, int threads, Span<double> forces,
           Span<double> virial) const override {
    const Schedule schedule(s);
    const std::vector<int> queues = schedule.queues();
    const std::size_t n_features = basis_.n_features();
    Gradients gradients(s, queues);
    for_blocks(schedule, threads, queues, [&](Block& block, int filled, int queue, int item, const Stop& stop) {
      const Plan& plan = plan_of(block.species);
      plan_forward(plan, &block.values[0]);
      block.seeds.at_least(n_features);
      for (std::size_t k = 0; k < n_features; ++k)
        for (int w = 0; w < W; ++w) block.seeds[k][w] = weights[block.centers[w] * n_features + k];
      if (!has_neighbors(block, filled, plan.least_neighbors)) guard(block, block.seeds);
      plan_adjoint(plan, &block.values[0], &block.seeds[0], &block.adjoint[0]);
      block.pair_gradients();
      gradients.add(block, queue, item, stop);
    });
    gradients.collect(threads, forces, virial);
  }

  void jvp(const System& s, Span<const double> displacements, Span<const double> strain, int threads,
           Span<double> out) const override {
    const Schedule schedule(s);
    const std::size_t n_features = basis_.n_features();
    for_blocks(schedule, threads, [&](Block& block, int filled) {
      const Program& program = block.program();
      block.moment_tangents(displacements, strain_of(block, s, strain));
      plan_forward(plan_of(block.species), &block.values[0]);
      program_tangent(program, &block.values[0], &block.adjoint[0]);
      for (std::size_t k = 0; k < n_features; ++k) {
        const lanes tangent = guarded(block.adjoint[program.feature[k]], block.n_neighbors, program.min_neighbors[k]);
        for (int w = 0; w < filled; ++w) out[block.centers[w] * n_features + k] = tangent[w];
      }
    });
  }

  void rows(const System& s, const Gates& gates, int threads, const Rows& out) const override {
    std::call_once(row_once_, [&] { row_layout_ = std::make_unique<const RowLayout>(basis_); });
    const Schedule schedule(s);
    const RowShares split = RowSplitter(*row_layout_, schedule, gates.count).split(threads);
    for_items(int(split.shares.size()), threads, [&](int, int k) {
      const auto lent =
          row_makers_.lend([&](const LinearRows& rows) { return rows.capacity() >= s.most_neighbors; },
                           [&] { return std::make_unique<LinearRows>(basis_, *row_layout_, s.most_neighbors); });
      lent->add(schedule, gates, out, split.shares[k]);
    });
  }

 private:
  const Basis& basis_;
  mutable Pool<Block> blocks_;
  mutable Pool<SetBlock> set_blocks_;
  mutable std::once_flag plans_once_;
  mutable std::vector<Plan> plans_;  // of each program, none before they are needed
  mutable Pool<LinearRows> row_makers_;
  mutable std::once_flag row_once_;
  mutable std::unique_ptr<const RowLayout> row_layout_;  // none before it is needed

  const std::vector<Plan>& plans() const {
    std::call_once(plans_once_, [&] { plans_ = {basis_.programs.begin(), basis_.programs.end()}; });
    return plans_;
  }
  const Plan& plan_of(int species) const { return plans()[basis_.program_of[species]]; }

  Pool<SetBlock>::Lease lend_set_block(const System& s) const {
    return set_blocks_.lend([&](const SetBlock& block) { return block.capacity() >= s.most_neighbors; },
                            [&] { return std::make_unique<SetBlock>(basis_, plans(), s.most_neighbors); });
  }

  // energy_forces with the sets in lanes.
  void many_sets(const System& s, Span<const double> coefficients, int threads, Span<double> energies,
                 Span<double> forces, Span<double> virial) const {
    const SetCoefficients c(coefficients, basis_.n_species, basis_.n_features());
    const Schedule schedule(s);
    const std::vector<int> queues = schedule.queues();
    SetGradients gradients(s, queues, c.sets);
    std::vector<Pool<SetBlock>::Lease> lent(threads);
    for_queues(queues, threads, [&](int thread, int queue, int item, const Stop& stop) {
      if (!lent[thread]) lent[thread] = lend_set_block(s);
      SetBlock& block = *lent[thread];
      block.evaluate(s, schedule.atoms(item), schedule.size(item), c);
      for (int w = 0; w < block.filled(); ++w)
        for (int set = 0; set < c.sets; ++set)
          energies[std::size_t(set) * s.n_centers + block.center(w)] = block.energy(w, set / W)[set % W];
      gradients.add(block, queue, item, stop);
    });
    gradients.collect(threads, forces, virial);
  }

  Pool<Block>::Lease lend_block(const System& s) const {
    return blocks_.lend([&](const Block& block) { return block.capacity >= s.most_neighbors; },
                        [&] { return std::make_unique<Block>(basis_, s.most_neighbors); });
  }

  // f(block, filled lanes, queue, number of the block, stop) with the moments formed, the blocks of a queue in order.
  template <class F>
  void for_blocks(const Schedule& schedule, int threads, const std::vector<int>& queues, F&& f) const {
    threads = schedule.useful(threads);
    std::vector<Pool<Block>::Lease> lent(threads);
    for_queues(queues, threads, [&](int thread, int queue, int item, const Stop& stop) {
      if (!lent[thread]) lent[thread] = lend_block(schedule.system);
      Block& block = *lent[thread];
      start_stages();
      block.pack_atoms(schedule.system, schedule.atoms(item), schedule.size(item));
      end_stage(Stage::gather);
      block.radial_and_harmonics();
      block.moments();
      end_stage(Stage::moments);
      f(block, schedule.size(item), queue, item, stop);
    });
  }

  // f(block, filled lanes) in any order.
  template <class F>
  void for_blocks(const Schedule& schedule, int threads, F&& f) const {
    for_blocks(schedule, threads, schedule.queues(),
               [&](Block& block, int filled, int, int, const Stop&) { f(block, filled); });
  }

  // Features or seeds, zero where an atom has fewer neighbours than they need.
  static void guard(const Block& block, Buffer& values) {
    const std::vector<std::int32_t>& needed = block.program().min_neighbors;
    for (std::size_t k = 0; k < needed.size(); ++k) values[k] = guarded(values[k], block.n_neighbors, needed[k]);
  }

  // From the values that something reads.
  static void form_features(const Plan& plan, Block& block, int filled) {
    block.features.at_least(plan.n_features());
    form_sums(plan.features, &block.values[0], &block.features[0]);
    if (!has_neighbors(block, filled, plan.least_neighbors)) guard(block, block.features);
  }

  static Strain strain_of(const Block& block, const System& s, Span<const double> strain) {
    Strain found;
    for (int w = 0; w < W; ++w)
      for (int k = 0; k < 9; ++k) found.e[k][w] = strain[9 * std::size_t(s.owner_of(block.atoms[w])) + k];
    return found;
  }

  // The adjoint of a linear model, c[0] + sum_k c[1 + k] B_k, where some features are zero, and its energy.
  static lanes guarded_adjoint(const Plan& plan, Block& block, const double* c) {
    block.seeds.at_least(plan.n_features());
    lanes energy = splat(c[0]);
    for (int k = 0; k < plan.n_features(); ++k) {
      block.seeds[k] = splat(c[1 + k]);
      energy += block.seeds[k] * block.features[k];
    }
    guard(block, block.seeds);
    plan_adjoint(plan, &block.values[0], &block.seeds[0], &block.adjoint[0]);
    return energy;
  }
};

}  // namespace

std::unique_ptr<Kernel> make_kernel(const Basis& basis) { return std::make_unique<LaneKernel>(basis); }

}  // namespace potlearn::POTLEARN_ISA
