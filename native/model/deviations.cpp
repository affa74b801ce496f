#include "deviations.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "engine_file.hpp"
#include "errors.hpp"
#include "network_file.hpp"

namespace potlearn {
namespace {

ErrorLink read_link(const TermFile& given) {
  const Span<const double> link = given.file.doubles(given.name("link"));
  expect(link.size == 4, "deviations: link must be scale, power, noise, least");
  return {link[0], link[1], link[2], link[3]};
}

// Linear models of the columns of a covariance's factor: v = sum_k f_k^2.
class Sets final : public Deviations {
 public:
  explicit Sets(const TermFile& given) : Deviations(given), engine_(read_engine(given)) {
    const Span<const double> c = given.file.doubles(given.name("coefficients"));
    const std::size_t columns = std::size_t(given.n_species) * (1 + std::size_t(engine_.n_features()));
    expect(c.size > 0 && c.size % columns == 0 && c.size / columns < 10000,
           "deviations: coefficients must be (K, S, 1 + M)");
    coefficients_.assign(c.begin(), c.end());
    count_ = int(c.size / columns);
  }

  int count() const override { return count_; }

  void add(const System& s, int threads, Span<double> out) override {
    const std::size_t k = std::size_t(count_), n = std::size_t(s.n_atoms);
    energies_.resize(k * std::size_t(s.n_centers));
    forces_.resize(3 * k * n);
    virial_.resize(6 * k);
    engine_.energy_forces(s, {coefficients_.data(), coefficients_.size()}, threads,
                          {energies_.data(), energies_.size()}, {forces_.data(), forces_.size()},
                          {virial_.data(), virial_.size()});
    for (std::size_t set = 0; set < k; ++set)
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t a = 0; a < 3; ++a) out[3 * (k * i + set) + a] += forces_[3 * (n * set + i) + a];
  }

 private:
  const Engine engine_;
  std::vector<double> coefficients_, energies_, forces_, virial_;
  int count_ = 0;

  double variance(const double* values, std::size_t stride) const override {
    double sum = 0;
    for (int k = 0; k < count_; ++k) sum += values[k * stride] * values[k * stride];
    return sum;
  }
};

// Networks of an ensemble: v = sum_k (f_k - mean)^2 / (K - 1).  Nothing is known around atoms of a blind species.
class Members final : public Deviations {
 public:
  explicit Members(const TermFile& given) : Deviations(given), engine_(read_engine(given)) {
    for (int k = 0; given.file.has(given.name("member" + std::to_string(k) + ".coefficients")); ++k) {
      TermFile own = given;
      own.prefix = given.name("member" + std::to_string(k) + ".");
      members_.push_back(read_layers(own, engine_.n_features()));
    }
    expect(members_.size() >= 2, "deviations: an ensemble has two members or more");
    const Span<const std::int32_t> blind = given.file.integers(given.name("blind"));
    expect(blind.size == std::size_t(given.n_species), "deviations: blind must be (S)");
    blind_.assign(blind.begin(), blind.end());
    reach_ = read_cutoff(given);
  }

  int count() const override { return int(members_.size()); }

  void add(const System& s, int threads, Span<double> out) override {
    const std::size_t k = members_.size(), n = std::size_t(s.n_atoms);
    energies_.resize(std::size_t(s.n_centers));
    forces_.resize(3 * n);
    for (std::size_t member = 0; member < k; ++member) {
      double virial[6];
      engine_.network_energy_forces(s, members_[member], threads, {energies_.data(), energies_.size()},
                                    {forces_.data(), forces_.size()}, {virial, 6});
      for (std::size_t i = 0; i < n; ++i)
        for (std::size_t a = 0; a < 3; ++a) out[3 * (k * i + member) + a] += forces_[3 * i + a];
    }
    for (int c = 0; c < s.n_centers; ++c)
      if (blind_[std::size_t(s.species[s.atom_of(c)])]) forget_around(s, c, out);
  }

 private:
  const Engine engine_;
  std::vector<Network> members_;
  std::vector<std::int32_t> blind_;
  double reach_ = 0;
  std::vector<double> energies_, forces_;

  // NaN for a centre and its neighbours.
  void forget_around(const System& s, int center, Span<double> out) const {
    const auto forget = [&](int atom) {
      const std::size_t width = 3 * members_.size();
      std::fill_n(&out[width * std::size_t(atom)], width, std::numeric_limits<double>::quiet_NaN());
    };
    const int i = s.atom_of(center);
    forget(i);
    for (std::int64_t p = s.first[center]; p < s.first[center + 1]; ++p) {
      const double *x = &s.positions[3 * std::size_t(i)], *y = &s.positions[3 * std::size_t(s.neighbor[p])];
      const double d[3] = {y[0] - x[0], y[1] - x[1], y[2] - x[2]};
      if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] < reach_ * reach_) forget(s.neighbor[p]);
    }
  }

  double variance(const double* values, std::size_t stride) const override {
    const std::size_t k = members_.size();
    double mean = 0, sum = 0;
    for (std::size_t m = 0; m < k; ++m) mean += values[m * stride] / double(k);
    for (std::size_t m = 0; m < k; ++m) sum += (values[m * stride] - mean) * (values[m * stride] - mean);
    return sum / double(k - 1);
  }
};

}  // namespace

double ErrorLink::std(double variance) const {
  const double spread = variance <= least ? 0.0 : scale * std::pow(variance, power);
  return noise > 0 ? std::hypot(spread, noise) : spread;
}

Deviations::Deviations(const TermFile& given) : link_(read_link(given)) {}

void Deviations::std(Span<const double> forces, Span<double> out) const {
  const std::size_t width = 3 * std::size_t(count());
  for (std::size_t k = 0; k < out.size; ++k) out[k] = link_.std(variance(&forces[k / 3 * width + k % 3], 3));
}

std::unique_ptr<Deviations> read_deviations(const TermFile& given) {
  const std::string kind = given.file.text(given.name("kind"));
  if (kind == "sets") return std::make_unique<Sets>(given);
  expect(kind == "members", "deviations: expected sets or members; it may be written by a newer potlearn");
  return std::make_unique<Members>(given);
}

}  // namespace potlearn
