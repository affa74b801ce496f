// Checks that are compiled once per instruction set.
#pragma once

namespace potlearn {
namespace baseline {
void lane_tests();
void network_lane_tests();
void plan_lane_tests();
}  // namespace baseline
#ifdef POTLEARN_X86
namespace avx2 {
void lane_tests();
void network_lane_tests();
void plan_lane_tests();
}  // namespace avx2
namespace avx512 {
void lane_tests();
void network_lane_tests();
void plan_lane_tests();
}  // namespace avx512
#endif
}  // namespace potlearn
