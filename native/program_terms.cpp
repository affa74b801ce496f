#include "program_terms.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace potlearn {

ProgramTerms::ProgramTerms(const Program& p)
    : one(p.n_moments + p.n_nodes), p_(p), values_(one + 1), features_(p.feature.size()) {
  for (int d = 0; d < p.n_nodes; ++d)
    if (!p.terminal[d]) add_node(d);
  for (std::size_t k = 0; k < features_.size(); ++k) add_feature(int(k));
}

void ProgramTerms::add_node(int d) {
  const int node = p_.n_moments + d;
  for (int q = p_.node_first[d]; q < p_.node_first[d + 1]; ++q) {
    const int first = p_.group_first[q], last = p_.group_first[q + 1], a = p_.group_a[q];
    for (int t = first; t < last; ++t) values_[p_.term_b[t]].uses[{node, a}] += p_.term_weight[t];
    if (a == one) {
      for (int t = first; t < last; ++t) add_single(node, p_.term_weight[t], p_.term_b[t]);
    } else if (last - first == 1) {
      add_pair(node, p_.term_weight[first], a, p_.term_b[first]);
    } else {
      add_pair(node, 1, a, inner_sum(first, last));
    }
  }
}

int ProgramTerms::inner_sum(int first, int last) {
  values_.emplace_back();
  const int inner = int(values_.size()) - 1;
  for (int t = first; t < last; ++t) add_single(inner, p_.term_weight[t], p_.term_b[t]);
  return inner;
}

void ProgramTerms::add_single(int value, double weight, int a) {
  values_[value].terms.singles.push_back({weight, a});
  rise(value, a);
}

void ProgramTerms::add_pair(int value, double weight, int a, int b) {
  values_[value].terms.pairs.push_back({weight, a, b});
  values_[a].uses[{value, b}] += weight;
  rise(value, a);
  rise(value, b);
}

void ProgramTerms::rise(int value, int above) {
  values_[value].level = std::max(values_[value].level, values_[above].level + 1);
}

void ProgramTerms::add_feature(int k) {
  const int node = p_.feature[k], d = node - p_.n_moments;
  if (!p_.terminal[d]) return add_feature_term(k, 1, one, node);
  for (int q = p_.node_first[d]; q < p_.node_first[d + 1]; ++q)
    for (int t = p_.group_first[q]; t < p_.group_first[q + 1]; ++t)
      add_feature_term(k, p_.term_weight[t], p_.group_a[q], p_.term_b[t]);
}

void ProgramTerms::add_feature_term(int k, double weight, int a, int b) {
  if (b == one) std::swap(a, b);
  values_[b].seeds[{k, a}] += weight;
  if (a == one) return features_[k].singles.push_back({weight, b});
  values_[a].seeds[{k, b}] += weight;
  features_[k].pairs.push_back({weight, a, b});
}

}  // namespace potlearn
