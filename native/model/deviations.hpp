// Forces of several models, by which forces deviate; their squares give the expected errors of forces.
#pragma once

#include <memory>
#include <vector>

#include "engine.hpp"
#include "network.hpp"
#include "span.hpp"
#include "system.hpp"
#include "term.hpp"

namespace potlearn {

// std = (scale v^power, or 0 where v is at most `least`) and `noise`, added in squares.
struct ErrorLink {
  double scale, power, noise, least;
  double std(double variance) const;
};

class Deviations {
 public:
  virtual ~Deviations() = default;

  // Number K of models.
  virtual int count() const = 0;
  // Adds the forces of the models on every atom, (N, K, 3).  One call at a time.
  virtual void add(const System& system, int threads, Span<double> out) = 0;
  // Expected errors (n, 3) from forces (n, K, 3) of all centres.
  void std(Span<const double> forces, Span<double> out) const;

 protected:
  explicit Deviations(const TermFile& given);
  // Of K values, `stride` apart.
  virtual double variance(const double* values, std::size_t stride) const = 0;

 private:
  ErrorLink link_;
};

// Throws FileError, std::invalid_argument.
std::unique_ptr<Deviations> read_deviations(const TermFile& given);

}  // namespace potlearn
