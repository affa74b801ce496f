// Numbers that are zero at first.  Of a large array only the pages that are written take memory, and time to fill it.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>

namespace potlearn {

struct Free {
  void operator()(double* p) const { std::free(p); }
};

using Zeros = std::unique_ptr<double[], Free>;

inline Zeros zeros(std::size_t n) {
  Zeros found(static_cast<double*>(std::calloc(n, sizeof(double))));
  if (!found && n > 0) throw std::bad_alloc();
  return found;
}

}  // namespace potlearn
