// Rows of the linear model: the derivative of every feature of an atom along every one of its neighbours.
//
// The lanes hold W centres.  The Jacobian of the nodes that the features are made of is formed once per block,
//   J = d(node)/dA,
// and contracted for every neighbour with the moments' gradients in a frame (u, e1, e2) along its direction u:
//   d(node)/dr = u sum R' J Y + e1 sum R J d1(Y) + e2 sum R J d2(Y),
// d1 and d2 being the derivatives along e1 and e2 over r.  Products of two nodes follow the product rule.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "block.hpp"
#include "buffer.hpp"
#include "harmonics.hpp"
#include "kernel.hpp"
#include "lanes.hpp"
#include "program.hpp"
#include "row_layout.hpp"
#include "row_plan.hpp"
#include "row_shares.hpp"
#include "row_writer.hpp"
#include "schedule.hpp"
#include "vector3.hpp"

namespace potlearn::POTLEARN_ISA {

// The workspace of one thread.
class LinearRows {
  // Slots that are handled together, in registers.
  static constexpr int SLOTS = W == 8 ? 4 : 2;

 public:
  LinearRows(const Basis& basis, const RowLayout& layout, int most_slots)
      : program_(basis.programs[0]), plan_(layout.plan), n_features_(layout.n_features), n_nodes_(layout.n_nodes),
        block_(basis, most_slots), writer_(program_, layout), jacobian_(plan_.angular.size()),
        roots_(plan_.n_root_entries), frames_(SLOTS * block_.stride), harmonics_(3 * SLOTS * block_.terms),
        tangents_(SLOTS * 3 * n_nodes_), own_(3 * n_nodes_), strain_(6 * n_nodes_) {}

  int capacity() const { return block_.capacity; }

  // Adds all rows of a share to the output.
  void add(const Schedule& schedule, const Gates& gates, const Rows& out, const RowShare& share) {
    system_ = &schedule.system;
    out_ = out;
    share_ = &share;
    outputs_ = std::max(1, gates.count) * std::size_t(n_features_);
    if (unused_.size() < outputs_) unused_.resize(outputs_);
    for (int b = 0; b < schedule.blocks(); ++b) {
      const int *atoms = schedule.atoms(b), n = schedule.size(b);
      if (system_->owner_of(atoms[0]) < share.last_system && system_->owner_of(atoms[n - 1]) >= share.first_system)
        add_block(atoms, n, gates);
    }
  }

 private:
  // R' u, R e1, R e2.
  struct Frame {
    Vector3 radial, first, second;
  };

  const Program& program_;
  const RowPlan& plan_;
  const int n_features_, n_nodes_;
  Block block_;
  RowWriter writer_;
  Buffer jacobian_;            // of the planned nodes
  Buffer roots_;               // jacobians of the plan's roots
  std::vector<Frame> frames_;  // (radial functions, slots of a tile)
  Buffer harmonics_;           // and their derivatives along e1 and e2, over r: (harmonics, slots of a tile, 3)
  Buffer tangents_;            // d(node)/dr_ij: (slots of a tile, 3, nodes)
  Buffer own_, strain_;        // their sums over the neighbours, and with r_ij: (3, nodes), (6, nodes)

  const System* system_ = nullptr;
  Rows out_ = {};
  const RowShare* share_ = nullptr;
  std::size_t outputs_ = 0;         // columns of a centre species, but for the one-body count
  std::size_t column_ = 0;          // of the centres' first feature
  std::vector<double> unused_;      // a row for empty places and for atoms of other shares; never read
  int lane_[W] = {}, n_lanes_ = 0;  // the lanes whose atoms belong to the share

  // Atoms ids[0..n) of one species, n <= W.
  void add_block(const int* ids, int n, const Gates& gates) {
    block_.pack_atoms(*system_, ids, n);
    block_.radial_and_harmonics();
    block_.moments();
    program_forward(program_, &block_.values[0]);
    differentiate_nodes();
    writer_.begin(block_, n, gates);
    column_ = std::size_t(block_.species) * (1 + outputs_) + 1;
    choose_lanes(n);
    own_.clear();
    strain_.clear();
    with_degree(block_.degree, [&](auto L) {
      for (int e = 0; e < block_.basis.n_species; ++e) {
        int slot = block_.begin(e);
        for (; slot + SLOTS <= block_.end(e); slot += SLOTS) add_slots<L(), SLOTS>(slot, e);
        for (; slot < block_.end(e); ++slot) add_slots<L(), 1>(slot, e);
      }
    });
    add_centres();
  }

  void choose_lanes(int n) {
    n_lanes_ = 0;
    for (int w = 0; w < n; ++w) {
      const int owner = system_->owner_of(block_.atoms[w]);
      if (share_->first_system <= owner && owner < share_->last_system) lane_[n_lanes_++] = w;
    }
  }

  void differentiate_nodes() {
    lanes *adjoint = &block_.adjoint[0], *node_seed = adjoint + program_.n_moments;
    block_.adjoint.clear();
    for (int number : share_->columns->roots) {
      const Root& root = plan_.roots[number];
      node_seed[root.nodes.back()] = splat(1);
      for (auto node = root.nodes.rbegin(); node != root.nodes.rend(); ++node) {
        node_adjoint(program_, *node, &block_.values[0], adjoint);
        node_seed[*node] = splat(0);
      }
      lanes* out = &roots_[root.first];
      for (int a : root.moments) {
        *out++ = adjoint[a];
        adjoint[a] = splat(0);
      }
    }
    for (int x : share_->columns->nodes) {
      std::fill(&jacobian_[plan_.entry_first[x]], &jacobian_[plan_.entry_first[x + 1]], splat(0));
      for (int k = plan_.contribution_first[x]; k < plan_.contribution_first[x + 1]; ++k) {
        const Contribution& c = plan_.contributions[k];
        jacobian_[c.out] += c.weight * roots_[c.in];
      }
    }
  }

  // TS slots of neighbour species e.
  template <int L, int TS>
  void add_slots(int slot, int e) {
    for (int t = 0; t < TS; ++t) prepare_slot<L>(slot + t, t);
    const int* first = plan_.segment_first[e].data();
    const Segment* segment = plan_.segments.data();
    for (int x : share_->columns->nodes) {
      Vector3 gradient[TS];
      if (first[x] == first[x + 1]) {
        for (int t = 0; t < TS; ++t) gradient[t] = {splat(0), splat(0), splat(0)};
      } else {
        contract<TS, false>(segment[first[x]], gradient);
        for (int g = first[x] + 1; g < first[x + 1]; ++g) contract<TS, true>(segment[g], gradient);
      }
      for (int t = 0; t < TS; ++t) {
        lanes* out = &tangents_[std::size_t(3 * t) * n_nodes_ + x];
        out[0] = gradient[t].x;
        out[n_nodes_] = gradient[t].y;
        out[2 * n_nodes_] = gradient[t].z;
      }
      sum_over_slots<TS>(x, slot, gradient);
    }
    for (int t = 0; t < TS; ++t) scatter(slot + t, e, &tangents_[std::size_t(3 * t) * n_nodes_]);
  }

  // Harmonics, their derivatives along e1 and e2 over r, and R' u, R e1, R e2 of every radial function.
  template <int L>
  void prepare_slot(int s, int t) {
    const Vector3 u = {block_.ux[s], block_.uy[s], block_.uz[s]};
    Vector3 e1, e2;
    orthonormal(u, e1, e2);
    const AngularParts<L> parts(u.x, u.y, u.z);
    const lanes ir = block_.inverse_r[s];
    lanes first[(L + 1) * (L + 1)], second[(L + 1) * (L + 1)];
    parts.along(ir * e1.x, ir * e1.y, ir * e1.z, first);
    parts.along(ir * e2.x, ir * e2.y, ir * e2.z, second);
    for (int lm = 0; lm < block_.terms; ++lm) {
      lanes* out = &harmonics_[3 * (lm * SLOTS + t)];
      out[0] = block_.Y[s * block_.terms + lm];
      out[1] = first[lm];
      out[2] = second[lm];
    }
    for (int n = 0; n < block_.basis.n_radial; ++n) {
      const lanes R = block_.R[s * block_.stride + n], dR = block_.dR[s * block_.stride + n];
      frames_[n * SLOTS + t] = {dR * u, R * e1, R * e2};
    }
  }

  // gradient = (ADD: +=) the part of one radial function.
  template <int TS, bool ADD>
  void contract(const Segment& segment, Vector3* gradient) const {
    const int* angular = plan_.angular.data();
    const lanes* jacobian = &jacobian_[0];
    lanes sum[TS][3] = {};
    int q = segment.begin;
    if (angular[q] == 0) {  // the constant harmonic
      for (int t = 0; t < TS; ++t) sum[t][0] = jacobian[q];
      ++q;
    }
    for (; q < segment.end; ++q) {
      const lanes j = jacobian[q];
      const lanes* h = &harmonics_[angular[q] * (3 * SLOTS)];
#pragma GCC unroll 4
      for (int t = 0; t < TS; ++t)
#pragma GCC unroll 3
        for (int c = 0; c < 3; ++c) sum[t][c] += j * h[3 * t + c];
    }
    const Frame* frame = &frames_[segment.radial * SLOTS];
#pragma GCC unroll 4
    for (int t = 0; t < TS; ++t) {
      const Frame& f = frame[t];
      const Vector3 part = sum[t][0] * f.radial + sum[t][1] * f.first + sum[t][2] * f.second;
      gradient[t] = ADD ? gradient[t] + part : part;
    }
  }

  template <int TS>
  void sum_over_slots(int x, int slot, const Vector3* g) {
    Vector3 own = g[0];
    for (int t = 1; t < TS; ++t) own += g[t];
    own_[x] -= own.x;
    own_[n_nodes_ + x] -= own.y;
    own_[2 * n_nodes_ + x] -= own.z;
    if (out_.virial.empty()) return;
    lanes v[6] = {};
    for (int t = 0; t < TS; ++t) {
      const int s = slot + t;
      const Vector3 r = block_.r[s] * Vector3{block_.ux[s], block_.uy[s], block_.uz[s]};
      v[0] += r.x * g[t].x;
      v[1] += r.y * g[t].y;
      v[2] += r.z * g[t].z;
      v[3] += r.y * g[t].z;
      v[4] += r.x * g[t].z;
      v[5] += r.x * g[t].y;
    }
    for (int a = 0; a < 6; ++a) strain_[a * n_nodes_ + x] += v[a];
  }

  // F_j -= dB_i/dr_ij for the neighbours j of a slot.
  void scatter(int slot, int e, const lanes* gradient) {
    const double cutoff = block_.basis.table(block_.species, e).cutoff;
    RowPointers<3> rows;
    for (int w = 0; w < W; ++w)
      for (int axis = 0; axis < 3; ++axis) rows[axis][w] = unused_.data();
    bool any = false;
    for (int k = 0; k < n_lanes_; ++k) {
      const int w = lane_[k];
      if (!(block_.r[slot][w] < cutoff)) continue;
      any = true;
      for (int axis = 0; axis < 3; ++axis) rows[axis][w] = force_row(block_.neighbor[slot * W + w], axis);
    }
    if (any) writer_.subtract(*share_->columns, e, gradient, rows);
  }

  // F_i += sum_j dB_i/dr_ij, the virial and the energy.
  void add_centres() {
    RowPointers<3> forces;
    RowPointers<6> virial;
    RowPointers<1> energy;
    for (int k = 0; k < n_lanes_; ++k) {
      const int i = block_.atoms[lane_[k]], owner = system_->owner_of(i);
      for (int axis = 0; axis < 3; ++axis) forces[axis][k] = force_row(i, axis);
      for (int a = 0; a < 6 && !out_.virial.empty(); ++a) virial[a][k] = row(out_.virial, 6 * std::size_t(owner) + a);
      energy[0][k] = row(out_.energy, owner);
      if (share_->columns->counts) energy[0][k][-1] += 1;
    }
    const std::vector<std::vector<int>>& groups = share_->columns->groups;
    writer_.subtract_each<3>(groups, &own_[0], forces, lane_, n_lanes_);
    if (!out_.virial.empty()) writer_.subtract_each<6>(groups, &strain_[0], virial, lane_, n_lanes_);
    writer_.add_values(groups, energy, lane_, n_lanes_);
  }

  double* row(Span<double> rows, std::size_t number) const { return rows.data + number * out_.stride + column_; }
  double* force_row(int atom, int axis) const { return row(out_.forces, 3 * std::size_t(atom) + axis); }
};

}  // namespace potlearn::POTLEARN_ISA
