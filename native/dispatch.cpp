// Chooses the kernel that is compiled for an instruction set.
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel.hpp"

namespace potlearn {

namespace baseline {
std::unique_ptr<Kernel> make_kernel(const Basis&);
}
#ifdef POTLEARN_X86
namespace avx2 {
std::unique_ptr<Kernel> make_kernel(const Basis&);
}
namespace avx512 {
std::unique_ptr<Kernel> make_kernel(const Basis&);
}
#endif

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names = {"baseline"};
#ifdef POTLEARN_X86
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) names.push_back("avx2");
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    names.push_back("avx512");
#endif
  return names;
}

std::unique_ptr<Kernel> make_kernel(const Basis& basis, const std::string& instruction_set) {
  for (const std::string& known : instruction_sets()) {
    if (known != instruction_set) continue;
#ifdef POTLEARN_X86
    if (known == "avx512") return avx512::make_kernel(basis);
    if (known == "avx2") return avx2::make_kernel(basis);
#endif
    return baseline::make_kernel(basis);
  }
  throw std::invalid_argument("this CPU does not run the instruction set '" + instruction_set + "'");
}

}  // namespace potlearn
