#include "model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>

#include "errors.hpp"
#include "kernel.hpp"

namespace potlearn {
namespace {

constexpr std::size_t MOST_SPECIES = 200;
// Part of the cutoff below which a range is short.
constexpr double SHORT = 0.8;

}  // namespace

std::string usual_instruction_set() {
  const std::vector<std::string> known = instruction_sets();
  const char* asked = std::getenv("POTLEARN_INSTRUCTION_SET");
  if (!asked || !*asked) return known.back();
  if (std::find(known.begin(), known.end(), asked) != known.end()) return asked;
  std::string words;
  for (const std::string& name : known) words += (words.empty() ? "" : ", ") + name;
  throw std::invalid_argument("POTLEARN_INSTRUCTION_SET is '" + std::string(asked) +
                              "'; expected one that this processor runs: " + words);
}

Model::Model(const std::string& path, const std::string& instruction_set) : instruction_set_(instruction_set) {
  const ArrayFile file(path);
  species_ = file.words("species");
  cutoff_ = file.number("cutoff");
  if (!(cutoff_ > 0 && std::isfinite(cutoff_))) file.fail("expected a positive cutoff; write the file again");
  const auto term = [](const TermFile& given) { return read_term(given.file.text(given.name("kind")), given); };
  for (int k = 0; file.has("term" + std::to_string(k) + ".kind"); ++k)
    terms_.push_back(read_part<Term>(file, "term" + std::to_string(k) + ".", term));
  if (terms_.empty()) file.fail("it has no term; write the file again");
  for (const Numbered<Term>& found : terms_)
    if (found.part->cutoff() < SHORT * cutoff_) near_ = std::max(near_, found.part->cutoff());
  if (file.has("grade.maps"))
    grade_ = read_part<Grade>(file, "grade.", [](const TermFile& given) { return std::make_unique<Grade>(given); });
  if (file.has("deviations.kind")) deviations_ = read_part<Deviations>(file, "deviations.", read_deviations);
}

template <class T, class F>
Model::Numbered<T> Model::read_part(const ArrayFile& file, const std::string& prefix, F&& read) const {
  const std::vector<std::string> own = file.words(prefix + "species");
  if (own.size() > MOST_SPECIES) file.fail("a part of too many species; write the file again");
  Numbered<T> found;
  try {
    found.part = read(TermFile{file, prefix, int(own.size()), instruction_set_});
  } catch (const std::invalid_argument& error) {
    file.fail(std::string(error.what()) + "; write the file again");
  }
  bool same = true;
  for (const std::string& symbol : species_) {
    const auto at = std::find(own.begin(), own.end(), symbol);
    if (at == own.end()) file.fail("a part lacks the species " + symbol + "; write the file again");
    same &= std::size_t(at - own.begin()) == found.numbers.size();
    found.numbers.push_back(std::int32_t(at - own.begin()));
  }
  if (same) found.numbers.clear();
  return found;
}

void Model::evaluate(const Surroundings& given, int threads, const Sums& sums) {
  expect(threads >= 1, "the number of threads must be at least 1");
  const Interacting atoms(given, int(species_.size()));
  atoms.for_centers(sums.energies, [&](Span<double> energies) {
    std::fill(energies.begin(), energies.end(), 0.0);
    add_terms(atoms, threads, {energies, sums.forces, sums.virial, sums.atom_virials});
  });
}

void Model::add_terms(const Interacting& atoms, int threads, const Sums& sums) {
  atoms.as_system({}, atoms.pairs(), [&](const System& whole) {
    const PairList near = near_ > 0 ? near_pairs_.find(whole, atoms.pairs(), near_, threads) : PairList{};
    for (const Numbered<Term>& term : terms_) {
      const bool is_short = term.part->cutoff() <= near_;
      const PairList pairs = is_short ? of_term_.find(whole, near, term.part->cutoff(), threads) : atoms.pairs();
      if (pairs.neighbor.empty() && term.part->needs_pairs()) continue;
      atoms.as_system(term.numbers, pairs, [&](const System& system) { term.part->add(system, threads, sums); });
    }
  });
}

void Model::spread(const Surroundings& given, int threads, const Spread& wanted) {
  expect(threads >= 1, "the number of threads must be at least 1");
  const Interacting atoms(given, int(species_.size()));
  if (!wanted.grades.empty() || !wanted.grade_sums.empty())
    atoms.for_centers(wanted.grades, [&](Span<double> own) {
      atoms.as_system(grade_.numbers, atoms.pairs(),
                      [&](const System& system) { grade_.part->grade(system, threads, own, wanted.grade_sums); });
    });
  if (!wanted.deviations.empty())
    atoms.as_system(deviations_.numbers, atoms.pairs(),
                    [&](const System& system) { deviations_.part->add(system, threads, wanted.deviations); });
}

double Model::configuration_grade(Span<const double> sums) const {
  expect(n_grade_sums() > 0, "the potential has no grade of configurations (gamma_configuration)");
  return grade_.part->configuration(sums);
}

void Model::force_std(Span<const double> deviations, Span<double> out) const {
  expect(n_deviations() > 0, "the potential has no expected errors of forces (force_std)");
  deviations_.part->std(deviations, out);
}

}  // namespace potlearn
