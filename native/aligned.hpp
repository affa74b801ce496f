// Memory that starts a cache line, so that no register is loaded from two of them.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace potlearn {

constexpr std::size_t CACHE_LINE = 64;

template <class T>
struct Aligned {
  using value_type = T;
  Aligned() = default;
  template <class U>
  Aligned(const Aligned<U>&) {}

  T* allocate(std::size_t n) { return static_cast<T*>(operator new(n * sizeof(T), std::align_val_t(CACHE_LINE))); }
  void deallocate(T* p, std::size_t) { operator delete(p, std::align_val_t(CACHE_LINE)); }
  template <class U>
  bool operator==(const Aligned<U>&) const {
    return true;
  }
  template <class U>
  bool operator!=(const Aligned<U>&) const {
    return false;
  }
};

template <class T>
using AlignedVector = std::vector<T, Aligned<T>>;

}  // namespace potlearn
