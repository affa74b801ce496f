// SPDX-License-Identifier: GPL-2.0-only
// Does the LAMMPS that loads this code fit the headers that it was compiled with?
#ifndef POTLEARN_HOST_H
#define POTLEARN_HOST_H

#include <string>

#include "lammps.h"

namespace LAMMPS_NS {

// The version of LAMMPS that this code was compiled for, as in its headline ("22 Jul 2025").
const char* host_version();

// The pair style, in the form that LAMMPS's tables take.  A LAMMPS that does not fit gets an error in words: only
// those who use the style, since a plugin is also loaded for all others.
class Pair* make_pair_potlearn(LAMMPS*);

}  // namespace LAMMPS_NS

#endif
