// Rows of the linear model: the derivative of every feature of an atom along every one of its neighbours.
//
// The lanes hold neighbours here.  Invariants (nodes that read moments) have few moments each: their Jacobian
// is formed once per atom and contracted with the moments' gradients; nodes above them are differentiated forward.
#pragma once

#include "block.hpp"

namespace potlearn::POTLEARN_ISA {

// The moments that one invariant depends on, and the nodes to walk for its adjoint.
struct Support {
  std::vector<int> nodes;                 // ascending, the invariant last
  std::vector<std::vector<int>> moments;  // per neighbour species, absolute indices
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
  support.moments.resize(basis.n_species);
  for (int a = 0; a < p.n_moments; ++a)
    if (seen[a]) support.moments[a / per_species].push_back(a);
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
      : basis_(basis),
        block_(basis, (max_neighbors + W - 1) / W),
        gates_(gates),
        features_(int(basis.program.feature.size())),
        outputs_((gates ? gates : 1) * features_),
        columns_(std::size_t(basis.n_species) * (1 + outputs_)),
        values_(block_.n_values),
        adjoint_(block_.n_values, 0.0),
        energy_(energy), forces_(forces), virial_(virial),
        moment_gradient_(3 * basis.moments_per_species()),
        tangents_(3 * std::size_t(block_.n_values)),
        rows_(3 * std::size_t(padded(outputs_))),
        own_(3 * std::size_t(outputs_)),
        strain_(6 * std::size_t(outputs_)),
        angular_(3 * block_.terms),
        gate_rate_(3 * std::size_t(gates) + 1) {
    for (int d : read_invariants(basis.program)) supports_.push_back(support_of(basis, d));
    jacobian_.resize(supports_.size());
  }

  void add_atom(const System& s, int i, const double* gate_weights, const double* gate_slopes) {
    const Program& p = basis_.program;
    block_.pack_neighbors(s, i);
    block_.radial_and_harmonics();
    block_.moments();
    for (int a = 0; a < p.n_moments; ++a) values_[a] = sum(block_.values[a]);
    program_forward(p, values_.data());
    differentiate_invariants();
    if (gates_) {
      gate_weight_ = gate_weights + std::size_t(i) * gates_;
      gate_slope_ = gate_slopes + std::size_t(i) * gates_ * features_;
    }
    first_column_ = std::size_t(block_.species) * (1 + outputs_);
    add_energy();
    own_.clear();
    strain_.clear();
    for (int e = 0; e < basis_.n_species; ++e)
      for (int slot = block_.begin(e); slot < block_.end(e); ++slot) add_slot(slot, e);
    add_own(i);
  }

 private:
  const Basis& basis_;
  Block block_;
  const int gates_, features_, outputs_;
  const std::size_t columns_;
  std::vector<double> values_, adjoint_;
  std::vector<Support> supports_;
  std::vector<std::vector<std::vector<double>>> jacobian_;  // invariant, neighbour species, moment of its support
  double *energy_, *forces_, *virial_;
  Buffer moment_gradient_, tangents_, rows_, own_, strain_, angular_, gate_rate_;
  const double *gate_weight_ = nullptr, *gate_slope_ = nullptr;
  std::size_t first_column_ = 0;

  static int padded(int n) { return (n + W - 1) / W * W; }
  bool present(int k) const { return block_.n_neighbors[0] >= basis_.program.min_neighbors[k]; }
  double feature(int k) const { return present(k) ? values_[basis_.program.feature[k]] : 0.0; }

  void differentiate_invariants() {
    const Program& p = basis_.program;
    for (std::size_t d = 0; d < supports_.size(); ++d) {
      const Support& support = supports_[d];
      adjoint_[p.n_moments + support.nodes.back()] = 1;
      for (auto node = support.nodes.rbegin(); node != support.nodes.rend(); ++node)
        node_adjoint(p, *node, values_.data(), adjoint_.data());
      jacobian_[d].resize(basis_.n_species);
      for (int e = 0; e < basis_.n_species; ++e) {
        jacobian_[d][e].clear();
        for (int a : support.moments[e]) {
          jacobian_[d][e].push_back(adjoint_[a]);
          adjoint_[a] = 0;
        }
      }
      for (int node : support.nodes) adjoint_[p.n_moments + node] = 0;
      adjoint_[p.n_moments + p.n_nodes] = 0;
    }
  }

  void add_energy() {
    double* row = energy_ + first_column_;
    row[0] += 1;
    for (int k = 0; k < outputs_; ++k)
      row[1 + k] += gates_ ? gate_weight_[k / features_] * feature(k % features_) : feature(k);
  }

  void add_slot(int slot, int e) {
    differentiate_moments(slot);
    differentiate_features(e);
    if (gates_) apply_gates();
    const lanes x = block_.ux[slot] * block_.r[slot], y = block_.uy[slot] * block_.r[slot],
                z = block_.uz[slot] * block_.r[slot];
    for (int k = 0; k < outputs_; ++k) {
      const lanes gx = row(0)[k], gy = row(1)[k], gz = row(2)[k];
      own_[3 * k] += gx;
      own_[3 * k + 1] += gy;
      own_[3 * k + 2] += gz;
      if (!virial_) continue;
      lanes* v = &strain_[6 * k];
      v[0] -= x * gx;
      v[1] -= y * gy;
      v[2] -= z * gz;
      v[3] -= y * gz;
      v[4] -= x * gz;
      v[5] -= x * gy;
    }
    for (int axis = 0; axis < 3; ++axis) scatter(slot, axis);
  }

  // Derivative of output k along one axis, for the neighbours of the slot.
  lanes* row(int axis) { return &rows_[std::size_t(axis) * padded(outputs_)]; }

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

  void differentiate_features(int e) {
    const Program& p = basis_.program;
    Vector3* tangent = reinterpret_cast<Vector3*>(&tangents_[0]);
    const int n_moments = basis_.moments_per_species(), offset = e * n_moments;
    for (std::size_t d = 0; d < supports_.size(); ++d) {
      const std::vector<int>& moments = supports_[d].moments[e];
      const double* weight = jacobian_[d][e].data();
      Vector3 t = {splat(0), splat(0), splat(0)};
      for (std::size_t q = 0; q < moments.size(); ++q) {
        const lanes* g = &moment_gradient_[moments[q] - offset];
        t += Vector3{weight[q] * g[0], weight[q] * g[n_moments], weight[q] * g[2 * n_moments]};
      }
      tangent[p.n_moments + supports_[d].nodes.back()] = t;
    }
    for (int d = p.n_invariants; d < p.n_nodes; ++d)
      tangent[p.n_moments + d] = node_tangent(p, d, values_.data(), tangent);
    for (int k = 0; k < features_; ++k) {
      const Vector3 zero = {splat(0), splat(0), splat(0)};
      const Vector3& t = present(k) ? tangent[p.feature[k]] : zero;
      row(0)[k] = t.x;
      row(1)[k] = t.y;
      row(2)[k] = t.z;
    }
  }

  // d(w_g B_k) = w_g dB_k + B_k sum_m (dw_g/dB_m) dB_m, in place; the last gate overwrites the plain features.
  void apply_gates() {
    for (int axis = 0; axis < 3; ++axis)
      for (int g = gates_ - 1; g >= 0; --g) {
        lanes dw = splat(0);
        for (int m = 0; m < features_; ++m) dw += gate_slope_[g * features_ + m] * row(axis)[m];
        gate_rate_[axis * gates_ + g] = dw;
      }
    for (int axis = 0; axis < 3; ++axis)
      for (int g = gates_ - 1; g >= 0; --g)
        for (int k = 0; k < features_; ++k)
          row(axis)[g * features_ + k] = gate_weight_[g] * row(axis)[k] + feature(k) * gate_rate_[axis * gates_ + g];
  }

  // F_j -= dB/dr_ij, row by row.
  void scatter(int slot, int axis) {
    const std::int32_t* j = &block_.neighbor[slot * W];
    double* base = forces_ + axis * columns_ + first_column_ + 1;
    const lanes* source = row(axis);
    int k = 0;
    for (; k + W <= outputs_; k += W) {
      lanes m[W];
      for (int w = 0; w < W; ++w) m[w] = source[k + w];
      transpose(m);
      for (int w = 0; w < W; ++w) {
        double* out = base + 3 * columns_ * j[w] + k;
        store(out, load(out) - m[w]);
      }
    }
    for (; k < outputs_; ++k)
      for (int w = 0; w < W; ++w) base[3 * columns_ * j[w] + k] -= source[k][w];
  }

  void add_own(int i) {
    for (int k = 0; k < outputs_; ++k) {
      for (int axis = 0; axis < 3; ++axis)
        forces_[(3 * std::size_t(i) + axis) * columns_ + first_column_ + 1 + k] += sum(own_[3 * k + axis]);
      if (!virial_) continue;
      for (int v = 0; v < 6; ++v) virial_[v * columns_ + first_column_ + 1 + k] += sum(strain_[6 * k + v]);
    }
  }
};

}  // namespace potlearn::POTLEARN_ISA
