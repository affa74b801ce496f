// Work shared by any number of threads, with results that do not depend on how many there are.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "workers.hpp"

namespace potlearn {

// Set once a thread has failed: the others leave.
using Stop = std::atomic<bool>;

// work(thread) for thread = 0 (the caller's), 1, ..., as with_workers runs it.  The first exception is rethrown in the
// caller.
template <class F>
void on_threads(int threads, Stop& stop, F&& work) {
  std::exception_ptr failure;
  std::mutex mutex;
  const auto guarded = [&](int thread) {
    try {
      work(thread);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      stop = true;
    }
  };
  with_workers(threads, std::ref(guarded));
  if (failure) std::rethrow_exception(failure);
}

// run(thread, item) for every item, in any order.
template <class F>
void for_items(int n_items, int threads, F&& run) {
  Stop stop{false};
  std::atomic<int> next{0};
  on_threads(std::min(threads, n_items), stop, [&](int thread) {
    for (int item; !stop && (item = next++) < n_items;) run(thread, item);
  });
}

// Items in queues.  A thread stays with a queue until it is empty, then helps where most is left; the items of a
// queue are handed out in their order.
class Queues {
 public:
  // Queue q holds the items starts[q]..starts[q + 1].
  explicit Queues(const std::vector<int>& starts) : queues_(starts.size() - 1) {
    for (std::size_t q = 0; q + 1 < starts.size(); ++q) {
      queues_[q].next = starts[q];
      queues_[q].end = starts[q + 1];
    }
  }

  // The next item, of `queue` or of another one that is then written to it; -1: all are handed out.
  int take(int& queue) {
    for (;;) {
      const int item = queues_[queue].next++;
      if (item < queues_[queue].end) return item;
      queues_[queue].next = queues_[queue].end;  // so that it never overflows
      if (!longest(queue)) return -1;
    }
  }

 private:
  struct alignas(64) Queue {
    std::atomic<int> next{0};
    int end = 0;
  };
  std::vector<Queue> queues_;

  bool longest(int& queue) const {
    int most = 0;
    for (std::size_t q = 0; q < queues_.size(); ++q) {
      const int left = queues_[q].end - queues_[q].next;
      if (left > most) {
        most = left;
        queue = int(q);
      }
    }
    return most > 0;
  }
};

// run(thread, queue, item, stop) for every item of the queues.
template <class F>
void for_queues(const std::vector<int>& starts, int threads, F&& run) {
  const int n_queues = int(starts.size()) - 1, n_items = starts.back() - starts.front();
  if (n_items <= 0) return;
  Stop stop{false};
  Queues queues(starts);
  on_threads(std::min(threads, n_items), stop, [&](int thread) {
    int queue = thread % n_queues;
    for (int item; !stop && (item = queues.take(queue)) >= 0;) run(thread, queue, item, stop);
  });
}

// Lets the items of a queue be finished in their order, whichever threads have them.
class Turn {
 public:
  struct Stopped {};

  void start(int item) { next_.store(item, std::memory_order_relaxed); }

  // Until all earlier items are done.  Throws Stopped once another thread has failed.
  void wait(int item, const Stop& stop) const {
    while (next_.load(std::memory_order_acquire) != item) {
      if (stop) throw Stopped();
      std::this_thread::yield();
    }
  }
  void done(int item) { next_.store(item + 1, std::memory_order_release); }

 private:
  alignas(64) std::atomic<int> next_{0};
};

}  // namespace potlearn
