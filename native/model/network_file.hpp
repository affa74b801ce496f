// A network whose arrays are read from a file.
#pragma once

#include "network.hpp"
#include "term.hpp"

namespace potlearn {

// Throws FileError, std::invalid_argument.
Network read_layers(const TermFile& given, int n_features);

}  // namespace potlearn
