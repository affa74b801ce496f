/* Saved potentials in any program: the C interface of libpotlearn.
 *
 * Units are eV and Å.  A function that fails writes a sentence into `error` (at most `size` bytes, with the final zero)
 * and returns NULL or a number other than 0; no exception and no signal leaves the library.  A model serves one call at
 * a time; several models are independent of one another. */
#ifndef POTLEARN_H
#define POTLEARN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define POTLEARN_API __attribute__((visibility("default")))
#else
#define POTLEARN_API
#endif

/* Raised whenever a program that was built with an older header must not use the library. */
#define POTLEARN_ABI 2
/* POTLEARN_ABI of the library. */
POTLEARN_API int potlearn_abi(void);

typedef struct potlearn_model potlearn_model;

/* Opens a file that `potlearn export MODEL --to lammps` wrote.  NULL: `error` says why. */
POTLEARN_API potlearn_model* potlearn_open(const char* path, char* error, size_t size);
/* NULL is allowed. */
POTLEARN_API void potlearn_close(potlearn_model* model);

/* Chemical symbols 0, 1, ... n_species - 1; NULL beyond them. */
POTLEARN_API int potlearn_n_species(const potlearn_model* model);
POTLEARN_API const char* potlearn_species(const potlearn_model* model, int k);
/* Largest distance that matters, in Å. */
POTLEARN_API double potlearn_cutoff(const potlearn_model* model);
/* 1 where the file has the part, 0 where it has not: "gamma", "gamma_configuration", "force_std". */
POTLEARN_API int potlearn_has(const potlearn_model* model, const char* part);
/* baseline, avx2 or avx512: the widest that the processor runs, or what the environment variable
 * POTLEARN_INSTRUCTION_SET names. */
POTLEARN_API const char* potlearn_instruction_set(const potlearn_model* model);

/* Atoms and the neighbours of those that are centres.  Images of atoms are atoms of their own. */
typedef struct {
  int n_atoms;             /* N: centres, and atoms that are neighbours only */
  const double* positions; /* (N, 3) Å */
  const int32_t* species;  /* (N) index into the model's species; -1: does not interact */
  int n_centers;           /* C */
  const int32_t* centers;  /* (C) atoms whose energies are formed, each once */
  const int64_t* first;    /* (C + 1) where the neighbours of each centre start, from 0 to P */
  const int32_t* neighbor; /* (P) all neighbours of each centre within the cutoff; others do no harm */
} potlearn_atoms;

/* Everything that the centres contribute; NULL where it is not wanted.  The sum over all centres of all processes is
 * the whole, so what neighbours of other processes get has to be sent to them. */
typedef struct {
  double* energies; /* (C) eV, written */
  double* forces;   /* (N, 3) eV/Å, added to */
  double* virial;   /* (6) eV, -dE/dstrain, xx yy zz yz xz xy, added to */
  double* virials;  /* (N, 6) the same of every atom, half of each pair's to each of its atoms, added to */
} potlearn_results;

/* With so many threads of its own, at least 1; their number changes no bit of the results.  0: done; else `error` says
 * why not, and the results are unspecified. */
POTLEARN_API int potlearn_evaluate(potlearn_model* model, const potlearn_atoms* atoms, int threads,
                                   const potlearn_results* results, char* error, size_t size);

/* How far the potential can be trusted, where the file knows (potlearn_has).  It takes longer than an evaluation: ask
 * for it every so many steps.
 *
 * "gamma": the extrapolation grade of a centre; at most 1 for environments of the training, infinite for species that
 * the training lacked.  (A file of the grade `std` has the standard deviation of the centre's energy instead, eV.)
 *
 * "gamma_configuration": the grade of the mean environments of all centres among those of the training's
 * configurations, which thermal motion averages out of: it shows strains and densities that the grades of hot atoms
 * hide.  It takes two calls: the first gives sums over the own centres, to be added up over processes; the second makes
 * the grade of the sums.
 *
 * "force_std": the expected error of each force component, a standard deviation in eV/Å.  Forces of K models tell it,
 * and centres of several processes add to the forces on an atom.  So it takes two calls: the first gives what the own
 * centres add, to be summed over processes as forces are; the second makes errors of the sums.  NaN where centres
 * within reach are of a species that no network was trained on. */

/* Number of sums; 0: the file has no "gamma_configuration". */
POTLEARN_API int potlearn_n_sums(const potlearn_model* model);
/* K; 0: the file has no "force_std". */
POTLEARN_API int potlearn_n_deviations(const potlearn_model* model);
/* gamma (C), written; sums (n_sums), added to; deviations (N, K, 3) eV/Å, added to; NULL where it is not wanted. */
POTLEARN_API int potlearn_spread(potlearn_model* model, const potlearn_atoms* atoms, int threads, double* gamma,
                                 double* sums, double* deviations, char* error, size_t size);
/* From the sums (n_sums) of all centres: the grade of the configuration, written. */
POTLEARN_API int potlearn_gamma_configuration(const potlearn_model* model, const double* sums, double* gamma,
                                              char* error, size_t size);
/* From summed deviations (n, K, 3) of n atoms, whichever these are: std (n, 3), written. */
POTLEARN_API int potlearn_force_std(const potlearn_model* model, int n, const double* deviations, double* std,
                                    char* error, size_t size);

#ifdef __cplusplus
}
#endif
#endif
