// The C interface: sizes and pointers checked, errors as words.
#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "errors.hpp"
#include "model.hpp"
#include "potlearn.h"

using potlearn::expect;
using potlearn::Span;

struct potlearn_model {
  potlearn::Model model;
  // Room for what the caller does not want.
  std::vector<double> energies, forces, virial;
};

namespace {

void say(const char* words, char* error, std::size_t size) {
  if (!error || size == 0) return;
  const std::size_t length = std::min(std::strlen(words), size - 1);
  std::memcpy(error, words, length);
  error[length] = 0;
}

// Runs f; its exceptions become words.  Returns whether there was none.
template <class F>
bool guarded(char* error, std::size_t size, F&& f) noexcept {
  try {
    f();
    return true;
  } catch (const std::bad_alloc&) {
    say("there is not enough memory", error, size);
  } catch (const std::exception& caught) {
    say(caught.what(), error, size);
  } catch (...) {
    say("something went wrong", error, size);
  }
  return false;
}

std::size_t count(int n) {
  expect(n >= 0, "numbers of atoms and centres must not be negative");
  return std::size_t(n);
}

template <class T>
Span<const T> given(const T* data, std::size_t size) {
  expect(data || size == 0, "an array is missing");
  return {data, size};
}

potlearn::Surroundings surroundings(const potlearn_atoms& atoms) {
  const std::size_t n = count(atoms.n_atoms), c = count(atoms.n_centers);
  const Span<const std::int64_t> first = given(atoms.first, c + 1);
  expect(first[c] >= 0, "first must run from 0 to P");
  return {given(atoms.positions, 3 * n), given(atoms.species, n), given(atoms.centers, c), first,
          given(atoms.neighbor, std::size_t(first[c]))};
}

Span<double> wanted(double* data, std::size_t size) { return data ? Span<double>{data, size} : Span<double>{}; }

// What the caller gave, or room of our own.
Span<double> output(double* data, std::size_t size, std::vector<double>& room) {
  if (data) return {data, size};
  room.resize(size);
  return {room.data(), size};
}

}  // namespace

int potlearn_abi(void) { return POTLEARN_ABI; }

potlearn_model* potlearn_open(const char* path, char* error, size_t size) {
  std::unique_ptr<potlearn_model> found;
  guarded(error, size, [&] {
    expect(path, "expected the path of a file");
    found.reset(new potlearn_model{{path, potlearn::usual_instruction_set()}, {}, {}, {}});
  });
  return found.release();
}

void potlearn_close(potlearn_model* model) { delete model; }

int potlearn_n_species(const potlearn_model* model) { return int(model->model.species().size()); }

const char* potlearn_species(const potlearn_model* model, int k) {
  return k < 0 || k >= potlearn_n_species(model) ? nullptr : model->model.species()[std::size_t(k)].c_str();
}

double potlearn_cutoff(const potlearn_model* model) { return model->model.cutoff(); }

int potlearn_has(const potlearn_model* model, const char* part) {
  const std::string asked = part ? part : "";
  return (asked == "gamma" && model->model.has_grade()) ||
         (asked == "gamma_configuration" && potlearn_n_sums(model) > 0) ||
         (asked == "force_std" && potlearn_n_deviations(model) > 0);
}

const char* potlearn_instruction_set(const potlearn_model* model) { return model->model.instruction_set().c_str(); }

int potlearn_evaluate(potlearn_model* model, const potlearn_atoms* atoms, int threads, const potlearn_results* results,
                      char* error, size_t size) {
  return !guarded(error, size, [&] {
    expect(model && atoms && results, "a model, atoms and results are needed");
    const potlearn::Surroundings around = surroundings(*atoms);
    const std::size_t n = around.species.size;
    model->model.evaluate(
        around, threads,
        {output(results->energies, around.centers.size, model->energies), output(results->forces, 3 * n, model->forces),
         output(results->virial, 6, model->virial), wanted(results->virials, 6 * n)});
  });
}

int potlearn_n_sums(const potlearn_model* model) { return int(model->model.n_grade_sums()); }

int potlearn_n_deviations(const potlearn_model* model) { return model->model.n_deviations(); }

int potlearn_spread(potlearn_model* model, const potlearn_atoms* atoms, int threads, double* gamma, double* sums,
                    double* deviations, char* error, size_t size) {
  return !guarded(error, size, [&] {
    expect(model && atoms, "a model and atoms are needed");
    const potlearn::Surroundings around = surroundings(*atoms);
    const std::size_t width = 3 * std::size_t(potlearn_n_deviations(model));
    expect(!gamma || model->model.has_grade(), "the potential has no grade (gamma)");
    expect(!sums || model->model.n_grade_sums(), "the potential has no grade of configurations (gamma_configuration)");
    expect(!deviations || width > 0, "the potential has no expected errors of forces (force_std)");
    model->model.spread(around, threads,
                        {wanted(gamma, around.centers.size), wanted(sums, model->model.n_grade_sums()),
                         wanted(deviations, width * around.species.size)});
  });
}

int potlearn_gamma_configuration(const potlearn_model* model, const double* sums, double* gamma, char* error,
                                 size_t size) {
  return !guarded(error, size, [&] {
    expect(model && gamma, "a model and a place for the grade are needed");
    *gamma = model->model.configuration_grade(given(sums, model->model.n_grade_sums()));
  });
}

int potlearn_force_std(const potlearn_model* model, int n, const double* deviations, double* std, char* error,
                       size_t size) {
  return !guarded(error, size, [&] {
    expect(model, "a model is needed");
    const std::size_t atoms = count(n), width = 3 * std::size_t(potlearn_n_deviations(model));
    expect(std || n == 0, "an array is missing");
    model->model.force_std(given(deviations, width * atoms), {std, 3 * atoms});
  });
}
