// SPDX-License-Identifier: GPL-2.0-only
// What the ranks of a run say to each other, and how atoms are named in messages.
#ifndef POTLEARN_RANKS_H
#define POTLEARN_RANKS_H

#include <mpi.h>

#include <string>
#include <vector>

#include "atom.h"

namespace LAMMPS_NS {

// The words of the lowest rank that has any; none when no rank has.  Every rank calls it.
inline std::string first_words(MPI_Comm world, const std::string& words) {
  int me, ranks, mine, lowest;
  MPI_Comm_rank(world, &me);
  MPI_Comm_size(world, &ranks);
  mine = words.empty() ? ranks : me;
  MPI_Allreduce(&mine, &lowest, 1, MPI_INT, MPI_MIN, world);
  if (lowest == ranks) return "";
  int size = static_cast<int>(words.size());
  MPI_Bcast(&size, 1, MPI_INT, lowest, world);
  std::vector<char> text(words.begin(), words.end());
  text.resize(size);
  MPI_Bcast(text.data(), size, MPI_CHAR, lowest, world);
  return std::string(text.begin(), text.end());
}

// A value that is the largest of all ranks, and the name that belongs to it.
struct Largest {
  double value;
  std::string name;
};

// Every rank calls it.
inline Largest largest_of(MPI_Comm world, double value, const std::string& name) {
  struct {
    double value;
    int rank;
  } mine = {value, 0}, largest = {value, 0};
  MPI_Comm_rank(world, &mine.rank);
  MPI_Allreduce(&mine, &largest, 1, MPI_DOUBLE_INT, MPI_MAXLOC, world);
  return {largest.value, first_words(world, largest.rank == mine.rank ? name : "")};
}

// The atom's id, as in dumps and data files; of a ghost, that of the atom that it is an image of.
inline std::string atom_name(const Atom* atom, int i) {
  return atom->tag ? std::to_string(atom->tag[i]) : "(without an id)";
}

}  // namespace LAMMPS_NS

#endif
