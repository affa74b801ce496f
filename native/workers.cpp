#include "workers.hpp"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace potlearn {
namespace {

using Work = std::function<void(int)>;

// A thread, and the work that it is offered.
class Worker {
 public:
  Worker() : thread_([this] { run(); }) {}

  void offer(const Work& work, int number) {
    work_ = &work;
    number_ = number;
    become(State::offered);
  }

  // Takes the work back if it has not begun, or waits for its end.
  void finish() {
    State offered = State::offered;
    if (!state_.compare_exchange_strong(offered, State::idle)) wait_until([this] { return state_ == State::idle; });
  }

  // Ends the thread, after work that it has begun.
  void end() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

 private:
  enum class State { idle, offered, running };
  // Longer than from one part of an evaluation to the next; a sleeping thread takes as long to wake up.
  static constexpr std::chrono::microseconds PATIENCE{50};

  const Work* work_ = nullptr;
  int number_ = 0;
  std::atomic<State> state_{State::idle};
  std::atomic<bool> ending_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;  // starts when all others are there

  void run() {
    for (;;) {
      wait_until([this] { return state_ == State::offered || ending_; });
      if (ending_) return;
      State offered = State::offered;
      if (!state_.compare_exchange_strong(offered, State::running)) continue;
      (*work_)(number_);
      become(State::idle);
    }
  }

  void become(State next) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      state_ = next;
    }
    changed_.notify_all();
  }

  // Awake for a while, then asleep.
  template <class F>
  void wait_until(F&& ready) {
    const auto end = std::chrono::steady_clock::now() + PATIENCE;
    while (!ready()) {
      if (std::chrono::steady_clock::now() < end) {
        std::this_thread::yield();
        continue;
      }
      std::unique_lock<std::mutex> lock(mutex_);
      changed_.wait(lock, ready);
      return;
    }
  }
};

// The workers of a process.  Each serves one call at a time, so no call waits for another.
class Team {
 public:
  bool is_of_this_process() const { return process_ == getpid(); }

  // Idle ones, those that worked last first, and new ones.
  std::vector<Worker*> take(int count) {
    std::vector<Worker*> taken;
    taken.reserve(std::size_t(count));
    const std::lock_guard<std::mutex> lock(mutex_);
    if (closed_) return taken;
    for (; int(taken.size()) < count && !idle_.empty(); idle_.pop_back()) taken.push_back(idle_.back());
    try {
      while (int(taken.size()) < count) taken.push_back(add());
    } catch (const std::exception&) {  // no thread, or no memory for it
    }
    return taken;
  }

  void give(const std::vector<Worker*>& taken) {
    const std::lock_guard<std::mutex> lock(mutex_);
    idle_.insert(idle_.end(), taken.rbegin(), taken.rend());
  }

  // Ends the threads.  Work may take workers meanwhile, and gets none.
  void close() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      closed_ = true;
    }
    for (const auto& worker : all_) worker->end();
  }

 private:
  const pid_t process_ = getpid();
  std::mutex mutex_;
  std::vector<std::unique_ptr<Worker>> all_;
  std::vector<Worker*> idle_;  // has room for all
  bool closed_ = false;

  Worker* add() {
    all_.reserve(all_.size() + 1);
    idle_.reserve(all_.size() + 1);
    all_.push_back(std::make_unique<Worker>());
    return all_.back().get();
  }
};

// Never deleted: at the end of the program some thread may still be in a call.
std::atomic<Team*> current{nullptr};

// No thread may be left when the library is closed, or when the program ends.
struct Closing {
  ~Closing() {
    Team* const team = current;
    if (team && team->is_of_this_process()) team->close();
  }
} const closing;

// A process that was forked has the memory of its parent's team, whatever it was doing, and none of its threads: it
// makes its own.
Team& team() {
  Team* found = current;
  if (found && found->is_of_this_process()) return *found;
  auto own = std::make_unique<Team>();
  if (current.compare_exchange_strong(found, own.get())) return *own.release();
  return *found;
}

}  // namespace

void with_workers(int threads, const Work& work) {
  if (threads <= 1) return work(0);
  Team& all = team();
  const std::vector<Worker*> others = all.take(threads - 1);
  int number = 0;
  for (Worker* worker : others) worker->offer(work, ++number);
  work(0);
  for (Worker* worker : others) worker->finish();
  all.give(others);
}

}  // namespace potlearn
