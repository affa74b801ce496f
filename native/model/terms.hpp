// The kinds of terms, each in a file of its own.
#pragma once

#include <memory>

#include "term.hpp"

namespace potlearn {

std::unique_ptr<Term> read_linear(const TermFile& given);
std::unique_ptr<Term> read_network(const TermFile& given);
std::unique_ptr<Term> read_wall(const TermFile& given);

}  // namespace potlearn
