// Rows of the linear model: the derivative of every feature of an atom along every one of its neighbours.
//
// The lanes hold W centres.  The Jacobian of the nodes that the features are made of is formed once per block,
//   J = d(node)/dA,
// and contracted for every neighbour with the moments' gradients in a frame (u, e1, e2) along its direction u:
//   d(node)/dr = u sum R' J Y + e1 sum R J d1(Y) + e2 sum R J d2(Y),
// d1 and d2 being the derivatives along e1 and e2 over r.  Products of two nodes follow the product rule.
#pragma once

#include "block.hpp"
#include "kernel.hpp"
#include "row_plan.hpp"

namespace potlearn::POTLEARN_ISA {

inline std::vector<MomentOrigin> moment_origins(const Basis& basis) {
  std::vector<MomentOrigin> origins;
  for (int e = 0; e < basis.n_species; ++e)
    for (int n = 0; n < basis.n_radial; ++n)
      for (int lm = Basis::harmonics(basis.lowest[n]); lm < Basis::harmonics(basis.degree[n] + 1); ++lm)
        origins.push_back({e, n, lm});
  return origins;
}

class LinearRows {
  // Slots that are handled together, in registers.
  static constexpr int SLOTS = W == 8 ? 4 : 2;

 public:
  LinearRows(const Basis& basis, int capacity, int gates, const Rows& out)
      : program_(basis.programs[0]),
        plan_(RowPlanner(basis.programs[0], moment_origins(basis), basis.n_species).plan()), block_(basis, capacity),
        gates_(gates), features_(int(plan_.features.size())), outputs_(std::max(1, gates) * features_),
        n_nodes_(int(plan_.nodes.size())), out_(out), values_(n_nodes_ + 2), jacobian_(plan_.angular.size()),
        roots_(plan_.n_root_entries), frames_(SLOTS * block_.stride), harmonics_(3 * SLOTS * block_.terms),
        tangents_(SLOTS * 3 * n_nodes_), own_(3 * n_nodes_), strain_(6 * n_nodes_), gate_weight_(gates),
        gate_slope_(std::size_t(gates) * features_), unused_(outputs_) {
    values_[n_nodes_] = splat(1);
    for (const PlannedFeature& f : plan_.features) {
      const bool product = f.right >= 0;
      rules_.push_back(product ? Rule{f.right, f.left, f.left, f.right} : Rule{n_nodes_, f.left, n_nodes_ + 1, f.left});
    }
    for (int k = 0; k < features_; k += W) {
      all_.push_back(k);
      bool plain = true;
      for (int j = k; j < std::min(k + W, features_); ++j)
        plain &= plan_.features[j].right < 0 && plan_.features[j].left == plan_.features[k].left + j - k;
      plain_.push_back(plain);
    }
    for (const std::vector<char>& depends : plan_.depends) {
      near_.emplace_back();
      for (int k : all_)
        if (std::find(depends.begin() + k, depends.begin() + std::min(k + W, features_), 1) !=
            depends.begin() + std::min(k + W, features_))
          near_.back().push_back(k);
    }
  }

  // Atoms ids[0..n) of one species, n <= W.
  void add_atoms(const System& s, const int* ids, int n, const Gates& gates) {
    block_.pack_atoms(s, ids, n);
    block_.radial_and_harmonics();
    block_.moments();
    program_forward<true>(program_, &block_.values[0]);
    differentiate_nodes();
    if (gates_) load_gates(ids, n, gates);
    column_ = std::size_t(block_.species) * (1 + outputs_) + 1;
    sparse_ = false;
    for (int k = 0; k < features_; ++k)
      for (int w = 0; w < n; ++w) sparse_ |= block_.n_neighbors[w] < program_.min_neighbors[k];
    own_.clear();
    strain_.clear();
    with_degree(block_.degree, [&](auto L) {
      for (int e = 0; e < block_.basis.n_species; ++e) {
        int slot = block_.begin(e);
        for (; slot + SLOTS <= block_.end(e); slot += SLOTS) add_slots<L(), SLOTS>(slot, e, n);
        for (; slot < block_.end(e); ++slot) add_slots<L(), 1>(slot, e, n);
      }
    });
    add_centres(s, n);
  }

 private:
  // The derivative of a feature:  value[value1] d[node1] + value[value2] d[node2].
  struct Rule {
    int value1, node1, value2, node2;
  };
  // R' u, R e1, R e2.
  struct Frame {
    Vector3 radial, first, second;
  };

  const Program& program_;
  const RowPlan plan_;
  std::vector<Rule> rules_;
  Block block_;
  const int gates_, features_, outputs_, n_nodes_;
  const Rows out_;
  Buffer values_, jacobian_;   // of the planned nodes (then one and zero)
  Buffer roots_;               // jacobians of the plan's roots
  std::vector<Frame> frames_;  // (radial functions, slots of a tile)
  Buffer harmonics_;           // and their derivatives along e1 and e2, over r: (harmonics, slots of a tile, 3)
  Buffer tangents_;            // d(node)/dr_ij: (slots of a tile, 3, nodes)
  Buffer own_, strain_;        // their sums over the neighbours, and with r_ij: (3, nodes), (6, nodes)
  Buffer gate_weight_, gate_slope_;
  std::vector<char> plain_;             // whether the features of a group are consecutive nodes
  std::vector<int> all_;                // first features of groups of W
  std::vector<std::vector<int>> near_;  // those that depend on neighbours of a species
  std::vector<double> unused_;          // a row for what empty places give: zeros
  std::size_t column_ = 0;              // of the centres' first feature
  bool sparse_ = false;                 // some feature is absent for want of neighbours

  void differentiate_nodes() {
    lanes *adjoint = &block_.adjoint[0], *node_seed = adjoint + program_.n_moments;
    block_.adjoint.clear();
    for (const Root& root : plan_.roots) {
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
    jacobian_.clear();
    for (const Contribution& c : plan_.contributions) jacobian_[c.out] += c.weight * roots_[c.in];
    for (int x = 0; x < n_nodes_; ++x) values_[x] = block_.values[program_.n_moments + plan_.nodes[x]];
  }

  void load_gates(const int* ids, int n, const Gates& gates) {
    gate_weight_.clear();
    gate_slope_.clear();
    for (int w = 0; w < n; ++w)
      for (int g = 0; g < gates_; ++g) {
        gate_weight_[g][w] = gates.weights[std::size_t(ids[w]) * gates_ + g];
        for (int k = 0; k < features_; ++k)
          gate_slope_[std::size_t(g) * features_ + k][w] =
              gates.slopes[(std::size_t(ids[w]) * gates_ + g) * features_ + k];
      }
  }

  // TS slots of neighbour species e.
  template <int L, int TS>
  void add_slots(int slot, int e, int n) {
    for (int t = 0; t < TS; ++t) prepare_slot<L>(slot + t, t);
    const int* first = plan_.segment_first[e].data();
    const Segment* segment = plan_.segments.data();
    for (int x = 0; x < n_nodes_; ++x) {
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
    for (int t = 0; t < TS; ++t) scatter(slot + t, e, n, &tangents_[std::size_t(3 * t) * n_nodes_]);
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

  // Two unit vectors that are orthogonal to u and to one another (Duff et al., JCGT 6 (2017) 1).
  static void orthonormal(const Vector3& u, Vector3& e1, Vector3& e2) {
    const lanes sign = u.z < splat(0) ? splat(-1) : splat(1);
    const lanes a = -1.0 / (sign + u.z), b = u.x * u.y * a;
    e1 = {1.0 + sign * u.x * u.x * a, sign * b, -sign * u.x};
    e2 = {b, sign + u.y * u.y * a, -u.y};
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
  void scatter(int slot, int e, int n, const lanes* gradient) {
    const double cutoff = block_.basis.table(block_.species, e).cutoff;
    double* rows[3][W];
    int lane[W], count = 0;
    for (int w = 0; w < W; ++w) {
      const bool filled = w < n && block_.r[slot][w] < cutoff;
      for (int axis = 0; axis < 3; ++axis)
        rows[axis][w] = filled ? force_row(block_.neighbor[slot * W + w], axis) : unused_.data();
      lane[w] = w;
      count += filled;
    }
    if (count == 0) return;
    if (sparse_ || gates_)
      emit<3>(gradient, gates_ ? all_ : near_[e], rows, lane, W);  // gates depend on every feature
    else
      emit_full(gradient, near_[e], rows);
  }

  // F_i += sum_j dB_i/dr_ij, the virial and the energy.
  void add_centres(const System& s, int n) {
    int lane[W];
    double *forces[3][W], *virial[6][W], *energy[1][W];
    for (int w = 0; w < n; ++w) {
      const int i = block_.atoms[w], owner = s.owner_of(i);
      lane[w] = w;
      for (int axis = 0; axis < 3; ++axis) forces[axis][w] = force_row(i, axis);
      for (int a = 0; a < 6 && !out_.virial.empty(); ++a) virial[a][w] = row(out_.virial, 6 * std::size_t(owner) + a);
      energy[0][w] = row(out_.energy, owner);
      energy[0][w][-1] += 1;
    }
    emit<3>(&own_[0], all_, forces, lane, n);
    if (!out_.virial.empty()) emit<6>(&strain_[0], all_, virial, lane, n);
    add_energy(energy, lane, n);
  }

  double* row(Span<double> rows, std::size_t number) const { return rows.data + number * out_.stride + column_; }
  double* force_row(int atom, int axis) const { return row(out_.forces, 3 * std::size_t(atom) + axis); }

  lanes guard(lanes x, int k) const {
    return (lanes)((ulanes)x & (ulanes)(block_.n_neighbors >= splat(program_.min_neighbors[k])));
  }
  lanes feature(int k) const {
    const PlannedFeature& f = plan_.features[k];
    return guard(f.right < 0 ? values_[f.left] : values_[f.left] * values_[f.right], k);
  }
  lanes derivative(const Rule& rule, const lanes* d) const {
    return values_[rule.value1] * d[rule.node1] + values_[rule.value2] * d[rule.node2];
  }

  // Takes the derivatives of all features off the rows of all W lanes.
  void emit_full(const lanes* node, const std::vector<int>& blocks, double* const (*rows)[W]) const {
    const lanes* d[3] = {node, node + n_nodes_, node + 2 * n_nodes_};
    for (int k : blocks) {
      if (k + W > features_) {
        for (int j = k; j < features_; ++j)
          for (int c = 0; c < 3; ++c) {
            const lanes x = derivative(rules_[j], d[c]);
            for (int w = 0; w < W; ++w) rows[c][w][j] -= x[w];
          }
        continue;
      }
      lanes x[3][W];
      if (plain_[k / W]) {
#pragma GCC unroll 8
        for (int w = 0; w < W; ++w)
#pragma GCC unroll 3
          for (int c = 0; c < 3; ++c) x[c][w] = d[c][rules_[k].node1 + w];
      } else {
#pragma GCC unroll 8
        for (int w = 0; w < W; ++w) {
          const Rule& rule = rules_[k + w];
          const lanes v1 = values_[rule.value1], v2 = values_[rule.value2];
#pragma GCC unroll 3
          for (int c = 0; c < 3; ++c) x[c][w] = v1 * d[c][rule.node1] + v2 * d[c][rule.node2];
        }
      }
#pragma GCC unroll 3
      for (int c = 0; c < 3; ++c) {
        transpose(x[c]);
#pragma GCC unroll 8
        for (int w = 0; w < W; ++w) store(rows[c][w] + k, load(rows[c][w] + k) - x[c][w]);
      }
    }
  }

  // The same for any outputs, lanes and number N of components.
  template <int N>
  void emit(const lanes* node, const std::vector<int>& blocks, double* const (*rows)[W], const int* lane,
            int count) const {
    for (int g = 0; g < std::max(1, gates_); ++g) {
      lanes rate[N] = {};
      if (gates_) gate_rates<N>(g, node, rate);
      for (int k : blocks) emit_block<N>(g, k, node, rate, rows, lane, count);
    }
  }

  template <int N>
  void emit_block(int g, int first, const lanes* node, const lanes* rate, double* const (*rows)[W], const int* lane,
                  int count) const {
    const int m = std::min(W, features_ - first);
    for (int c = 0; c < N; ++c) {
      lanes d[W];
      for (int j = 0; j < m; ++j) {
        const int k = first + j;
        d[j] = guard(derivative(rules_[k], node + c * n_nodes_), k);
        if (gates_) d[j] = gate_weight_[g] * d[j] + feature(k) * rate[c];
        d[j] = -d[j];
      }
      add(rows[c], g * features_ + first, m, d, lane, count);
    }
  }

  // d(w_g B_k) = w_g dB_k + B_k sum_m (dw_g/dB_m) dB_m: the sum.
  template <int N>
  void gate_rates(int g, const lanes* node, lanes* rate) const {
    for (int k = 0; k < features_; ++k)
      for (int c = 0; c < N; ++c)
        rate[c] += gate_slope_[std::size_t(g) * features_ + k] * guard(derivative(rules_[k], node + c * n_nodes_), k);
  }

  void add_energy(double* const (*rows)[W], const int* lane, int n) {
    for (int g = 0; g < std::max(1, gates_); ++g)
      for (int k : all_) {
        const int m = std::min(W, features_ - k);
        lanes b[W];
        for (int w = 0; w < m; ++w) b[w] = gates_ ? gate_weight_[g] * feature(k + w) : feature(k + w);
        add(rows[0], g * features_ + k, m, b, lane, n);
      }
  }

  // Columns k..k+m of the lanes' rows; x[j] holds column k + j of all lanes.
  static void add(double* const* rows, int k, int m, lanes* x, const int* lane, int count) {
    if (m < W) {
      for (int w = 0; w < count; ++w)
        for (int j = 0; j < m; ++j) rows[w][k + j] += x[j][lane[w]];
      return;
    }
    transpose(x);
    for (int w = 0; w < count; ++w) store(rows[w] + k, load(rows[w] + k) + x[lane[w]]);
  }
};

}  // namespace potlearn::POTLEARN_ISA
