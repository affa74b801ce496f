#include "model.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <stdexcept>

#include "errors.hpp"
#include "interacting.hpp"
#include "kernel.hpp"

namespace potlearn {
namespace {

constexpr std::size_t MOST_SPECIES = 200;

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
  for (int k = 0; file.has("term" + std::to_string(k) + ".kind"); ++k)
    parts_.push_back(read_part(file, "term" + std::to_string(k) + "."));
  if (parts_.empty()) file.fail("it has no term; write the file again");
}

Model::Part Model::read_part(const ArrayFile& file, const std::string& prefix) const {
  const std::vector<std::string> own = file.words(prefix + "species");
  if (own.size() > MOST_SPECIES) file.fail("a term of too many species; write the file again");
  Part part;
  part.term = read_term(file.text(prefix + "kind"), {file, prefix, int(own.size()), instruction_set_});
  for (const std::string& symbol : species_) {
    const auto at = std::find(own.begin(), own.end(), symbol);
    if (at == own.end()) file.fail("a term lacks the species " + symbol + "; write the file again");
    part.renumbered.push_back(std::int32_t(at - own.begin()));
  }
  bool same = true;
  for (std::size_t k = 0; k < part.renumbered.size(); ++k) same &= part.renumbered[k] == std::int32_t(k);
  if (same) part.renumbered.clear();
  return part;
}

void Model::evaluate(const Surroundings& given, int threads, const Sums& sums) {
  expect(threads >= 1, "the number of threads must be at least 1");
  std::fill(sums.energies.begin(), sums.energies.end(), 0.0);
  const Interacting atoms(given, int(species_.size()));
  std::vector<double> energies(atoms.subset() ? atoms.centers().size : 0);
  Sums own = sums;
  if (atoms.subset()) own.energies = {energies.data(), energies.size()};
  for (const Part& part : parts_) {
    const std::vector<std::int32_t> species = atoms.renumbered(part.renumbered);
    const Span<const std::int32_t> used =
        species.empty() ? atoms.species() : Span<const std::int32_t>{species.data(), species.size()};
    const System system(given.positions, used, atoms.centers(), atoms.first(), atoms.neighbor(), {});
    part.term->add(system, threads, own);
  }
  for (std::size_t c = 0; c < energies.size(); ++c) sums.energies[atoms.place(c)] = energies[c];
}

}  // namespace potlearn
