// Rows of the linear model: the derivative of every feature of an atom along every one of its neighbours.
//
// The lanes hold neighbours here.  Invariants (nodes that read moments) have few moments each: their Jacobian
// is formed once per atom and contracted with the moments' gradients; nodes above them are differentiated forward.
#pragma once

#include "block.hpp"

namespace potlearn::POTLEARN_ISA {

// The moments that one invariant depends on, and the nodes to walk for its adjoint.
struct Support {
  std::vector<int> nodes;          // ascending, the invariant last
  std::vector<int> moments;        // ascending, so grouped by neighbour species
  std::vector<int> species_first;  // (n_species + 1) into moments
  std::size_t jacobian = 0;        // where their derivatives start
};

inline Support support_of(const Basis& basis, int node) {
  const Program& p = basis.program;
  std::vector<char> seen(p.n_moments + p.n_nodes + 1, 0);
  seen[p.n_moments + node] = 1;
  Support support;
  for (int d = node; d >= 0; --d) {
    if (!seen[p.n_moments + d]) continue;
    support.nodes.push_back(d);
    for (int g = p.node_first[d]; g < p.node_first[d + 1]; ++g) {
      seen[p.group_a[g]] = 1;
      for (int k = p.group_first[g]; k < p.group_first[g + 1]; ++k) seen[p.term_b[k]] = 1;
    }
  }
  std::reverse(support.nodes.begin(), support.nodes.end());
  const int per_species = basis.moments_per_species();
  for (int e = 0; e < basis.n_species; ++e) {
    support.species_first.push_back(int(support.moments.size()));
    for (int a = e * per_species; a < (e + 1) * per_species; ++a)
      if (seen[a]) support.moments.push_back(a);
  }
  support.species_first.push_back(int(support.moments.size()));
  return support;
}

// The invariants that a feature or a node above them reads; the others are parts of these.
inline std::vector<int> read_invariants(const Program& p) {
  std::vector<char> read(p.n_moments + p.n_nodes + 1, 0);
  for (int f : p.feature) read[f] = 1;
  for (int g = p.node_first[p.n_invariants]; g < p.node_first[p.n_nodes]; ++g) {
    read[p.group_a[g]] = 1;
    for (int k = p.group_first[g]; k < p.group_first[g + 1]; ++k) read[p.term_b[k]] = 1;
  }
  std::vector<int> found;
  for (int d = 0; d < p.n_invariants; ++d)
    if (read[p.n_moments + d]) found.push_back(d);
  return found;
}

class DesignRows {
 public:
  DesignRows(const Basis& basis, int max_neighbors, int gates, double* energy, double* forces, double* virial)
      : basis_(basis), program_(basis.program), block_(basis, (max_neighbors + W - 1) / W), gates_(gates),
        features_(int(program_.feature.size())), outputs_((gates ? gates : 1) * features_),
        columns_(std::size_t(basis.n_species) * (1 + outputs_)), values_(block_.n_values),
        adjoint_(block_.n_values, 0.0), energy_(energy), forces_(forces), virial_(virial),
        moment_gradient_(3 * basis.moments_per_species()), tangents_(3 * std::size_t(block_.n_values)),
        gated_(3 * std::size_t(gates ? outputs_ : 0)), angular_(3 * block_.terms) {
    find_supports();
    find_leaves();
  }

  void add_atom(const System& s, int i, const double* gate_weights, const double* gate_slopes) {
    block_.pack_neighbors(s, i);
    block_.radial_and_harmonics();
    block_.moments();
    for (int a = 0; a < program_.n_moments; ++a) values_[a] = sum(block_.values[a]);
    program_forward(program_, values_.data());
    differentiate_invariants();
    if (gates_) {
      gate_weight_ = gate_weights + std::size_t(i) * gates_;
      gate_slope_ = gate_slopes + std::size_t(i) * gates_ * features_;
    }
    const std::size_t first_column = std::size_t(block_.species) * (1 + outputs_) + 1;
    energy_row_ = energy_ + first_column;
    force_rows_ = forces_ + first_column;
    virial_rows_ = virial_ ? virial_ + first_column : nullptr;
    add_energy();
    for (int e = 0; e < basis_.n_species; ++e)
      for (int slot = block_.begin(e); slot < block_.end(e); ++slot) add_slot(slot, e, i);
  }

 private:
  const Basis& basis_;
  const Program& program_;
  Block block_;
  const int gates_, features_, outputs_;
  const std::size_t columns_;
  std::vector<double> values_, adjoint_;
  std::vector<Support> supports_;
  std::vector<double> jacobian_;  // of the supports' moments, one after another
  std::vector<char> leaf_;        // node is a feature that no node reads
  std::vector<int> inner_;        // combinations that are no leaves
  double *energy_, *forces_, *virial_;
  Buffer moment_gradient_, tangents_, gated_, angular_;
  static constexpr int PANEL = 64;
  alignas(64) double panel_[3][W][PANEL] = {};
  const double *gate_weight_ = nullptr, *gate_slope_ = nullptr;
  double *energy_row_ = nullptr, *force_rows_ = nullptr, *virial_rows_ = nullptr;

  bool present(int k) const { return block_.n_neighbors[0] >= program_.min_neighbors[k]; }
  double feature(int k) const { return present(k) ? values_[program_.feature[k]] : 0.0; }
  Vector3* tangent() { return reinterpret_cast<Vector3*>(&tangents_[0]); }

  void find_supports() {
    std::size_t length = 0;
    for (int d : read_invariants(program_)) {
      supports_.push_back(support_of(basis_, d));
      supports_.back().jacobian = length;
      length += supports_.back().moments.size();
    }
    jacobian_.resize(length);
  }

  void find_leaves() {
    leaf_.assign(program_.n_nodes, 1);
    const auto read = [&](int value) {
      const int node = value - program_.n_moments;
      if (node >= 0 && node < program_.n_nodes) leaf_[node] = 0;
    };
    for (int a : program_.group_a) read(a);
    for (int b : program_.term_b) read(b);
    for (int d = program_.n_invariants; d < program_.n_nodes; ++d)
      if (!leaf_[d]) inner_.push_back(d);
  }

  void differentiate_invariants() {
    for (const Support& support : supports_) {
      adjoint_[program_.n_moments + support.nodes.back()] = 1;
      for (auto node = support.nodes.rbegin(); node != support.nodes.rend(); ++node) {
        node_adjoint(program_, *node, values_.data(), adjoint_.data());
        adjoint_[program_.n_moments + *node] = 0;
      }
      double* out = &jacobian_[support.jacobian];
      for (int a : support.moments) {
        *out++ = adjoint_[a];
        adjoint_[a] = 0;
      }
    }
    adjoint_[program_.n_moments + program_.n_nodes] = 0;
  }

  void add_energy() {
    energy_row_[-1] += 1;
    for (int k = 0; k < outputs_; ++k)
      energy_row_[k] += gates_ ? gate_weight_[k / features_] * feature(k % features_) : feature(k);
  }

  void add_slot(int slot, int e, int i) {
    differentiate_moments(slot);
    differentiate_nodes(e);
    if (gates_) {
      apply_gates();
      const Vector3* source = reinterpret_cast<const Vector3*>(&gated_[0]);
      add_outputs(slot, i, [&](int k) { return source[k]; });
    } else {
      add_outputs(slot, i, [&](int k) { return feature_tangent(k); });
    }
  }

  // d(R_n Y_lm)/dr_ij of the slot's neighbours: three axes after one another.
  void differentiate_moments(int s) {
    const lanes u[3] = {block_.ux[s], block_.uy[s], block_.uz[s]}, ir = block_.inverse_r[s];
    const int terms = block_.terms, stride = block_.stride, n_moments = basis_.moments_per_species();
    with_degree(block_.degree, [&](auto L) {
      const AngularParts<L()> parts(u[0], u[1], u[2]);
      for (int a = 0; a < 3; ++a) {
        const lanes back = -ir * u[a];
        parts.along(back * u[0] + (a == 0 ? ir : splat(0)), back * u[1] + (a == 1 ? ir : splat(0)),
                    back * u[2] + (a == 2 ? ir : splat(0)), &angular_[a * terms]);
      }
    });
    const lanes *R = &block_.R[s * stride], *dR = &block_.dR[s * stride], *Y = &block_.Y[s * terms];
    for (const RadialGroup& g : block_.groups)
      for (int n = 0; n < g.count; ++n)
        for (int a = 0; a < 3; ++a) {
          const lanes value = R[g.first + n], slope = dR[g.first + n] * u[a];
          lanes* out = &moment_gradient_[a * n_moments + g.moment + n * g.terms()];
          for (int lm = 0; lm < g.terms(); ++lm) out[lm] = slope * Y[lm] + value * angular_[a * terms + lm];
        }
  }

  // Tangents of the invariants that are read, and of the combinations that other nodes read.
  void differentiate_nodes(int e) {
    const int n_moments = basis_.moments_per_species(), offset = e * n_moments;
    for (const Support& support : supports_) {
      Vector3 t = {splat(0), splat(0), splat(0)};
      for (int q = support.species_first[e]; q < support.species_first[e + 1]; ++q) {
        const lanes* g = &moment_gradient_[support.moments[q] - offset];
        const double weight = jacobian_[support.jacobian + q];
        t += Vector3{weight * g[0], weight * g[n_moments], weight * g[2 * n_moments]};
      }
      tangent()[program_.n_moments + support.nodes.back()] = t;
    }
    for (int d : inner_) tangent()[program_.n_moments + d] = node_tangent(program_, d, values_.data(), tangent());
  }

  Vector3 feature_tangent(int k) {
    const int value = program_.feature[k], node = value - program_.n_moments;
    if (!present(k)) return {splat(0), splat(0), splat(0)};
    if (node < program_.n_invariants || !leaf_[node]) return tangent()[value];
    const int g = program_.node_first[node];
    if (program_.node_first[node + 1] == g + 1 && program_.group_first[g + 1] == program_.group_first[g] + 1) {
      const int a = program_.group_a[g], b = program_.term_b[program_.group_first[g]];
      const double weight = program_.term_weight[program_.group_first[g]];
      return (weight * values_[a]) * tangent()[b] + (weight * values_[b]) * tangent()[a];
    }
    return node_tangent(program_, node, values_.data(), tangent());
  }

  // d(w_g B_k) = w_g dB_k + B_k sum_m (dw_g/dB_m) dB_m.
  void apply_gates() {
    Vector3* out = reinterpret_cast<Vector3*>(&gated_[0]);
    for (int g = 0; g < gates_; ++g) {
      Vector3 rate = {splat(0), splat(0), splat(0)};
      for (int m = 0; m < features_; ++m) rate += gate_slope_[g * features_ + m] * feature_tangent(m);
      for (int k = 0; k < features_; ++k)
        out[g * features_ + k] = gate_weight_[g] * feature_tangent(k) + feature(k) * rate;
    }
  }

  // Rows of the slot's neighbours, of the centre and of the virial, a panel of outputs at a time.
  template <class F>
  void add_outputs(int slot, int i, F&& output) {
    for (int k = 0; k < outputs_; k += PANEL) {
      const int width = std::min(PANEL, outputs_ - k);
      fill_panel(k, width, output);
      for (int axis = 0; axis < 3; ++axis) add_panel(slot, i, axis, k, width);
    }
  }

  // panel_[axis][w][q]: derivative of output k + q along the axis, for neighbour w of the slot.
  template <class F>
  void fill_panel(int k, int width, F&& output) {
    for (int q = 0; q < width; q += W) {
      lanes m[3][W] = {};
      for (int w = 0; w < W && q + w < width; ++w) {
        const Vector3 t = output(k + q + w);
        m[0][w] = t.x;
        m[1][w] = t.y;
        m[2][w] = t.z;
      }
      for (int axis = 0; axis < 3; ++axis) {
        transpose(m[axis]);
        for (int w = 0; w < W; ++w) store(&panel_[axis][w][q], m[axis][w]);
      }
    }
  }

  // F_j -= m_j, F_i += sum of m, W_ab -= r_a m_b.
  void add_panel(int slot, int i, int axis, int k, int width) {
    static constexpr int voigt[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    alignas(64) double ones[W];
    store(ones, splat(1));
    const std::int32_t* j = &block_.neighbor[slot * W];
    double* rows = force_rows_ + axis * columns_ + k;
    for (int w = 0; w < W; ++w) {
      const double* m = panel_[axis][w];
      double* row = rows + 3 * columns_ * j[w];
      for (int q = 0; q < width; ++q) row[q] -= m[q];
    }
    add_weighted(rows + 3 * columns_ * i, width, axis, 1, ones);
    if (!virial_rows_) return;
    const Buffer* u[3] = {&block_.ux, &block_.uy, &block_.uz};
    for (int other = 0; other <= axis; ++other) {
      double r[W];
      store(r, u[other]->get()[slot] * block_.r[slot]);
      add_weighted(virial_rows_ + voigt[other][axis] * columns_ + k, width, axis, -1, r);
    }
  }

  // row[q] += sign * sum_w weight[w] panel[axis][w][q].
  void add_weighted(double* row, int width, int axis, double sign, const double* weight) const {
    for (int q = 0; q < width; q += W) {
      lanes total = splat(0);
      for (int w = 0; w < W; ++w) total += weight[w] * load(&panel_[axis][w][q]);
      total *= splat(sign);
      if (q + W <= width)
        store(row + q, load(row + q) + total);
      else
        for (int w = 0; q + w < width; ++w) row[q + w] += total[w];
    }
  }
};

}  // namespace potlearn::POTLEARN_ISA
