// A linear function of features: E_i = c_0 + sum_k c_k B_k(i), each species its own.
#include <utility>

#include "engine_file.hpp"
#include "errors.hpp"
#include "terms.hpp"

namespace potlearn {
namespace {

class LinearTerm final : public Term {
 public:
  LinearTerm(double cutoff, Engine engine, Span<const double> coefficients)
      : Term(cutoff), engine_(std::move(engine)), coefficients_(coefficients.begin(), coefficients.end()) {}

  void add(const System& s, int threads, const Sums& sums) override {
    const Sums& own = scratch_.like(sums);
    engine_.energy_forces(s, {coefficients_.data(), coefficients_.size()}, threads, own.energies, own.forces,
                          own.virial, own.atom_virials);
    scratch_.add_to(sums);
  }

 private:
  const Engine engine_;
  const std::vector<double> coefficients_;
  Scratch scratch_;
};

}  // namespace

std::unique_ptr<Term> read_linear(const TermFile& given) {
  Engine engine = read_engine(given);
  const Span<const double> coefficients = given.file.doubles(given.name("coefficients"));
  expect(coefficients.size == std::size_t(given.n_species) * (1 + std::size_t(engine.n_features())),
         "coefficients must be (n_species, 1 + M)");
  return std::make_unique<LinearTerm>(read_cutoff(given), std::move(engine), coefficients);
}

}  // namespace potlearn
