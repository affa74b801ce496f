#include "interacting.hpp"

#include <algorithm>
#include <cstring>

#include "errors.hpp"

namespace potlearn {
namespace {

template <class T>
Span<const T> span(const std::vector<T>& values) {
  return {values.data(), values.size()};
}

bool within(Span<const std::int32_t> indices, std::size_t size) {
  bool found = true;
  for (std::int32_t k : indices) found &= k >= 0 && std::size_t(k) < size;
  return found;
}

// By the exponents, all of whose bits are set in numbers that are not finite.
void check_finite(Span<const double> positions) {
  constexpr std::uint64_t exponent = std::uint64_t(0x7ff) << 52;
  bool finite = true;
  for (const double& x : positions) {
    std::uint64_t bits;
    std::memcpy(&bits, &x, sizeof bits);
    finite &= (bits & exponent) != exponent;
  }
  expect(finite, "a position is not finite");
}

}  // namespace

Interacting::Interacting(const Surroundings& given, int n_species)
    : positions_(given.positions), species_(given.species), centers_(given.centers), neighbor_(given.neighbor),
      first_(given.first) {
  std::int32_t lowest = 0, highest = -1;
  for (std::int32_t z : given.species) {
    lowest = std::min(lowest, z);
    highest = std::max(highest, z);
  }
  expect(lowest >= -1 && highest < n_species, "species index out of range");
  check_finite(given.positions);
  if (lowest == -1) choose(given);
}

void Interacting::choose(const Surroundings& given) {
  expect(within(given.centers, given.species.size), "centre out of range");
  expect(within(given.neighbor, given.species.size), "neighbour index out of range");
  expect(given.first.size == given.centers.size + 1, "first must be (C + 1,)");
  subset_ = true;
  own_first_.push_back(0);
  for (std::size_t c = 0; c < given.centers.size; ++c) {
    if (given.species[given.centers[c]] < 0) continue;
    const std::int64_t begin = given.first[c], end = given.first[c + 1];
    expect(0 <= begin && begin <= end && std::size_t(end) <= given.neighbor.size, "first must not decrease");
    for (std::int64_t p = begin; p < end; ++p)
      if (given.species[given.neighbor[p]] >= 0) own_neighbor_.push_back(given.neighbor[p]);
    own_first_.push_back(std::int64_t(own_neighbor_.size()));
    own_centers_.push_back(given.centers[c]);
    places_.push_back(c);
  }
  own_species_.assign(given.species.begin(), given.species.end());
  for (std::int32_t& z : own_species_) z = std::max(z, 0);  // of atoms that nobody asks
  species_ = span(own_species_);
  centers_ = span(own_centers_);
  neighbor_ = span(own_neighbor_);
  first_ = span(own_first_);
}

std::vector<std::int32_t> Interacting::renumbered(const std::vector<std::int32_t>& numbers) const {
  std::vector<std::int32_t> found;
  if (numbers.empty()) return found;
  found.reserve(species_.size);
  for (std::int32_t z : species_) found.push_back(numbers[z]);
  return found;
}

}  // namespace potlearn
