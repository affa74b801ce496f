// Aligned memory for lanes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>

#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t n) { at_least(n); }

  lanes& operator[](std::size_t k) { return data_[k]; }
  const lanes& operator[](std::size_t k) const { return data_[k]; }

  // Room for n lanes, zero where it is new.
  void at_least(std::size_t n) {
    if (data_ && n <= size_) return;
    data_.reset(new (std::align_val_t(64)) lanes[n + 1]);
    size_ = n;
    clear();
  }
  void clear() { std::fill(data_.get(), data_.get() + size_, splat(0)); }

 private:
  struct Delete {
    void operator()(lanes* p) const { operator delete[](p, std::align_val_t(64)); }
  };
  std::size_t size_ = 0;
  std::unique_ptr<lanes[], Delete> data_;
};

}  // namespace potlearn::POTLEARN_ISA
