// Where the time of energies and forces goes.  Nothing at all unless the build defines POTLEARN_STAGES
// (`make profile`).
#pragma once

#ifdef POTLEARN_STAGES
#include <array>
#include <chrono>
#endif

namespace potlearn {

enum class Stage { gather, radial, harmonics, moments, forward, network, adjoint, pairs, scatter };
constexpr const char* STAGES[] = {"gather",  "radial",  "harmonics", "moments", "forward",
                                  "network", "adjoint", "pairs",     "scatter"};

#ifdef POTLEARN_STAGES
// Seconds of each stage since the last time they were asked for; of one thread.
class Stopwatch {
 public:
  void start() { last_ = Clock::now(); }
  // The time since the last call belongs to the stage.
  void end(Stage stage) {
    const Clock::time_point now = Clock::now();
    seconds_[int(stage)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  std::array<double, std::size(STAGES)> take() {
    const auto found = seconds_;
    seconds_ = {};
    return found;
  }

 private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_;
  std::array<double, std::size(STAGES)> seconds_ = {};
};
inline thread_local Stopwatch stopwatch;
inline void start_stages() { stopwatch.start(); }
inline void end_stage(Stage stage) { stopwatch.end(stage); }
#else
inline void start_stages() {}
inline void end_stage(Stage) {}
#endif

}  // namespace potlearn
