// SPDX-License-Identifier: GPL-2.0-only
// How far a potential can be trusted during a run: grades of atoms, watched or given to fix pair, and expected errors
// of forces.
#include <mpi.h>

#include <cstring>
#include <limits>

#include "atom.h"
#include "comm.h"
#include "error.h"
#include "pair_potlearn.h"
#include "ranks.h"
#include "update.h"

using namespace LAMMPS_NS;

void PairPotlearn::check_watch() {
  if (watch.every < 1)
    error->all(FLERR, POTLEARN_WORDS + ("gamma: expected every 1 step or more, got " + std::to_string(watch.every)));
  if (!(watch.warn <= watch.stop))
    error->all(FLERR, POTLEARN_WORDS + ("gamma: expected a grade that warns, " + std::to_string(watch.warn) +
                                        ", not above the one that stops, " + std::to_string(watch.stop)));
}

// Every rank calls it at the same step, also one without atoms.
void PairPotlearn::watch_grades() {
  find_grades();
  watch_configuration();
  int worst = -1;
  for (int i : lists.centers)
    if (worst < 0 || grades[i] > grades[worst]) worst = i;
  const Largest largest = largest_of(world, worst < 0 ? 0.0 : grades[worst], worst < 0 ? "" : atom_name(atom, worst));
  watched[0] = comm->me == 0 ? largest.value : 0.0;
  if (largest.value <= watch.warn) return;
  const std::string what = "the extrapolation grade of atom " + largest.name + " is " + std::to_string(largest.value) +
                           " at step " + std::to_string(update->ntimestep) + ", above ";
  if (largest.value > watch.stop)
    error->all(FLERR, POTLEARN_WORDS +
                          (what + std::to_string(watch.stop) + ": the potential was not fitted to such environments"));
  if (largest.value > watch.warned && comm->me == 0)
    error->warning(FLERR, POTLEARN_WORDS + (what + std::to_string(watch.warn)));
  if (largest.value > watch.warned) watch.warned = largest.value;
}

// Mean environments are those of the centres of all ranks.  A file without this grade gives NaN.
void PairPotlearn::watch_configuration() {
  std::vector<double> all(grade_sums.size());
  MPI_Reduce(grade_sums.data(), all.data(), static_cast<int>(all.size()), MPI_DOUBLE, MPI_SUM, 0, world);
  if (comm->me) return;
  watched[1] = std::numeric_limits<double>::quiet_NaN();
  char words[1024] = "";
  if (!all.empty() && potlearn_gamma_configuration(model, all.data(), &watched[1], words, sizeof(words))) stop(words);
}

void PairPotlearn::find_grades() {
  if (grades_of == evaluation) return;
  grades.assign(atom->nmax, 0.0);
  grade_sums.assign(potlearn_n_sums(model), 0.0);
  std::vector<double> of_centers(lists.centers.size(), 0.0);
  if (!of_centers.empty()) spread(of_centers.data(), grade_sums.empty() ? nullptr : grade_sums.data(), nullptr);
  for (size_t k = 0; k < of_centers.size(); k++) grades[lists.centers[k]] = of_centers[k];
  grades_of = evaluation;
}

// Centres of other ranks add to the deviations of an atom: one set after the other is sent, as forces are.
void PairPotlearn::find_force_std() {
  if (force_std_of == evaluation) return;
  const size_t sets = potlearn_n_deviations(model);
  deviations.assign(3 * sets * species.size(), 0.0);
  if (!lists.centers.empty()) spread(nullptr, nullptr, deviations.data());
  for (size_t k = 0; k < sets; k++) {
    deviation_set = static_cast<int>(k);
    send_back(comm, this, 0);
  }
  force_std.assign(3 * static_cast<size_t>(atom->nmax), 0.0);
  force_std_rows.resize(atom->nmax);
  for (int i = 0; i < atom->nmax; i++) force_std_rows[i] = &force_std[3 * static_cast<size_t>(i)];
  char words[1024] = "";
  if (atom->nlocal &&
      potlearn_force_std(model, atom->nlocal, deviations.data(), force_std.data(), words, sizeof(words)))
    stop(words);
  force_std_of = evaluation;
}

void PairPotlearn::spread(double* of_centers, double* sums, double* of_forces) {
  const potlearn_atoms atoms = all_atoms();
  char words[1024] = "";
  if (potlearn_spread(model, &atoms, n_threads(), of_centers, sums, of_forces, words, sizeof(words))) stop(words);
}

int PairPotlearn::pack_reverse_comm(int n, int first, double* buffer) {
  const size_t width = 3 * static_cast<size_t>(potlearn_n_deviations(model));
  for (int i = 0; i < n; i++)
    for (int d = 0; d < 3; d++) *buffer++ = deviations[width * (first + i) + 3 * deviation_set + d];
  return 3 * n;
}

void PairPotlearn::unpack_reverse_comm(int n, int* atoms, double* buffer) {
  const size_t width = 3 * static_cast<size_t>(potlearn_n_deviations(model));
  for (int i = 0; i < n; i++)
    for (int d = 0; d < 3; d++) deviations[width * atoms[i] + 3 * deviation_set + d] += *buffer++;
}

// What fix pair calls

void* PairPotlearn::extract(const char* name, int& dimension) {
  dimension = 0;
  const bool known = std::strcmp(name, "gamma_flag") == 0 || std::strcmp(name, "force_std_flag") == 0;
  return known ? &asked : nullptr;
}

void* PairPotlearn::extract_peratom(const char* name, int& columns) {
  const bool gamma = std::strcmp(name, "gamma") == 0;
  if (!model || (!gamma && std::strcmp(name, "force_std") != 0)) return nullptr;
  if (!potlearn_has(model, name))
    error->all(FLERR,
               POTLEARN_WORDS + (file + " has no '" + name + "': fit with expected errors (fit: {solver: bayesian})"));
  columns = gamma ? 0 : 3;
  if (evaluation && gamma) find_grades();
  if (evaluation && !gamma) find_force_std();
  grades.resize(atom->nmax);
  if (force_std_rows.empty()) force_std_rows.push_back(nullptr);
  return gamma ? static_cast<void*>(grades.data()) : static_cast<void*>(force_std_rows.data());
}
