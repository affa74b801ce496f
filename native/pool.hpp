// Workspaces that outlive a call, so that none has to be allocated and zeroed for every configuration.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace potlearn {

// Any number of threads and calls may lend from it at a time.
template <class T>
class Pool {
 public:
  // Holds a workspace and gives it back at its end.
  class Lease {
   public:
    Lease() = default;
    Lease(Pool& pool, std::unique_ptr<T> item) : pool_(&pool), item_(std::move(item)) {}
    Lease(Lease&&) = default;
    Lease& operator=(Lease&&) = default;
    ~Lease() {
      if (item_) pool_->give(std::move(item_));
    }
    explicit operator bool() const { return bool(item_); }
    T& operator*() const { return *item_; }
    T* operator->() const { return item_.get(); }

   private:
    Pool* pool_ = nullptr;
    std::unique_ptr<T> item_;
  };

  // One that fits(item), else make(); one that does not fit makes room for the new one.
  template <class Fits, class Make>
  Lease lend(Fits&& fits, Make&& make) {
    std::unique_ptr<T> item = take(fits);
    return Lease(*this, item ? std::move(item) : make());
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> items_;

  template <class Fits>
  std::unique_ptr<T> take(Fits&& fits) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (items_.empty()) return nullptr;
    const auto found = std::find_if(items_.begin(), items_.end(), [&](const auto& item) { return fits(*item); });
    std::unique_ptr<T> item = found == items_.end() ? nullptr : std::move(*found);
    items_.erase(found == items_.end() ? items_.begin() : found);
    return item;
  }

  void give(std::unique_ptr<T> item) {
    const std::lock_guard<std::mutex> lock(mutex_);
    items_.push_back(std::move(item));
  }
};

}  // namespace potlearn
