// Work over chunks of blocks of atoms, by any number of threads, with results that do not depend on it.
#pragma once

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace potlearn {

// run(thread, chunk) for every chunk.  The first exception is rethrown in the caller.
template <class F>
void for_chunks(int n_chunks, int threads, F&& run) {
  threads = std::max(1, std::min(threads, n_chunks));
  std::atomic<int> next{0};
  std::exception_ptr failure;
  std::mutex mutex;
  auto work = [&](int thread) {
    try {
      for (int chunk; (chunk = next++) < n_chunks;) run(thread, chunk);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!failure) failure = std::current_exception();
      next = n_chunks;
    }
  };
  std::vector<std::thread> others;
  for (int t = 1; t < threads; ++t) others.emplace_back(work, t);
  work(0);
  for (std::thread& t : others) t.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace potlearn
