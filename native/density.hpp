// How crowded an atom is: a sum over its neighbours, and the pairs in contact.
#pragma once

#include <cstddef>
#include <cstdint>

#include "span.hpp"
#include "system.hpp"

namespace potlearn {

// Density of each atom i of species a, the sum over neighbours of species b of (1 - (r / reach_ab)^2)^4 inside the
// reach; and the indices of the pairs closer than contact_ab, ascending.  Both tables are (S, S), in Å; `density` is
// (N), `found` has room for every pair.  Returns the number of pairs found.
std::size_t densities(const System& system, Span<const double> reach, Span<const double> contact, Span<double> density,
                      Span<std::int64_t> found);

}  // namespace potlearn
