#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "density.hpp"

namespace potlearn {
namespace {

template <class T>
Span<const T> span(const std::vector<T>& v) {
  return {v.data(), v.size()};
}

// A triangle: atom 0 of species 1, atoms 1 and 2 of species 0, at distances 1, 2 and 2.5; atoms 0 and 2 through an
// image.
struct Triangle {
  std::vector<double> positions = {0, 0, 0, 1, 0, 0, 0, -8, 0};
  std::vector<double> translations = {0, 0, 0, 0, 10, 0, 0, -10, 0};
  std::vector<std::int32_t> species = {1, 0, 0}, neighbor = {1, 2, 0, 2, 0, 1}, image = {0, 1, 0, 1, 2, 2};
  std::vector<std::int64_t> first = {0, 2, 4, 6};

  System system() const {
    return {span(positions), span(species), span(first), span(neighbor), span(image), span(translations), {}, 1};
  }
};

double part(double square, double reach) {
  const double t = square < reach * reach ? 1 - square / (reach * reach) : 0;
  return t * t * t * t;
}

const std::vector<double> reach = {3.0, 2.2, 2.2, 1.5}, contact = {2.3, 1.5, 1.5, 0.0};

TEST(densities_depend_on_both_species) {
  const Triangle triangle;
  const System s = triangle.system();
  std::vector<double> density(3, -1);
  std::vector<std::int64_t> found(6, -1);
  CHECK(densities(s, span(reach), span(contact), {density.data(), 3}, {found.data(), 6}) == 4);
  CHECK(std::fabs(density[0] - part(1, 2.2) - part(4, 2.2)) < 1e-15);
  CHECK(std::fabs(density[1] - part(1, 2.2) - part(5, 3.0)) < 1e-15);
  CHECK(std::fabs(density[2] - part(4, 2.2) - part(5, 3.0)) < 1e-15);
  CHECK(found[0] == 0 && found[1] == 2 && found[2] == 3 && found[3] == 5);
}

TEST(no_atoms_have_no_densities) {
  const std::vector<std::int64_t> first = {0};
  const System s({}, {}, span(first), {}, {}, {}, {}, 1);
  CHECK(densities(s, span(reach), span(contact), {}, {}) == 0);
}

TEST(wrong_tables_are_refused) {
  const Triangle triangle;
  const System s = triangle.system();
  std::vector<double> density(3);
  std::vector<std::int64_t> found(6);
  const Span<double> out = {density.data(), 3};
  const Span<std::int64_t> pairs = {found.data(), 6};
  const std::vector<double> three = {1, 2, 3}, one = {1}, negative = {1, 1, 1, -1}, zero = {1, 0, 1, 1};
  CHECK_THROWS(densities(s, span(three), span(three), out, pairs), std::invalid_argument, "must be (S, S)");
  CHECK_THROWS(densities(s, span(reach), span(one), out, pairs), std::invalid_argument, "must be (S, S)");
  CHECK_THROWS(densities(s, span(one), span(one), out, pairs), std::invalid_argument, "beyond the tables");
  CHECK_THROWS(densities(s, span(zero), span(contact), out, pairs), std::invalid_argument, "must be positive");
  CHECK_THROWS(densities(s, span(reach), span(negative), out, pairs), std::invalid_argument, "not negative");
  CHECK_THROWS(densities(s, span(reach), span(contact), {density.data(), 2}, pairs), std::invalid_argument, "(N,)");
  CHECK_THROWS(densities(s, span(reach), span(contact), out, {found.data(), 5}), std::invalid_argument, "every pair");
}

}  // namespace
}  // namespace potlearn
