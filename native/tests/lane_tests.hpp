// Checks that are compiled once per instruction set.
#pragma once

namespace potlearn {
namespace baseline {
void lane_tests();
}
#ifdef POTLEARN_X86
namespace avx2 {
void lane_tests();
}
namespace avx512 {
void lane_tests();
}
#endif
}  // namespace potlearn
