// SPDX-License-Identifier: GPL-2.0-only
// Pair style potlearn for LAMMPS: energies and forces of a potential that potlearn wrote.
#ifndef LMP_PAIR_POTLEARN_H
#define LMP_PAIR_POTLEARN_H

#include <cstdint>
#include <string>
#include <vector>

#include "pair.h"
#include "potlearn.h"
#include "versions.h"

namespace LAMMPS_NS {

// How messages begin.
const char POTLEARN_WORDS[] = "pair_style potlearn: ";

// pair_style potlearn gamma N WARN STOP: how often grades are looked at, and the limits.
struct PotlearnWatch {
  int every = 0;  // 0: never
  double warn = 0.0, stop = 0.0;
  double warned = 0.0;  // largest grade that a warning of this run named
};

// LAMMPS's neighbour lists in the form that the C interface takes, kept until LAMMPS makes new ones.
struct PotlearnLists {
  std::vector<int32_t> centers;
  std::vector<int64_t> first;
  std::vector<int32_t> neighbor;
  bigint ncalls = -1;  // the lists that these are made from: Neighbor::ncalls and lastcall
  bigint lastcall = -1;
};

class PairPotlearn : public PairPeratom {
 public:
  PairPotlearn(class LAMMPS*);
  ~PairPotlearn() override;

  void settings(int, char**) override;
  void coeff(int, char**) override;
  void init_style() override;
  void init_list(int, class NeighList*) override;
  double init_one(int, int) override;
  void compute(int, int) override;
  double memory_usage() override;

  // Grades of atoms and expected errors of forces: pair_potlearn_errors.cpp
  void* extract(const char*, int&) override;
  void* extract_peratom(const char*, int&) override;
  int pack_reverse_comm(int, int, double*) override;
  void unpack_reverse_comm(int, int*, double*) override;

 private:
  potlearn_model* model = nullptr;
  std::string file;                   // of the model, as pair_coeff named it
  int threads = 0;                    // 0: as many as LAMMPS has
  std::vector<int32_t> type_species;  // of each atom type; -1: does not interact
  PotlearnLists lists;
  std::vector<int32_t> species;  // of each atom, ghosts included
  std::vector<double> energies;  // of each centre
  std::vector<double> virials;   // (atoms, 6)

  PotlearnWatch watch;
  double watched[2] = {};      // for compute pair, which adds up ranks, on the first: the largest grade of all atoms,
                               // and that of the configuration
  int asked = 0;               // for fix pair, which may set it: values are made when they are asked for
  long evaluation = 0;         // number of calls of compute
  std::vector<double> grades;  // of each atom, made in evaluation grades_of
  std::vector<double> grade_sums;  // of the own centres, for the grade of the configuration
  long grades_of = -1;
  std::vector<double> deviations;  // (atoms, sets, 3)
  std::vector<double> force_std;   // (atoms, 3)
  std::vector<double*> force_std_rows;
  long force_std_of = -1;
  int deviation_set = 0;  // which of the sets is being sent

  void allocate();
  void open_model(const char*);
  void map_types(int, char**);
  int32_t species_named(const char*, int type) const;
  void take_lists();
  void take_species(int n);
  potlearn_atoms all_atoms();
  void add_energies();
  void add_virials(int n);
  void check_communication() const;
  void check_watch();
  void watch_grades();
  void find_grades();
  void watch_configuration();
  void find_force_std();
  void spread(double*, double*, double*);
  int n_threads() const;
  std::string closest_atoms() const;
  [[noreturn]] void stop(const std::string&);
};

}  // namespace LAMMPS_NS

#endif
