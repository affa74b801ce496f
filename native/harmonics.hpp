// Real spherical harmonics times sqrt(4 pi), no Condon-Shortley phase, as polynomials:
//
//   Y_lm = P_lm(z) c_m(x, y),   Y_l,-m = P_lm(z) s_m(x, y),   c_m + i s_m = sqrt(2) (x + i y)^m  (m > 0), c_0 = 1,
//   P_00 = 1,  P_ll = sqrt(1 + 1/(2l)) P_l-1,l-1,  P_l,l-1 = sqrt(2l+1) z P_l-1,l-1,
//   P_lm = a_lm (z P_l-1,m - b_lm P_l-2,m),  dP_lm/dz = sqrt((l-m)(l+m+1)) P_l,m+1.
//
// Index of (l, m): l^2 + l + m.
#pragma once

#include <cmath>

#include "basis.hpp"
#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

struct LegendreFactors {
  double a[MAX_DEGREE + 1][MAX_DEGREE + 1], b[MAX_DEGREE + 1][MAX_DEGREE + 1];
  double slope[MAX_DEGREE + 1][MAX_DEGREE + 1], top[MAX_DEGREE + 1], next[MAX_DEGREE + 1];
  LegendreFactors() {
    top[0] = 1;
    for (int l = 0; l <= MAX_DEGREE; ++l) {
      if (l > 0) top[l] = std::sqrt(1 + 0.5 / l) * top[l - 1];
      next[l] = std::sqrt(2 * l + 1.0);
      for (int m = 0; m <= l; ++m) {
        const double l2 = double(l) * l, m2 = double(m) * m, k2 = double(l - 1) * (l - 1);
        slope[l][m] = std::sqrt(double(l - m) * (l + m + 1));
        if (m > l - 2) continue;
        a[l][m] = std::sqrt((4 * l2 - 1) / (l2 - m2));
        b[l][m] = std::sqrt((k2 - m2) / (4 * k2 - 1));
      }
    }
  }
};
inline const LegendreFactors legendre_factors;

constexpr int packed(int l, int m) { return l * (l + 1) / 2 + m; }

// P_lm(z), m >= 0, at packed(l, m), and c_m, s_m.
//
// Derivatives are not inlined: which product of a sum of two is fused with the sum, and so the last bit, is the
// compiler's choice, and must not depend on the caller.
template <int L>
struct AngularParts {
  lanes p[packed(L, L) + 1], c[L + 1], s[L + 1];

  AngularParts(lanes x, lanes y, lanes z) {
    const LegendreFactors& f = legendre_factors;
    p[0] = splat(1);
    for (int l = 1; l <= L; ++l) {
      p[packed(l, l)] = splat(f.top[l]);
      p[packed(l, l - 1)] = f.next[l] * f.top[l - 1] * z;
      for (int m = 0; m <= l - 2; ++m)
        p[packed(l, m)] = f.a[l][m] * (z * p[packed(l - 1, m)] - f.b[l][m] * p[packed(l - 2, m)]);
    }
    c[0] = splat(1);
    s[0] = splat(0);
    if constexpr (L > 0) {
      c[1] = std::sqrt(2.0) * x;
      s[1] = std::sqrt(2.0) * y;
    }
    for (int m = 2; m <= L; ++m) {
      c[m] = x * c[m - 1] - y * s[m - 1];
      s[m] = x * s[m - 1] + y * c[m - 1];
    }
  }

  // Derivative of c_m + i s_m in (x + i y):  m sqrt(2) (x + i y)^(m-1).
  lanes dc(int m) const { return m == 1 ? splat(std::sqrt(2.0)) : double(m) * c[m - 1]; }
  lanes ds(int m) const { return m == 1 ? splat(0) : double(m) * s[m - 1]; }

  lanes slope(int l, int m) const { return m == l ? splat(0) : legendre_factors.slope[l][m] * p[packed(l, m + 1)]; }

  void values(lanes* y) const {
    for (int l = 0; l <= L; ++l) {
      y[l * l + l] = p[packed(l, 0)];
      for (int m = 1; m <= l; ++m) {
        y[l * l + l + m] = p[packed(l, m)] * c[m];
        y[l * l + l - m] = p[packed(l, m)] * s[m];
      }
    }
  }

  // Derivative of every Y_lm along the vector v, as a polynomial in (x, y, z) (v is tangent).
  __attribute__((noinline)) void along(lanes vx, lanes vy, lanes vz, lanes* dy) const {
    for (int l = 0; l <= L; ++l) dy[l * l + l] = slope(l, 0) * vz;
    for (int m = 1; m <= L; ++m) {
      const lanes gc = dc(m) * vx - ds(m) * vy, gs = ds(m) * vx + dc(m) * vy;
      const lanes hc = c[m] * vz, hs = s[m] * vz;
      for (int l = m; l <= L; ++l) {
        dy[l * l + l + m] = p[packed(l, m)] * gc + slope(l, m) * hc;
        dy[l * l + l - m] = p[packed(l, m)] * gs + slope(l, m) * hs;
      }
    }
  }

  // Gradient of sum_lm d_lm Y_lm as a polynomial in (x, y, z): not yet projected on the sphere.
  __attribute__((noinline)) void gradient(const lanes* d, lanes& gx, lanes& gy, lanes& gz) const {
    gx = gy = gz = splat(0);
    for (int l = 1; l <= L; ++l) gz += d[l * l + l] * slope(l, 0);
    for (int m = 1; m <= L; ++m) {
      lanes dc_sum = splat(0), ds_sum = splat(0), slope_c = splat(0), slope_s = splat(0);
      for (int l = m; l <= L; ++l) {
        const lanes u = d[l * l + l + m], v = d[l * l + l - m];
        dc_sum += u * p[packed(l, m)];
        ds_sum += v * p[packed(l, m)];
        if (l > m) {
          slope_c += u * slope(l, m);
          slope_s += v * slope(l, m);
        }
      }
      gz += slope_c * c[m] + slope_s * s[m];
      gx += dc_sum * dc(m) + ds_sum * ds(m);
      gy += ds_sum * dc(m) - dc_sum * ds(m);
    }
  }
};

}  // namespace potlearn::POTLEARN_ISA
