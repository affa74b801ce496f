// Vectors of three components, W at a time.
#pragma once

#include "lanes.hpp"

namespace potlearn::POTLEARN_ISA {

struct Vector3 {
  lanes x, y, z;
};
inline Vector3& operator+=(Vector3& a, const Vector3& b) {
  a.x += b.x;
  a.y += b.y;
  a.z += b.z;
  return a;
}
inline Vector3 operator+(Vector3 a, const Vector3& b) { return a += b; }
template <class S>
inline Vector3 operator*(S s, const Vector3& a) {
  return {s * a.x, s * a.y, s * a.z};
}
template <class S>
inline Vector3 operator*(const Vector3& a, S s) {
  return s * a;
}

// Two unit vectors that are orthogonal to u and to one another (Duff et al., JCGT 6 (2017) 1).
inline void orthonormal(const Vector3& u, Vector3& e1, Vector3& e2) {
  const lanes sign = u.z < splat(0) ? splat(-1) : splat(1);
  const lanes a = -1.0 / (sign + u.z), b = u.x * u.y * a;
  e1 = {1.0 + sign * u.x * u.x * a, sign * b, -sign * u.x};
  e2 = {b, sign + u.y * u.y * a, -u.y};
}

}  // namespace potlearn::POTLEARN_ISA
