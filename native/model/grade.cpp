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

std::vector<double> all(Span<const double> values) { return {values.begin(), values.end()}; }

std::size_t width_of(const TermFile& given, std::size_t rows) {
  const std::size_t size = given.file.doubles(given.name("maps")).size;
  expect(size > 0 && size % rows == 0, "grade: maps must be (S, 1 + M, r)");
  return size / rows;
}

bool largest_of(const TermFile& given) {
  const std::string norm = given.file.text(given.name("norm"));
  expect(norm == "largest" || norm == "euclidean", "grade: expected a norm largest or euclidean");
  return norm == "largest";
}

}  // namespace

Grade::Grade(const TermFile& given)
    : engine_(read_engine(given)),
      width_(width_of(given, std::size_t(given.n_species) * (1 + std::size_t(engine_.n_features())))),
      maps_(all(given.file.doubles(given.name("maps")))), largest_(largest_of(given)) {}

void Grade::grade(const System& s, int threads, Span<double> out) {
  constexpr int piece = 64;
  const std::size_t m = engine_.n_features();
  features_.resize(std::size_t(s.n_centers) * m);
  engine_.features(s, threads, {features_.data(), features_.size()});
  for_items((s.n_centers + piece - 1) / piece, threads, [&](int, int p) {
    std::vector<double> mapped(width_);
    for (int c = p * piece; c < std::min((p + 1) * piece, s.n_centers); ++c) {
      const std::size_t z = std::size_t(s.species[s.atom_of(c)]);
      out[c] = norm(&features_[c * m], &maps_[z * (1 + m) * width_], mapped);
    }
  });
}

double Grade::norm(const double* features, const double* map, std::vector<double>& mapped) const {
  if (!std::isfinite(map[0])) return std::numeric_limits<double>::infinity();
  std::copy(map, map + width_, mapped.begin());
  const std::size_t m = engine_.n_features();
  for (std::size_t k = 0; k < m; ++k) {
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

}  // namespace potlearn
