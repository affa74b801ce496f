#include "grade.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "engine_file.hpp"
#include "errors.hpp"
#include "parallel.hpp"

namespace potlearn {
namespace {

std::vector<double> maps_of(const TermFile& given, const std::string& name, std::size_t rows) {
  if (!given.file.has(given.name(name))) return {};
  const Span<const double> maps = given.file.doubles(given.name(name));
  expect(maps.size > 0 && maps.size % rows == 0, "grade: maps must be (S, 1 + M, r)");
  return {maps.begin(), maps.end()};
}

bool largest_of(const TermFile& given) {
  const std::string norm = given.file.text(given.name("norm"));
  expect(norm == "largest" || norm == "euclidean", "grade: expected a norm largest or euclidean");
  return norm == "largest";
}

}  // namespace

GradeMaps::GradeMaps(const TermFile& given, const std::string& name, std::size_t n_features)
    : n_features_(n_features), maps_(maps_of(given, name, std::size_t(given.n_species) * (1 + n_features))),
      width_(maps_.size() / (std::size_t(given.n_species) * (1 + n_features))), largest_(largest_of(given)) {}

double GradeMaps::norm(std::size_t z, const double* features, std::vector<double>& mapped) const {
  const double* map = &maps_[z * (1 + n_features_) * width_];
  if (!std::isfinite(map[0])) return std::numeric_limits<double>::infinity();
  mapped.assign(map, map + width_);
  for (std::size_t k = 0; k < n_features_; ++k) {
    const double* row = map + (1 + k) * width_;
    for (std::size_t j = 0; j < width_; ++j) mapped[j] += features[k] * row[j];
  }
  double most = 0, squares = 0;
  for (double x : mapped) {
    most = std::max(most, std::abs(x));
    squares += x * x;
  }
  return largest_ ? most : std::sqrt(squares);
}

Grade::Grade(const TermFile& given)
    : engine_(read_engine(given)), n_species_(std::size_t(given.n_species)), maps_(given, "maps", n_features()),
      mean_maps_(given, "mean_maps", n_features()) {}

void Grade::grade(const System& s, int threads, Span<double> grades, Span<double> sums) {
  features_.resize(std::size_t(s.n_centers) * n_features());
  engine_.features(s, threads, {features_.data(), features_.size()});
  if (!grades.empty()) grade_centers(s, threads, grades);
  if (!sums.empty()) add_up(s, sums);
}

void Grade::grade_centers(const System& s, int threads, Span<double> grades) const {
  constexpr int piece = 64;
  for_items((s.n_centers + piece - 1) / piece, threads, [&](int, int p) {
    std::vector<double> mapped;
    for (int c = p * piece; c < std::min((p + 1) * piece, s.n_centers); ++c)
      grades[c] = maps_.norm(std::size_t(s.species[s.atom_of(c)]), &features_[std::size_t(c) * n_features()], mapped);
  });
}

void Grade::add_up(const System& s, Span<double> sums) const {
  const std::size_t m = n_features();
  for (int c = 0; c < s.n_centers; ++c) {
    double* of_species = &sums[std::size_t(s.species[s.atom_of(c)]) * (1 + m)];
    of_species[0] += 1;
    for (std::size_t k = 0; k < m; ++k) of_species[1 + k] += features_[std::size_t(c) * m + k];
  }
}

double Grade::configuration(Span<const double> sums) const {
  const std::size_t m = n_features();
  std::vector<double> mean(m), mapped;
  double most = 0;
  for (std::size_t z = 0; z < n_species_; ++z) {
    const double* of_species = &sums[z * (1 + m)];
    if (of_species[0] == 0) continue;
    for (std::size_t k = 0; k < m; ++k) mean[k] = of_species[1 + k] / of_species[0];
    most = std::max(most, mean_maps_.norm(z, mean.data(), mapped));
  }
  return most;
}

}  // namespace potlearn
