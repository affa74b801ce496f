// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"

#include <dlfcn.h>

#include "error.h"
#include "lmptype.h"
#include "pair_potlearn.h"

using namespace LAMMPS_NS;

#ifndef POTLEARN_LAMMPS_VERSION
#error "POTLEARN_LAMMPS_VERSION: expected the date of LAMMPS, such as \"22 Jul 2025\""
#endif

namespace {

const char AGAIN[] = "; build it again for this one: potlearn lammps install --lammps PREFIX";

// Sizes of LAMMPS's integers: a plugin for others would read its arrays wrong without a word.
std::string size_fault(LAMMPS* lmp, const char* name, size_t expected) {
  using Setting = int (*)(void*, const char*);
  const auto setting = reinterpret_cast<Setting>(dlsym(RTLD_DEFAULT, "lammps_extract_setting"));
  const int got = setting ? setting(lmp, name) : static_cast<int>(expected);
  if (got == static_cast<int>(expected)) return "";
  return "built for a LAMMPS whose " + std::string(name) + " has " + std::to_string(8 * expected) +
         " bits, and this one's has " + std::to_string(8 * got) + AGAIN;
}

// A sentence that says what of LAMMPS does not fit; empty when all does.
std::string host_fault(LAMMPS* lmp) {
  if (std::string(lmp->version) != host_version())
    return "built for LAMMPS of " + std::string(host_version()) + ", and this is LAMMPS of " + lmp->version + AGAIN;
  if (potlearn_abi() != POTLEARN_ABI)
    return "expected interface " + std::to_string(POTLEARN_ABI) + " of libpotlearn.so, got " +
           std::to_string(potlearn_abi()) + "; build both again: potlearn lammps install";
  std::string fault = size_fault(lmp, "tagint", sizeof(tagint));
  if (fault.empty()) fault = size_fault(lmp, "bigint", sizeof(bigint));
  if (fault.empty()) fault = size_fault(lmp, "imageint", sizeof(imageint));
  return fault;
}

}  // namespace

const char* LAMMPS_NS::host_version() { return POTLEARN_LAMMPS_VERSION; }

Pair* LAMMPS_NS::make_pair_potlearn(LAMMPS* lmp) {
  const std::string fault = host_fault(lmp);
  if (!fault.empty()) lmp->error->all(FLERR, "pair_style potlearn: " + fault);
  return new PairPotlearn(lmp);
}
