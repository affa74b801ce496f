#include <string>

#include "check.hpp"
#include "kernel.hpp"
#include "lane_tests.hpp"

namespace potlearn {
namespace {

TEST(lanes_of_every_instruction_set_that_this_cpu_runs) {
  for (const std::string& set : instruction_sets()) {
    if (set == "baseline") baseline::lane_tests();
#ifdef POTLEARN_X86
    if (set == "avx2") avx2::lane_tests();
    if (set == "avx512") avx512::lane_tests();
#endif
  }
}

TEST(networks_in_lanes_of_every_instruction_set_that_this_cpu_runs) {
  for (const std::string& set : instruction_sets()) {
    if (set == "baseline") baseline::network_lane_tests();
#ifdef POTLEARN_X86
    if (set == "avx2") avx2::network_lane_tests();
    if (set == "avx512") avx512::network_lane_tests();
#endif
  }
}

}  // namespace
}  // namespace potlearn
