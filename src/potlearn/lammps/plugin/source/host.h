// SPDX-License-Identifier: GPL-2.0-only
// Does the LAMMPS that loads this code fit the headers that it was compiled with?
#ifndef POTLEARN_HOST_H
#define POTLEARN_HOST_H

#include "lammps.h"

#include <string>

namespace LAMMPS_NS {

// A sentence that says what does not fit; empty when all does.
std::string host_fault(LAMMPS *);

// The version of LAMMPS that this code was compiled for, as in its headline ("22 Jul 2025").
const char *host_version();

// The pair style, in the form that LAMMPS's tables take.
class Pair *make_pair_potlearn(LAMMPS *);

}    // namespace LAMMPS_NS

#endif
