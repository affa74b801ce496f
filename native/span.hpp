// A pointer and the number of values behind it.
#pragma once

#include <cstddef>

namespace potlearn {

template <class T>
struct Span {
  T* data = nullptr;
  std::size_t size = 0;

  T& operator[](std::size_t k) const { return data[k]; }
  T* begin() const { return data; }
  T* end() const { return data + size; }
  bool empty() const { return size == 0; }
  // Values first..first + count.
  Span part(std::size_t first, std::size_t count) const { return {data + first, count}; }
};

}  // namespace potlearn
