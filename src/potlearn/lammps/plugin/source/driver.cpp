// SPDX-License-Identifier: GPL-2.0-only
// lmp_potlearn: LAMMPS with pair style potlearn, for a LAMMPS without the package PLUGIN.  Arguments are lmp's.
#include <mpi.h>

#include <exception>

#include "error.h"
#include "force.h"
#include "host.h"
#include "input.h"
#include "lammps.h"

using namespace LAMMPS_NS;

namespace {

void run(int argc, char** argv) {
  LAMMPS lammps(argc, argv, MPI_COMM_WORLD);
  (*lammps.force->pair_map)["potlearn"] = &make_pair_potlearn;
  lammps.input->file();
}

}  // namespace

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  try {
    run(argc, argv);
  } catch (const std::exception&) {
    // LAMMPS has written its words.  Other ranks may be waiting.
    MPI_Abort(MPI_COMM_WORLD, 1);
  }
  MPI_Finalize();
  return 0;
}
