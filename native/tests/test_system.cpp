#include <cstdint>
#include <stdexcept>
#include <vector>

#include "check.hpp"
#include "system.hpp"

namespace potlearn {
namespace {

template <class T>
Span<const T> span(const std::vector<T>& v) {
  return {v.data(), v.size()};
}

// Two pairs of atoms, 1 and 2 apart, in two configurations.
struct Arrays {
  std::vector<double> positions = {0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 0}, translations = {0, 0, 0};
  std::vector<std::int32_t> species = {1, 0, 1, 0}, neighbor = {1, 0, 3, 2}, owner = {0, 0, 1, 1}, image = {0, 0, 0, 0};
  std::vector<std::int64_t> first = {0, 1, 2, 3, 4};
  int n_systems = 2;

  System system() const {
    return {span(positions), span(species),      span(first), span(neighbor),
            span(image),     span(translations), span(owner), n_systems};
  }
};

template <class F>
Arrays with(F&& change) {
  Arrays arrays;
  change(arrays);
  return arrays;
}

TEST(atoms_are_ordered_by_species) {
  const Arrays arrays;
  const System s = arrays.system();
  CHECK(s.n_atoms == 4 && s.n_species == 2 && s.most_neighbors == 1 && s.n_systems == 2);
  CHECK((s.order == std::vector<int>{1, 3, 0, 2}));
  CHECK(s.owner_of(1) == 0 && s.owner_of(2) == 1);
}

TEST(a_system_may_be_empty) {
  const std::vector<std::int64_t> first = {0};
  const System s({}, {}, span(first), {}, {}, {}, {}, 1);
  CHECK(s.n_atoms == 0 && s.most_neighbors == 0 && s.order.empty());
}

TEST(large_species_indices_cost_nothing) {
  const Arrays arrays = with([](Arrays& a) { a.species = {0, 2000000000, 5, 0}; });
  CHECK((arrays.system().order == std::vector<int>{0, 3, 2, 1}));
}

TEST(wrong_sizes_are_refused) {
  CHECK_THROWS(with([](Arrays& a) { a.positions.pop_back(); }).system(), std::invalid_argument, "positions must be");
  CHECK_THROWS(with([](Arrays& a) { a.first.pop_back(); }).system(), std::invalid_argument, "first must be");
  CHECK_THROWS(with([](Arrays& a) { a.image.pop_back(); }).system(), std::invalid_argument, "image must be");
  CHECK_THROWS(with([](Arrays& a) { a.translations.pop_back(); }).system(), std::invalid_argument, "translations must");
  CHECK_THROWS(with([](Arrays& a) { a.owner.pop_back(); }).system(), std::invalid_argument, "owner must be");
  CHECK_THROWS(with([](Arrays& a) { a.owner.clear(); }).system(), std::invalid_argument, "need the owner");
}

TEST(indices_out_of_range_are_refused) {
  for (int j : {-1, 4, -2000000000})
    CHECK_THROWS(with([&](Arrays& a) { a.neighbor[2] = j; }).system(), std::invalid_argument, "neighbour index");
  for (int k : {-1, 1})
    CHECK_THROWS(with([&](Arrays& a) { a.image[2] = k; }).system(), std::invalid_argument, "image out of range");
  CHECK_THROWS(with([](Arrays& a) { a.species[0] = -1; }).system(), std::invalid_argument, "species index");
  CHECK_THROWS(with([](Arrays& a) { a.first[4] = 5; }).system(), std::invalid_argument, "from 0 to P");
  CHECK_THROWS(with([](Arrays& a) { a.first[0] = 1; }).system(), std::invalid_argument, "from 0 to P");
  CHECK_THROWS(with([](Arrays& a) { a.first[2] = 0; }).system(), std::invalid_argument, "must not decrease");
  CHECK_THROWS(with([](Arrays& a) { a.first[2] = 99; }).system(), std::invalid_argument, "must not decrease");
}

TEST(owners_must_fit) {
  CHECK_THROWS(with([](Arrays& a) { a.owner = {1, 1, 0, 0}; }).system(), std::invalid_argument, "owner must ascend");
  CHECK_THROWS(with([](Arrays& a) { a.owner = {-1, 0, 1, 1}; }).system(), std::invalid_argument, "owner must ascend");
  CHECK_THROWS(with([](Arrays& a) { a.n_systems = 1; }).system(), std::invalid_argument, "owner must ascend");
  CHECK_THROWS(with([](Arrays& a) { a.neighbor = {3, 0, 3, 0}; }).system(), std::invalid_argument, "a pair joins");
  CHECK(with([](Arrays& a) { a.n_systems = 7; }).system().n_systems == 7);
}

TEST(close_pairs_are_found) {
  const Arrays arrays;
  const System s = arrays.system();
  std::vector<std::int64_t> found(4, -1);
  CHECK(close_pairs(s, 1.5, {found.data(), 4}) == 2);
  CHECK(found[0] == 0 && found[1] == 1);
  CHECK(close_pairs(s, 2.5, {found.data(), 4}) == 4);
  CHECK(close_pairs(s, 0.5, {found.data(), 4}) == 0);
  CHECK_THROWS(close_pairs(s, 1.5, {found.data(), 3}), std::invalid_argument, "room for every pair");
}

}  // namespace
}  // namespace potlearn
