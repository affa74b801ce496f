// A network of features; its arrays are those of network.hpp.
#include <utility>

#include "engine_file.hpp"
#include "network_file.hpp"
#include "terms.hpp"

namespace potlearn {
namespace {

class NetworkTerm final : public Term {
 public:
  NetworkTerm(double cutoff, Engine engine, Network network)
      : Term(cutoff), engine_(std::move(engine)), network_(std::move(network)) {}

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

}  // namespace

std::unique_ptr<Term> read_network(const TermFile& given) {
  Engine engine = read_engine(given);
  Network network = read_layers(given, engine.n_features());
  return std::make_unique<NetworkTerm>(read_cutoff(given), std::move(engine), std::move(network));
}

}  // namespace potlearn
