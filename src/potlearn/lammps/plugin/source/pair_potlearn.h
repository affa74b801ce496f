// SPDX-License-Identifier: GPL-2.0-only
// Pair style potlearn for LAMMPS: energies and forces of a potential that potlearn wrote.
#ifndef LMP_PAIR_POTLEARN_H
#define LMP_PAIR_POTLEARN_H

#include <cstdint>
#include <string>
#include <vector>

#include "pair.h"
#include "potlearn.h"

namespace LAMMPS_NS {

// LAMMPS's neighbour lists in the form that the C interface takes, kept until LAMMPS makes new ones.
struct PotlearnLists {
  std::vector<int32_t> centers;
  std::vector<int64_t> first;
  std::vector<int32_t> neighbor;
  bigint ncalls = -1;  // the lists that these are made from: Neighbor::ncalls and lastcall
  bigint lastcall = -1;
};

class PairPotlearn : public Pair {
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

 private:
  potlearn_model* model = nullptr;
  std::string file;                   // of the model, as pair_coeff named it
  int threads = 0;                    // 0: as many as LAMMPS has
  std::vector<int32_t> type_species;  // of each atom type; -1: does not interact
  PotlearnLists lists;
  std::vector<int32_t> species;  // of each atom, ghosts included
  std::vector<double> energies;  // of each centre
  std::vector<double> virials;   // (atoms, 6)

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
  std::string closest_atoms() const;
};

}  // namespace LAMMPS_NS

#endif
