// Images sorted into boxes at least half as long as the cutoff, along x fastest: what a point may see are a few
// ranges of them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <tuple>
#include <vector>

#include "images.hpp"

namespace potlearn {

constexpr int REACH = 2;  // boxes that a cutoff spans at most

// Coordinates in the order of the boxes.
struct Sorted {
  std::vector<double> x, y, z;
  std::vector<std::size_t> image;  // of each sorted place

  explicit Sorted(std::size_t n) : x(n), y(n), z(n), image(n) {}

  void put(std::size_t place, std::size_t k, const Images& images) {
    x[place] = images.x[k];
    y[place] = images.y[k];
    z[place] = images.z[k];
    image[place] = k;
  }
};

// A table of all boxes, at most some four per image: larger ones where the images lie far apart.
class Grid : public Sorted {
 public:
  Grid(const Images& images, double cutoff) : Sorted(images.size()), images_(images) {
    const std::vector<double>* coordinates[3] = {&images.x, &images.y, &images.z};
    const double most = 4.0 * double(images.size()) + 1;
    double left = most;
    for (int a = 2; a >= 0; --a) {
      const auto [low, high] = std::minmax_element(coordinates[a]->begin(), coordinates[a]->end());
      low_[a] = *low;
      const double wanted = REACH * (*high - *low) / cutoff;
      const double share = a > 0 ? std::cbrt(most) : wanted <= FEW ? FEW : left;
      count_[a] = std::max(1, int(std::min({wanted, share, 1e6})));
      capped_ |= wanted > count_[a] + 1;
      left /= count_[a];
      inverse_[a] = count_[a] / std::max(*high - *low, cutoff / REACH) * (1 - 1e-12);
    }
    sort();
  }

  // Whether larger boxes hold many images each: then they are clustered, and the search would be quadratic.
  bool crowded() const { return crowded_; }

  // f(begin, end): ranges of sorted images that hold all within the cutoff of a point.
  template <class F>
  void rows_near(const double* point, F&& f) const {
    const int c[3] = {box(0, point[0]), box(1, point[1]), box(2, point[2])};
    const int x0 = std::max(c[0] - REACH, 0), x1 = std::min(c[0] + REACH, count_[0] - 1);
    for (int k = std::max(c[2] - REACH, 0); k <= std::min(c[2] + REACH, count_[2] - 1); ++k)
      for (int j = std::max(c[1] - REACH, 0); j <= std::min(c[1] + REACH, count_[1] - 1); ++j) {
        const std::size_t row = (std::size_t(k) * count_[1] + j) * count_[0];
        f(start_[row + x0], start_[row + x1 + 1]);
      }
  }

 private:
  static constexpr double FEW = 256;   // boxes along x that are allowed in any case
  static constexpr double CROWD = 64;  // mean number of images in the box of an image
  const Images& images_;
  double low_[3], inverse_[3];
  int count_[3];
  bool capped_ = false, crowded_ = false;
  std::vector<std::size_t> start_;

  int box(int axis, double v) const { return std::clamp(int((v - low_[axis]) * inverse_[axis]), 0, count_[axis] - 1); }

  void sort() {
    const std::size_t n = images_.size();
    std::vector<std::size_t> key(n);
    start_.assign(std::size_t(count_[0]) * count_[1] * count_[2] + 1, 0);
    for (std::size_t k = 0; k < n; ++k) {
      key[k] =
          (std::size_t(box(2, images_.z[k])) * count_[1] + box(1, images_.y[k])) * count_[0] + box(0, images_.x[k]);
      ++start_[key[k] + 1];
    }
    if (capped_) {
      double squares = 0;
      for (std::size_t count : start_) squares += double(count) * double(count);
      crowded_ = squares > CROWD * double(n);
      if (crowded_) return;
    }
    for (std::size_t b = 1; b < start_.size(); ++b) start_[b] += start_[b - 1];
    std::vector<std::size_t> next(start_.begin(), start_.end() - 1);
    for (std::size_t k = 0; k < n; ++k) put(next[key[k]]++, k, images_);
  }
};

// Only the boxes that hold images, in a sorted list: clusters far apart, which no table of boxes resolves.
class SparseGrid : public Sorted {
 public:
  SparseGrid(const Images& images, double cutoff) : Sorted(images.size()) {
    const std::vector<double>* coordinates[3] = {&images.x, &images.y, &images.z};
    for (int a = 0; a < 3; ++a) low_[a] = *std::min_element(coordinates[a]->begin(), coordinates[a]->end());
    inverse_ = 1 / (LENGTH * cutoff);
    const std::size_t n = images.size();
    std::vector<Box> boxes(n);
    for (std::size_t k = 0; k < n; ++k) boxes[k] = {box(2, images.z[k]), box(1, images.y[k]), box(0, images.x[k])};
    std::vector<std::size_t> order(n);
    std::iota(order.begin(), order.end(), std::size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return boxes[a] < boxes[b]; });
    boxes_.resize(n);
    for (std::size_t place = 0; place < n; ++place) {
      put(place, order[place], images);
      boxes_[place] = boxes[order[place]];
    }
  }

  template <class F>
  void rows_near(const double* point, F&& f) const {
    const std::int64_t c[3] = {box(0, point[0]), box(1, point[1]), box(2, point[2])};
    auto at = boxes_.begin();
    for (std::int64_t k = c[2] - REACH; k <= c[2] + REACH; ++k)
      for (std::int64_t j = c[1] - REACH; j <= c[1] + REACH; ++j) {
        at = std::lower_bound(at, boxes_.end(), Box{k, j, c[0] - REACH});
        const auto end = std::upper_bound(at, boxes_.end(), Box{k, j, c[0] + REACH});
        if (at != end) f(std::size_t(at - boxes_.begin()), std::size_t(end - boxes_.begin()));
        at = end;
      }
  }

 private:
  using Box = std::tuple<std::int64_t, std::int64_t, std::int64_t>;  // z, y, x
  static constexpr double LENGTH = 0.5 + 1e-3;                       // of a box in cutoffs: rounding is far below it
  double low_[3], inverse_;
  std::vector<Box> boxes_;  // of each sorted place

  std::int64_t box(int axis, double v) const { return std::int64_t((v - low_[axis]) * inverse_); }
};

}  // namespace potlearn
