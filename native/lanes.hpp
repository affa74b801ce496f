// A lane holds one atom (or one neighbour); a `lanes` value holds W of them.
//
// Included once per instruction set, inside that set's own namespace, so that no symbol compiled for
// one set can be picked by the linker for another.
#pragma once

#include <cmath>
#include <cstdint>
#include <utility>

namespace potlearn::POTLEARN_ISA {

constexpr int W = POTLEARN_LANES;

typedef double lanes __attribute__((vector_size(8 * POTLEARN_LANES)));
typedef std::uint64_t ulanes __attribute__((vector_size(8 * POTLEARN_LANES)));

inline lanes splat(double x) { return lanes{} + x; }

inline double sum(lanes x) {
  double s = 0;
  for (int w = 0; w < W; ++w) s += x[w];
  return s;
}

#if defined(__clang__) || __GNUC__ >= 12
template <int S, int... K>
inline lanes low_blocks(lanes a, lanes b, std::integer_sequence<int, K...>) {
  return __builtin_shufflevector(a, b, ((K & S) ? W + K - S : K)...);
}
template <int S, int... K>
inline lanes high_blocks(lanes a, lanes b, std::integer_sequence<int, K...>) {
  return __builtin_shufflevector(a, b, ((K & S) ? W + K : K + S)...);
}
template <int S>
inline void swap_blocks(lanes* m, int rows = W) {
  constexpr auto index = std::make_integer_sequence<int, W>{};
  for (int i = 0; i < rows; ++i) {
    if (i & S) continue;
    const lanes a = m[i], b = m[i + S];
    m[i] = low_blocks<S>(a, b, index);
    m[i + S] = high_blocks<S>(a, b, index);
  }
}
// Transpose W x W in place: m[i][j] <-> m[j][i].
inline void transpose(lanes* m) {
  swap_blocks<1>(m);
  if constexpr (W > 2) swap_blocks<2>(m);
  if constexpr (W > 4) swap_blocks<4>(m);
}

#if POTLEARN_LANES == 8
#define POTLEARN_HALF_LANES
typedef double half_lanes __attribute__((vector_size(4 * POTLEARN_LANES)));

template <int... K>
inline lanes joined(half_lanes a, half_lanes b, std::integer_sequence<int, K...>) {
  return __builtin_shufflevector(a, b, K...);
}
// W rows of W / 2 into W / 2 rows of W: out[i][j] = m[j][i].
inline void transpose_halves(const half_lanes* m, lanes* out) {
  lanes rows[W / 2];
#pragma GCC unroll 4
  for (int i = 0; i < W / 2; ++i) rows[i] = joined(m[i], m[i + W / 2], std::make_integer_sequence<int, W>{});
  swap_blocks<1>(rows, W / 2);
  swap_blocks<2>(rows, W / 2);
#pragma GCC unroll 4
  for (int i = 0; i < W / 2; ++i) out[i] = rows[i];
}
#endif
#else
inline void transpose(lanes* m) {
  for (int i = 0; i < W; ++i)
    for (int j = 0; j < i; ++j) {
      const double t = m[i][j];
      m[i][j] = m[j][i];
      m[j][i] = t;
    }
}
#endif

inline lanes square_root(lanes x) {
  alignas(64) double v[W];
  __builtin_memcpy(v, &x, sizeof x);
  for (int w = 0; w < W; ++w) v[w] = std::sqrt(v[w]);
  __builtin_memcpy(&x, v, sizeof x);
  return x;
}

inline lanes load(const double* p) {
  lanes v;
  __builtin_memcpy(&v, p, sizeof v);
  return v;
}
inline void store(double* p, lanes v) { __builtin_memcpy(p, &v, sizeof v); }

}  // namespace potlearn::POTLEARN_ISA
