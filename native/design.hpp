// Rows of the linear model: the derivative of every feature of an atom along every one of its neighbours.
//
// The lanes hold neighbours here.  Invariants (nodes that read moments) have few moments each: their Jacobian
// is formed once per atom and contracted with the moments' gradients; nodes above them are differentiated forward.
#pragma once

#include "block.hpp"

namespace potlearn::POTLEARN_ISA {

class DesignRows {
 public:
  DesignRows(const Basis& basis, int max_neighbors, int gates, std::size_t row_stride, double* energy, double* forces,
             double* virial)
      : basis_(basis), program_(basis.program), plan_(basis.plan), atoms_(basis, max_neighbors),
        block_(basis, (max_neighbors + W - 1) / W), gates_(gates), features_(int(program_.feature.size())),
        outputs_((gates ? gates : 1) * features_), row_stride_(row_stride), values_(block_.n_values),
        jacobian_(plan_.jacobian_size), jacobians_(plan_.jacobian_size), energy_(energy), forces_(forces),
        virial_(virial), moment_gradient_(3 * basis.moments_per_species()),
        tangents_(3 * std::size_t(program_.n_nodes)), gated_(3 * std::size_t(gates * features_)),
        angular_(3 * block_.terms) {
    feature_outputs_.resize(padded(features_));
    for (int k = 0; k < features_; ++k) {
      feature_outputs_[k].left = plan_.features[k].left;
      feature_outputs_[k].right = plan_.features[k].right;
    }
    gated_outputs_.resize(padded(gates * features_));
    for (int k = 0; k < gates * features_; ++k) gated_outputs_[k] = {k, k, 1, 0};
  }

  // Atoms ids[0..n) of one species, n <= W.
  void add_atoms(const System& s, const int* ids, int n, const double* gate_weights, const double* gate_slopes) {
    atoms_.pack_atoms(s, ids, n);
    atoms_.radial_and_harmonics();
    atoms_.moments();
    program_forward(program_, &atoms_.values[0]);
    differentiate_invariants();
    for (int w = 0; w < n; ++w) {
      for (int v = program_.n_moments; v < atoms_.n_values; ++v) values_[v] = atoms_.values[v][w];
      for (std::size_t q = 0; q < jacobian_.size(); ++q) jacobian_[q] = jacobians_[q][w];
      if (gates_) {
        gate_weight_ = gate_weights + std::size_t(ids[w]) * gates_;
        gate_slope_ = gate_slopes + std::size_t(ids[w]) * gates_ * features_;
      }
      add_atom(s, ids[w]);
    }
  }

 private:
  // The tangent of an output:  left_weight * tangent[left] + right_weight * tangent[right].
  struct Output {
    int left = 0, right = 0;
    double left_weight = 0, right_weight = 0;
  };

  const Basis& basis_;
  const Program& program_;
  const DesignPlan& plan_;
  Block atoms_;  // W atoms: values and Jacobians
  Block block_;  // the neighbours of one of them
  const int gates_, features_, outputs_;
  const std::size_t row_stride_;
  std::vector<double> values_, jacobian_;                // of one atom
  Buffer jacobians_;                                     // of the supports' moments, one support after another
  std::vector<Output> feature_outputs_, gated_outputs_;  // padded to a multiple of W
  double *energy_, *forces_, *virial_;
  Buffer moment_gradient_, tangents_, gated_, angular_;
  const double *gate_weight_ = nullptr, *gate_slope_ = nullptr;
  double *energy_row_ = nullptr, *force_rows_ = nullptr, *virial_rows_ = nullptr;

  static int padded(int n) { return (n + W - 1) / W * W; }
  bool present(int k) const { return block_.n_neighbors[0] >= program_.min_neighbors[k]; }
  double feature(int k) const { return present(k) ? values_[program_.feature[k]] : 0.0; }
  lanes* tangents(int axis) { return &tangents_[std::size_t(axis) * program_.n_nodes]; }

  // The product rule's weights at this atom.
  void weigh_products() {
    for (int k = 0; k < features_; ++k) {
      const ProductFeature& feature = plan_.features[k];
      Output& output = feature_outputs_[k];
      const double weight = present(k) ? feature.weight : 0;
      output.left_weight = feature.product ? weight * values_[program_.n_moments + feature.right] : weight;
      output.right_weight = feature.product ? weight * values_[program_.n_moments + feature.left] : 0;
    }
  }

  // Jacobians of the invariants that are read, for all atoms of the block.
  void differentiate_invariants() {
    lanes* adjoint = &atoms_.adjoint[0];
    atoms_.adjoint.clear();
    for (const Support& support : plan_.supports) {
      adjoint[program_.n_moments + support.nodes.back()] = splat(1);
      for (auto node = support.nodes.rbegin(); node != support.nodes.rend(); ++node) {
        node_adjoint(program_, *node, &atoms_.values[0], adjoint);
        adjoint[program_.n_moments + *node] = splat(0);
      }
      lanes* out = &jacobians_[support.jacobian];
      for (int a : support.moments) {
        *out++ = adjoint[a];
        adjoint[a] = splat(0);
      }
    }
  }

  void add_atom(const System& s, int i) {
    block_.pack_neighbors(s, i);
    block_.radial_and_harmonics();
    weigh_products();
    const std::size_t first_column = std::size_t(block_.species) * (1 + outputs_) + 1;
    energy_row_ = energy_ + first_column;
    force_rows_ = forces_ + first_column;
    virial_rows_ = virial_ ? virial_ + first_column : nullptr;
    add_energy();
    for (int e = 0; e < basis_.n_species; ++e)
      for (int slot = block_.begin(e); slot < block_.end(e); ++slot) add_slot(slot, e, i);
  }

  void add_energy() {
    energy_row_[-1] += 1;
    for (int k = 0; k < outputs_; ++k)
      energy_row_[k] += gates_ ? gate_weight_[k / features_] * feature(k % features_) : feature(k);
  }

  void add_slot(int slot, int e, int i) {
    differentiate_moments(slot);
    differentiate_nodes(e);
    const lanes* source = &tangents_[0];
    std::size_t stride = program_.n_nodes;
    if (gates_) {
      apply_gates();
      source = &gated_[0];
      stride = outputs_;
    }
    const Output* outputs = gates_ ? gated_outputs_.data() : feature_outputs_.data();
    add_rows(slot, i, source, stride, outputs);
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

  // Tangents of the invariants that are read, and of the combinations that are not mere products.
  void differentiate_nodes(int e) {
    const int n_moments = basis_.moments_per_species(), offset = e * n_moments;
    lanes *tx = tangents(0), *ty = tangents(1), *tz = tangents(2);
    for (const Support& support : plan_.supports) {
      lanes x = splat(0), y = splat(0), z = splat(0);
      for (int q = support.species_first[e]; q < support.species_first[e + 1]; ++q) {
        const lanes* g = &moment_gradient_[support.moments[q] - offset];
        const double weight = jacobian_[support.jacobian + q];
        x += weight * g[0];
        y += weight * g[n_moments];
        z += weight * g[2 * n_moments];
      }
      const int node = support.nodes.back();
      tx[node] = x;
      ty[node] = y;
      tz[node] = z;
    }
    for (int d : plan_.combinations) differentiate_combination(d);
  }

  void differentiate_combination(int d) {
    const int one = program_.n_moments + program_.n_nodes, n = program_.n_moments;
    lanes x = splat(0), y = splat(0), z = splat(0);
    const auto add = [&](double weight, int value) {
      x += weight * tangents(0)[value - n];
      y += weight * tangents(1)[value - n];
      z += weight * tangents(2)[value - n];
    };
    for (int g = program_.node_first[d]; g < program_.node_first[d + 1]; ++g) {
      const int a = program_.group_a[g];
      double inner = 0;
      for (int k = program_.group_first[g]; k < program_.group_first[g + 1]; ++k) {
        const int b = program_.term_b[k];
        inner += program_.term_weight[k] * values_[b];
        if (b != one) add(program_.term_weight[k] * values_[a], b);
      }
      if (a != one) add(inner, a);
    }
    tangents(0)[d] = x;
    tangents(1)[d] = y;
    tangents(2)[d] = z;
  }

  lanes tangent(const Output& output, const lanes* source) const {
    return output.left_weight * source[output.left] + output.right_weight * source[output.right];
  }

  // d(w_g B_k) = w_g dB_k + B_k sum_m (dw_g/dB_m) dB_m.
  void apply_gates() {
    for (int axis = 0; axis < 3; ++axis) {
      lanes* out = &gated_[std::size_t(axis) * outputs_];
      for (int g = 0; g < gates_; ++g) {
        lanes rate = splat(0);
        for (int m = 0; m < features_; ++m)
          rate += gate_slope_[g * features_ + m] * tangent(feature_outputs_[m], tangents(axis));
        for (int k = 0; k < features_; ++k)
          out[g * features_ + k] = gate_weight_[g] * tangent(feature_outputs_[k], tangents(axis)) + feature(k) * rate;
      }
    }
  }

  // W outputs at a time, with m[b][j] their derivatives along axis b of neighbour j:
  //   F_jb -= m_bj,  F_ib += sum_j m_bj,  W_ab -= sum_j r_ja m_bj.
  void add_rows(int slot, int i, const lanes* source, std::size_t stride, const Output* outputs) {
    double* row[W];
    for (int w = 0; w < W; ++w) row[w] = force_rows_ + 3 * row_stride_ * block_.neighbor[slot * W + w];
    double* own_row = force_rows_ + 3 * row_stride_ * i;
    alignas(64) double r[3][W];
    store(r[0], block_.ux[slot] * block_.r[slot]);
    store(r[1], block_.uy[slot] * block_.r[slot]);
    store(r[2], block_.uz[slot] * block_.r[slot]);
    for (int k = 0; k < outputs_; k += W) {
      lanes m[3][W];
      for (int w = 0; w < W; ++w) {
        const Output& o = outputs[k + w];
        for (int b = 0; b < 3; ++b)
          m[b][w] = o.left_weight * source[b * stride + o.left] + o.right_weight * source[b * stride + o.right];
      }
      add_axis<0>(row, own_row, k, m[0], r);
      add_axis<1>(row, own_row, k, m[1], r);
      add_axis<2>(row, own_row, k, m[2], r);
    }
  }

  template <int AXIS>
  void add_axis(double* const* row, double* own_row, int k, lanes* m, const double (*r)[W]) const {
    static constexpr int voigt[3][3] = {{0, 5, 4}, {5, 1, 3}, {4, 3, 2}};
    transpose(m);
    lanes own = splat(0), strain[3] = {};
    for (int w = 0; w < W; ++w) {
      add(row[w] + AXIS * row_stride_, k, -m[w]);
      own += m[w];
      for (int a = 0; a <= AXIS; ++a) strain[a] -= r[a][w] * m[w];
    }
    add(own_row + AXIS * row_stride_, k, own);
    if (!virial_rows_) return;
    for (int a = 0; a <= AXIS; ++a) add(virial_rows_ + voigt[a][AXIS] * row_stride_, k, strain[a]);
  }

  void add(double* row, int k, lanes x) const {
    if (k + W <= outputs_) {
      store(row + k, load(row + k) + x);
      return;
    }
    for (int w = 0; k + w < outputs_; ++w) row[k + w] += x[w];
  }
};

}  // namespace potlearn::POTLEARN_ISA
