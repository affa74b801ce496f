// Errors of the core.  The Python binding turns std::invalid_argument into ValueError.
#pragma once

#include <stdexcept>
#include <string>

namespace potlearn {

struct TooClose : std::runtime_error {
  TooClose(int i, int j, double r, double closest)
      : std::runtime_error("atoms " + std::to_string(i) + " and " + std::to_string(j) + " are " + std::to_string(r) +
                           " Å apart; the radial table starts at " + std::to_string(closest) + " Å") {}
};

inline void expect(bool ok, const char* message) {
  if (!ok) throw std::invalid_argument(message);
}

}  // namespace potlearn
