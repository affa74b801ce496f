// A network of features; its arrays are those of network.hpp.
#include <cstdint>
#include <utility>

#include "engine_file.hpp"
#include "errors.hpp"
#include "network.hpp"
#include "terms.hpp"

namespace potlearn {
namespace {

class NetworkTerm final : public Term {
 public:
  NetworkTerm(Engine engine, Network network) : engine_(std::move(engine)), network_(std::move(network)) {}

  void add(const System& s, int threads, const Sums& sums) override {
    const Sums& own = scratch_.like(sums);
    engine_.network_energy_forces(s, network_, threads, own.energies, own.forces, own.virial, own.atom_virials);
    scratch_.add_to(sums);
  }

 private:
  const Engine engine_;
  const Network network_;
  Scratch scratch_;
};

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

}  // namespace

std::unique_ptr<Term> read_network(const TermFile& given) {
  Engine engine = read_engine(given);
  Network network = read_layers(given, engine.n_features());
  return std::make_unique<NetworkTerm>(std::move(engine), std::move(network));
}

}  // namespace potlearn
