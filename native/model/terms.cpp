#include "terms.hpp"

namespace potlearn {
namespace {

struct Kind {
  const char* name;
  std::unique_ptr<Term> (*read)(const TermFile&);
};
const Kind KINDS[] = {{"linear", read_linear}, {"network", read_network}, {"wall", read_wall}};

}  // namespace

std::unique_ptr<Term> read_term(const std::string& kind, const TermFile& given) {
  for (const Kind& known : KINDS) {
    if (kind == known.name) return known.read(given);
  }
  given.file.fail("it has a term '" + kind + "', which this potlearn does not know; update it");
}

}  // namespace potlearn
