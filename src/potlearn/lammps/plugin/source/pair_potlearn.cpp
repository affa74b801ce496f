// SPDX-License-Identifier: GPL-2.0-only
#include "pair_potlearn.h"

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <thread>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "force.h"
#include "memory.h"
#include "neigh_list.h"
#include "neighbor.h"
#include "ranks.h"
#include "update.h"
#include "utils.h"

using namespace LAMMPS_NS;

namespace {

// LAMMPS's order of a virial, xx yy zz xy xz yz, in the interface's, xx yy zz yz xz xy.
constexpr int VOIGT[6] = {0, 1, 2, 5, 4, 3};

}  // namespace

PairPotlearn::PairPotlearn(LAMMPS* lmp) : PairPeratom(lmp) {
  single_enable = 0;
  restartinfo = 0;
  one_coeff = 1;
  manybody_flag = 1;
  comm_reverse = 3;
  centroidstressflag = CENTROID_NOTAVAIL;
  nextra = 2;
  pvector = watched;
}

PairPotlearn::~PairPotlearn() {
  potlearn_close(model);
  pvector = nullptr;
  if (copymode || !allocated) return;
  memory->destroy(setflag);
  memory->destroy(cutsq);
}

// Input

void PairPotlearn::settings(int narg, char** arg) {
  threads = 0;
  watch = PotlearnWatch();
  for (int k = 0; k < narg;) {
    const std::string word = arg[k];
    const int values = word == "threads" ? 1 : word == "gamma" ? 3 : 0;
    if (!values) error->all(FLERR, POTLEARN_WORDS + ("expected the keyword threads or gamma, got '" + word + "'"));
    if (k + values >= narg)
      error->all(FLERR, POTLEARN_WORDS + (values == 1 ? std::string("expected a number after threads")
                                                      : std::string("expected gamma N WARN STOP: every N steps, and "
                                                                    "the grades that warn and stop")));
    if (values == 1) {
      threads = utils::inumeric(FLERR, arg[k + 1], false, lmp);
    } else {
      watch.every = utils::inumeric(FLERR, arg[k + 1], false, lmp);
      watch.warn = utils::numeric(FLERR, arg[k + 2], false, lmp);
      watch.stop = utils::numeric(FLERR, arg[k + 3], false, lmp);
    }
    if (values == 1 && threads < 1)
      error->all(FLERR, POTLEARN_WORDS + ("expected one thread or more, got " + std::to_string(threads)));
    if (values == 3) check_watch();
    k += 1 + values;
  }
}

void PairPotlearn::coeff(int narg, char** arg) {
  if (narg < 3 || std::strcmp(arg[0], "*") != 0 || std::strcmp(arg[1], "*") != 0)
    error->all(FLERR, std::string(POTLEARN_WORDS) + "expected pair_coeff * * FILE ELEMENT ELEMENT ...");
  if (narg - 3 != atom->ntypes)
    error->all(FLERR, POTLEARN_WORDS + ("expected an element or NULL for each of the " + std::to_string(atom->ntypes) +
                                        " atom types after " + arg[2] + ", got " + std::to_string(narg - 3)));
  if (!allocated) allocate();
  open_model(arg[2]);
  if (watch.every && !potlearn_has(model, "gamma"))
    error->all(FLERR, POTLEARN_WORDS + (file + " has no extrapolation grades, which the keyword gamma needs: fit with "
                                               "expected errors (fit: {solver: bayesian})"));
  map_types(narg - 3, arg + 3);
}

void PairPotlearn::allocate() {
  const int n = atom->ntypes + 1;
  memory->create(setflag, n, n, "pair:setflag");
  memory->create(cutsq, n, n, "pair:cutsq");
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++) {
      setflag[i][j] = 0;
      cutsq[i][j] = 0.0;
    }
  allocated = 1;
}

// Every rank reads the file.  All of them stop with the words of the first that fails.
void PairPotlearn::open_model(const char* name) {
  char words[1024] = "";
  const std::string found = utils::get_potential_file_path(name);
  potlearn_close(model);
  model = potlearn_open(found.empty() ? name : found.c_str(), words, sizeof(words));
  file = name;
  const std::string failure = first_words(world, model ? "" : words);
  if (!failure.empty()) error->all(FLERR, POTLEARN_WORDS + failure);
}

void PairPotlearn::map_types(int ntypes, char** words) {
  type_species.assign(ntypes + 1, -1);
  for (int type = 1; type <= ntypes; type++) type_species[type] = species_named(words[type - 1], type);
  // Beside other styles of a hybrid, types without an element are theirs.
  const bool alone = force->pair == this;
  for (int i = 1; i <= ntypes; i++)
    for (int j = 1; j <= ntypes; j++) setflag[i][j] = alone || (type_species[i] >= 0 && type_species[j] >= 0);
}

int32_t PairPotlearn::species_named(const char* element, int type) const {
  if (std::strcmp(element, "NULL") == 0) return -1;
  std::string known;
  for (int k = 0; k < potlearn_n_species(model); k++) {
    if (std::strcmp(element, potlearn_species(model, k)) == 0) return k;
    known += (k ? ", " : "") + std::string(potlearn_species(model, k));
  }
  error->all(FLERR, POTLEARN_WORDS + ("atom type " + std::to_string(type) + ": expected one of " + known +
                                      " (the elements in " + file + ") or NULL, got '" + element + "'"));
  return -1;
}

// Set-up of a run

void PairPotlearn::init_style() {
  if (!force->newton_pair)
    error->all(FLERR, std::string(POTLEARN_WORDS) + "expected 'newton on' (forces act on ghost atoms)");
  if (std::strcmp(update->unit_style, "metal") != 0)
    error->all(FLERR,
               POTLEARN_WORDS + ("expected 'units metal' (eV and Å), got units " + std::string(update->unit_style)));
  watch.warned = 0.0;
  request_full_list(lmp, this, instance_me);
}

void PairPotlearn::init_list(int id, NeighList* ptr) {
  Pair::init_list(id, ptr);
  check_communication();
  lists.ncalls = lists.lastcall = -1;
}

double PairPotlearn::init_one(int i, int j) {
  if (!setflag[i][j])
    error->all(FLERR,
               POTLEARN_WORDS + ("no pair_coeff for atom types " + std::to_string(i) + " and " + std::to_string(j)));
  return type_species[i] >= 0 && type_species[j] >= 0 ? potlearn_cutoff(model) : 0.0;
}

// A step

void PairPotlearn::compute(int eflag, int vflag) {
  ev_init(eflag, vflag);
  evaluation++;
  const int n = atom->nlocal + atom->nghost;
  take_species(n);
  if (neighbor->ago == 0 || lists.ncalls != neighbor->ncalls || lists.lastcall != neighbor->lastcall) take_lists();

  if (!lists.centers.empty()) {
    double total[6] = {};
    energies.assign(eflag_either ? lists.centers.size() : 0, 0.0);
    virials.assign(vflag_atom ? 6 * static_cast<size_t>(n) : 0, 0.0);

    const potlearn_atoms atoms = all_atoms();
    potlearn_results results = {};
    results.energies = eflag_either ? energies.data() : nullptr;
    results.forces = atom->f[0];
    results.virial = vflag_global ? total : nullptr;
    results.virials = vflag_atom ? virials.data() : nullptr;
    char words[1024] = "";
    if (potlearn_evaluate(model, &atoms, n_threads(), &results, words, sizeof(words))) stop(words + closest_atoms());
    if (eflag_either) add_energies();
    if (vflag_atom) add_virials(n);
    if (vflag_global)
      for (int v = 0; v < 6; v++) virial[v] += total[VOIGT[v]];
  }
  if (vflag_fdotr) virial_fdotr_compute();
  if (watch.every && update->ntimestep % watch.every == 0) watch_grades();
}

int PairPotlearn::n_threads() const { return threads ? threads : comm->nthreads; }

// Types may change between neighbour lists (fix atom/swap).
void PairPotlearn::take_species(int n) {
  species.resize(n);
  for (int i = 0; i < n; i++) species[i] = type_species[atom->type[i]];
}

void PairPotlearn::take_lists() {
  size_t pairs = 0;
  for (int ii = 0; ii < list->inum; ii++) pairs += list->numneigh[list->ilist[ii]];
  lists.centers.assign(list->ilist, list->ilist + list->inum);
  lists.first.resize(list->inum + 1);
  lists.neighbor.resize(pairs);
  int32_t* next = lists.neighbor.data();
  lists.first[0] = 0;
  for (int ii = 0; ii < list->inum; ii++) {
    const int i = list->ilist[ii], count = list->numneigh[i];
    const int* of_i = list->firstneigh[i];
    for (int k = 0; k < count; k++) *next++ = of_i[k] & NEIGHMASK;
    lists.first[ii + 1] = lists.first[ii] + count;
  }
  lists.ncalls = neighbor->ncalls;
  lists.lastcall = neighbor->lastcall;
}

potlearn_atoms PairPotlearn::all_atoms() {
  potlearn_atoms atoms = {};
  atoms.n_atoms = static_cast<int>(species.size());
  atoms.positions = atom->x[0];
  atoms.species = species.data();
  atoms.n_centers = static_cast<int>(lists.centers.size());
  atoms.centers = lists.centers.data();
  atoms.first = lists.first.data();
  atoms.neighbor = lists.neighbor.data();
  return atoms;
}

void PairPotlearn::add_energies() {
  double total = 0.0;
  for (size_t k = 0; k < energies.size(); k++) {
    total += energies[k];
    if (eflag_atom) eatom[lists.centers[k]] += energies[k];
  }
  if (eflag_global) eng_vdwl += total;
}

void PairPotlearn::add_virials(int n) {
  for (int i = 0; i < n; i++)
    for (int v = 0; v < 6; v++) vatom[i][v] += virials[6 * static_cast<size_t>(i) + VOIGT[v]];
}

// Ghost atoms that LAMMPS does not send would be missing without a word.
void PairPotlearn::check_communication() const {
  const double known = comm->get_comm_cutoff(), reach = potlearn_cutoff(model);
  if (known < reach)
    error->all(FLERR, POTLEARN_WORDS +
                          ("ghost atoms are known within " + std::to_string(known) + " Å, and the potential reaches " +
                           std::to_string(reach) + " Å: raise comm_modify cutoff"));
}

// What a person needs to find the fault: the closest two atoms, or one whose position is no number.
std::string PairPotlearn::closest_atoms() const {
  double least = std::numeric_limits<double>::infinity();
  int a = -1, b = -1;
  double** x = atom->x;
  for (size_t k = 0; k < lists.centers.size(); k++) {
    const int i = lists.centers[k];
    if (!std::isfinite(x[i][0] + x[i][1] + x[i][2]))
      return "; step " + std::to_string(update->ntimestep) + ": the position of atom " + atom_name(atom, i) +
             " is not finite";
    for (int64_t p = lists.first[k]; p < lists.first[k + 1]; p++) {
      const int j = lists.neighbor[p];
      const double r =
          std::sqrt(std::pow(x[i][0] - x[j][0], 2) + std::pow(x[i][1] - x[j][1], 2) + std::pow(x[i][2] - x[j][2], 2));
      if (r < least) {
        least = r;
        a = i;
        b = j;
      }
    }
  }
  if (a < 0) return "; step " + std::to_string(update->ntimestep);
  return "; step " + std::to_string(update->ntimestep) + ": the closest atoms are " + atom_name(atom, a) + " and " +
         atom_name(atom, b) + ", " + std::to_string(least) + " Å apart";
}

// One rank has found a fault, and the others may be waiting for it.  MPI ends them all at once then; words that are
// still on their way would be lost.
void PairPotlearn::stop(const std::string& words) {
  try {
    error->one(FLERR, POTLEARN_WORDS + words);
  } catch (...) {
    std::fflush(nullptr);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    throw;
  }
}

double PairPotlearn::memory_usage() {
  double bytes = Pair::memory_usage();
  bytes += sizeof(int32_t) * (lists.centers.capacity() + lists.neighbor.capacity() + species.capacity());
  bytes += sizeof(int64_t) * lists.first.capacity();
  bytes += sizeof(double) * (energies.capacity() + virials.capacity() + grades.capacity() + deviations.capacity() +
                             force_std.capacity());
  return bytes;
}
