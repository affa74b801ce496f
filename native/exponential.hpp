// The exponential in lanes, without a library call.
#pragma once

#include <limits>

#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

// e^x, off by less than 1.5 units in the last place; zero below -708, infinite above 709.78, NaN of NaN.
//
//   e^x = 2^n e^r,  n = round(x / ln 2),  |r| <= ln 2 / 2,  e^r = 1 + r + r^2 q(r)
//
// with q the polynomial of degree 9 that deviates least (Remez), 1.3e-17 of e^r.
inline lanes exponential(lanes x) {
  constexpr double per_ln2 = 1.4426950408889634;
  // ln 2 in two parts; n times the first is exact.
  constexpr double ln2_high = 6.93147180369123816490e-01, ln2_low = 1.90821492927058770002e-10;
  // Added to a small number, this leaves the nearest whole number in the low bits.
  constexpr double shift = 0x1.8p52;
  const lanes shifted = x * per_ln2 + shift, n = shifted - shift;
  const lanes r = (x - n * ln2_high) - n * ln2_low;
  lanes q = splat(2.5100424157005067e-08);
  for (double c : {2.7620138719733994e-07, 2.7557268378684192e-06, 2.480152119021773e-05, 0.00019841269863105968,
                   0.0013888888917281794, 0.008333333333330051, 0.04166666666662399, 0.16666666666666669, 0.5})
    q = q * r + c;
  const lanes power = 1.0 + (r + r * r * q);
  const lanes scaled = (lanes)((ulanes)power + ((ulanes)shifted << 52));
  const lanes above_zero = x < splat(-708) ? splat(0) : scaled;
  return x <= splat(709.78) ? above_zero : x + std::numeric_limits<double>::infinity();
}

}  // namespace potlearn::POTLEARN_ISA
