// The terms of which the values and features of a program (program_arrays.hpp) are made, and what reads each value.
// The inner sum of a group of several terms is a value too, but has no adjoint: its terms are read with the group's
// other factor.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "plan.hpp"
#include "program_arrays.hpp"

namespace potlearn {

// Of a value, or of a feature.
struct Terms {
  std::vector<Plan::Single> singles;
  std::vector<Plan::Pair> pairs;
  bool empty() const { return singles.empty() && pairs.empty(); }
};

class ProgramTerms {
 public:
  using Key = std::pair<int, int>;
  struct Value {
    int level = 0;  // above all that it is made of
    Terms terms;
    std::map<Key, double> uses;   // weights by reader and the other factor
    std::map<Key, double> seeds;  // by feature and the other factor
  };
  const int one;

  explicit ProgramTerms(const Program& p);

  // Moments, nodes, one, inner sums.
  const std::vector<Value>& values() const { return values_; }
  const std::vector<Terms>& features() const { return features_; }
  // Moments, and nodes that something reads.
  bool has_adjoint(int v) const { return v < p_.n_moments || (v < one && !p_.terminal[v - p_.n_moments]); }

 private:
  const Program& p_;
  std::vector<Value> values_;
  std::vector<Terms> features_;

  void add_node(int d);
  int inner_sum(int first, int last);
  void add_single(int value, double weight, int a);
  void add_pair(int value, double weight, int a, int b);
  void rise(int value, int above);
  void add_feature(int k);
  void add_feature_term(int k, double weight, int a, int b);
};

}  // namespace potlearn
