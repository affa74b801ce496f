// Atoms as a caller has them, and those that interact: without those of species -1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "span.hpp"
#include "system.hpp"

namespace potlearn {

// Atoms and the neighbours of those that are centres; see capi/potlearn.h.
struct Surroundings {
  Span<const double> positions;       // (N, 3)
  Span<const std::int32_t> species;   // (N), -1: does not interact
  Span<const std::int32_t> centers;   // (C)
  Span<const std::int64_t> first;     // (C + 1)
  Span<const std::int32_t> neighbor;  // (P)
};

// The neighbours of the centres in turn.
struct PairList {
  Span<const std::int64_t> first;
  Span<const std::int32_t> neighbor;
};

// Where all atoms interact it refers to the arrays that were given; else it has its own.
class Interacting {
 public:
  // Throws std::invalid_argument for arrays that do not belong together, and species beyond n_species.
  Interacting(const Surroundings& given, int n_species);

  PairList pairs() const { return {first_, neighbor_}; }

  // f(system) with these pairs, and the numbers that a part has of the species; none: the same.
  template <class F>
  void as_system(const std::vector<std::int32_t>& numbers, const PairList& pairs, F&& f) const {
    const std::vector<std::int32_t> own = renumbered(numbers);
    const Span<const std::int32_t> species =
        numbers.empty() ? species_ : Span<const std::int32_t>{own.data(), own.size()};
    f(System(positions_, species, centers_, pairs.first, pairs.neighbor));
  }

  // f(values) with values of the centres that interact, which are then those of `all`, zero for the other centres.
  template <class F>
  void for_centers(Span<double> all, F&& f) const {
    if (!subset_ || all.empty()) return f(all);
    std::vector<double> values(centers_.size);
    f(Span<double>{values.data(), values.size()});
    for (double& x : all) x = 0;
    for (std::size_t c = 0; c < values.size(); ++c) all[places_[c]] = values[c];
  }

 private:
  bool subset_ = false;
  Span<const double> positions_;
  Span<const std::int32_t> species_, centers_, neighbor_;
  Span<const std::int64_t> first_;
  std::vector<std::int32_t> own_species_, own_centers_, own_neighbor_;
  std::vector<std::int64_t> own_first_;
  std::vector<std::size_t> places_;

  std::vector<std::int32_t> renumbered(const std::vector<std::int32_t>& numbers) const;
  void choose(const Surroundings& given);
};

}  // namespace potlearn
