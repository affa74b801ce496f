#include <atomic>
#include <chrono>
#include <cstddef>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.hpp"
#include "parallel.hpp"

namespace potlearn {
namespace {

const int MANY[] = {-3, 0, 1, 2, 3, 9, 16, 64};

TEST(every_item_is_run_once) {
  for (int threads : MANY)
    for (int n : {0, 1, 7, 500}) {
      std::vector<std::atomic<int>> runs(n);
      for_items(n, threads, [&](int, int item) { ++runs[item]; });
      for (const auto& r : runs) CHECK(r == 1);
    }
}

TEST(threads_have_numbers_below_their_count) {
  std::atomic<bool> inside{true};
  for_items(100, 9, [&](int thread, int) {
    if (thread < 0 || thread >= 9) inside = false;
  });
  CHECK(inside);
}

TEST(an_exception_reaches_the_caller) {
  for (int threads : MANY)
    CHECK_THROWS(for_items(100, threads,
                           [](int, int item) {
                             if (item == 37) throw std::runtime_error("item 37");
                           }),
                 std::runtime_error, "item 37");
}

TEST(all_threads_may_throw) {
  CHECK_THROWS(for_items(64, 64, [](int, int) { throw std::runtime_error("each"); }), std::runtime_error, "each");
}

TEST(calls_within_calls_end) {
  std::atomic<int> runs{0};
  for (int threads : MANY) for_items(5, threads, [&](int, int) { for_items(7, threads, [&](int, int) { ++runs; }); });
  CHECK(runs == 35 * int(std::size(MANY)));
}

TEST(calls_from_several_threads_end) {
  std::atomic<int> runs{0};
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c)
    callers.emplace_back([&] {
      for (int k = 0; k < 200; ++k) for_items(6, 3, [&](int, int) { ++runs; });
    });
  for (std::thread& caller : callers) caller.join();
  CHECK(runs == 4 * 200 * 6);
}

TEST(a_call_uses_several_threads_again_and_again) {
  for (int k = 0; k < 20; ++k) {
    std::atomic<int> inside{0};
    for_items(3, 3, [&](int, int) {
      ++inside;
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (inside < 3 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    });
    CHECK(inside == 3);
    if (k % 4 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));  // so that workers fall asleep
  }
}

TEST(queues_hand_out_every_item_once_and_in_order) {
  const std::vector<int> starts = {0, 5, 5, 40, 41};
  Queues queues(starts);
  std::vector<int> next(starts.begin(), starts.end() - 1);
  int queue = 2, count = 0;
  for (int item; (item = queues.take(queue)) >= 0; ++count) CHECK(item == next[queue]++);
  CHECK(count == 41);
  CHECK(queues.take(queue) == -1);
}

TEST(a_thread_without_work_helps_where_most_is_left) {
  Queues queues({0, 1, 3, 30});
  int queue = 0;
  CHECK(queues.take(queue) == 0);
  CHECK(queues.take(queue) == 3);
  CHECK(queue == 2);
}

TEST(no_items_at_all) {
  bool ran = false;
  for_queues({0, 0}, 8, [&](int, int, int, const Stop&) { ran = true; });
  for_queues({4, 4, 4}, 8, [&](int, int, int, const Stop&) { ran = true; });
  CHECK(!ran);
}

// What turns are for: sums whose order does not depend on the threads.
TEST(turns_keep_the_order_of_each_queue) {
  const std::vector<int> starts = {0, 30, 31, 31, 100, 160};
  for (int threads : MANY) {
    std::vector<Turn> turns(starts.size() - 1);
    std::vector<std::vector<int>> order(turns.size());
    for (std::size_t q = 0; q < turns.size(); ++q) turns[q].start(starts[q]);
    for_queues(starts, threads, [&](int thread, int queue, int item, const Stop& stop) {
      if ((item + thread) % 7 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
      turns[queue].wait(item, stop);
      order[queue].push_back(item);
      turns[queue].done(item);
    });
    for (std::size_t q = 0; q < order.size(); ++q) {
      CHECK(int(order[q].size()) == starts[q + 1] - starts[q]);
      for (std::size_t k = 0; k < order[q].size(); ++k) CHECK(order[q][k] == starts[q] + int(k));
    }
  }
}

// The others wait for the turn of a thread that never takes it.
TEST(a_failure_frees_those_that_wait) {
  for (int threads : MANY) {
    Turn turn;
    turn.start(0);
    CHECK_THROWS(for_queues({0, 200}, threads,
                            [&](int, int, int item, const Stop& stop) {
                              if (item == 11) {
                                std::this_thread::sleep_for(std::chrono::milliseconds(2));
                                throw std::runtime_error("item 11");
                              }
                              turn.wait(item, stop);
                              turn.done(item);
                            }),
                 std::runtime_error, "item 11");
  }
}

}  // namespace
}  // namespace potlearn
