// Cell shifts by number: a pair keeps the number of its shift, of which few differ.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace potlearn {

using Shift = std::array<std::int32_t, 3>;  // cells along each cell vector

class ShiftTable {
 public:
  static constexpr std::int32_t NONE = 0;  // number of the shift by no cell

  std::int32_t number(const Shift& s) {
    if (s == shifts_[last_]) return std::int32_t(last_);
    const auto [at, added] = numbers_.try_emplace(s, std::int32_t(shifts_.size()));
    if (added) shifts_.push_back(s);
    last_ = std::size_t(at->second);
    return at->second;
  }
  const Shift& operator[](std::int32_t number) const { return shifts_[std::size_t(number)]; }
  const std::vector<Shift>& shifts() const { return shifts_; }

 private:
  struct Hash {
    std::size_t operator()(const Shift& s) const {
      std::uint64_t h = 0;
      for (std::int32_t x : s) h = (h ^ std::uint32_t(x)) * 0x9E3779B97F4A7C15u, h ^= h >> 32;
      return std::size_t(h);
    }
  };

  std::vector<Shift> shifts_ = {Shift{}};
  std::unordered_map<Shift, std::int32_t, Hash> numbers_ = {{Shift{}, NONE}};
  std::size_t last_ = 0;  // number that was asked for last: mostly the next one too
};

}  // namespace potlearn
