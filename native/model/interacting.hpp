// The atoms that interact: without those of species -1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "span.hpp"

namespace potlearn {

struct Surroundings;

// Where all atoms interact it refers to the arrays that were given; else it has its own.
class Interacting {
 public:
  // Throws std::invalid_argument for arrays that do not belong together, and species beyond n_species.
  Interacting(const Surroundings& given, int n_species);

  bool subset() const { return subset_; }
  Span<const std::int32_t> species() const { return species_; }
  Span<const std::int32_t> centers() const { return centers_; }
  Span<const std::int64_t> first() const { return first_; }
  Span<const std::int32_t> neighbor() const { return neighbor_; }
  // Which of the given centres centre c is.
  std::size_t place(std::size_t c) const { return subset_ ? places_[c] : c; }

  // Species by the numbers of a term; nothing where `numbers` is empty.
  std::vector<std::int32_t> renumbered(const std::vector<std::int32_t>& numbers) const;

 private:
  bool subset_ = false;
  Span<const std::int32_t> species_, centers_, neighbor_;
  Span<const std::int64_t> first_;
  std::vector<std::int32_t> own_species_, own_centers_, own_neighbor_;
  std::vector<std::int64_t> own_first_;
  std::vector<std::size_t> places_;

  void choose(const Surroundings& given);
};

}  // namespace potlearn
