#include "network_file.hpp"

#include <cstdint>

#include "errors.hpp"

namespace potlearn {
namespace {

MatrixArray read_matrix(const TermFile& given, const std::string& name) {
  const std::vector<std::uint64_t>& shape = given.file.shape(name);
  expect(shape.size() == 3 && shape[1] < (1u << 20) && shape[2] < (1u << 20), "network: weights must be (S, out, in)");
  return {int(shape[1]), int(shape[2]), given.file.doubles(name)};
}

BranchArrays read_branch(const TermFile& given, const std::string& prefix) {
  const ArrayFile& file = given.file;
  BranchArrays found;
  for (int k = 0; file.has(prefix + "weights" + std::to_string(k)); ++k)
    found.weights.push_back(read_matrix(given, prefix + "weights" + std::to_string(k)));
  for (int k = 0; file.has(prefix + "biases" + std::to_string(k)); ++k)
    found.biases.push_back(file.doubles(prefix + "biases" + std::to_string(k)));
  found.activation = file.text(prefix + "activation");
  return found;
}

}  // namespace

Network read_layers(const TermFile& given, int n_features) {
  const ArrayFile& file = given.file;
  NetworkArrays arrays{given.n_species, n_features, file.doubles(given.name("coefficients")), {}, {}, {}, {}, {}};
  for (int k = 0; file.has(given.name("branch" + std::to_string(k) + ".activation")); ++k)
    arrays.branches.push_back(read_branch(given, given.name("branch" + std::to_string(k) + ".")));
  if (file.has(given.name("fade.center"))) {
    arrays.center = file.doubles(given.name("fade.center"));
    arrays.weight = file.doubles(given.name("fade.weight"));
    arrays.inner = file.doubles(given.name("fade.inner"));
    arrays.outer = file.doubles(given.name("fade.outer"));
  }
  return Network(arrays);
}

}  // namespace potlearn
