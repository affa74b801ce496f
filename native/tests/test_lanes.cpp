#include <string>

#include "check.hpp"
#include "kernel.hpp"
#include "lane_tests.hpp"

namespace potlearn {
namespace {

struct LaneTests {
  void (*lanes)(), (*networks)(), (*plans)();
};

LaneTests of([[maybe_unused]] const std::string& set) {
#ifdef POTLEARN_X86
  if (set == "avx2") return {avx2::lane_tests, avx2::network_lane_tests, avx2::plan_lane_tests};
  if (set == "avx512") return {avx512::lane_tests, avx512::network_lane_tests, avx512::plan_lane_tests};
#endif
  return {baseline::lane_tests, baseline::network_lane_tests, baseline::plan_lane_tests};
}

TEST(lanes_of_every_instruction_set_that_this_cpu_runs) {
  for (const std::string& set : instruction_sets()) of(set).lanes();
}

TEST(networks_in_lanes_of_every_instruction_set_that_this_cpu_runs) {
  for (const std::string& set : instruction_sets()) of(set).networks();
}

TEST(plans_in_lanes_of_every_instruction_set_that_this_cpu_runs) {
  for (const std::string& set : instruction_sets()) of(set).plans();
}

}  // namespace
}  // namespace potlearn
