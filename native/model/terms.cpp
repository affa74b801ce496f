#include "terms.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

namespace potlearn {
namespace {

struct Kind {
  const char* name;
  std::unique_ptr<Term> (*read)(const TermFile&);
};
const Kind KINDS[] = {{"linear", read_linear}, {"network", read_network}, {"wall", read_wall}};

}  // namespace

void Term::try_alone(int n_species) {
  const std::size_t n = std::size_t(n_species);
  const std::vector<double> positions(3 * n);
  std::vector<double> energies(n), forces(3 * n), virial(6);
  std::vector<std::int32_t> species(n);
  std::iota(species.begin(), species.end(), 0);
  const std::vector<std::int64_t> first(n + 1);
  const System alone({positions.data(), 3 * n}, {species.data(), n}, {species.data(), n}, {first.data(), n + 1}, {});
  add(alone, 1, {{energies.data(), n}, {forces.data(), 3 * n}, {virial.data(), 6}, {}});
  needs_pairs_ = std::all_of(energies.begin(), energies.end(), [](double energy) { return energy == 0; });
}

std::unique_ptr<Term> read_term(const std::string& kind, const TermFile& given) {
  for (const Kind& known : KINDS) {
    if (kind != known.name) continue;
    std::unique_ptr<Term> term = known.read(given);
    term->try_alone(given.n_species);
    return term;
  }
  given.file.fail("it has a term '" + kind + "', which this potlearn does not know; update it");
}

}  // namespace potlearn
