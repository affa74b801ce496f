#include <cstdio>
#include <exception>

#include "check.hpp"

int main() {
  for (const check::Test& test : check::tests()) {
    try {
      test.run();
    } catch (const std::exception& error) {
      std::printf("%s: %s\n", test.name.c_str(), error.what());
      ++check::failures;
    }
  }
  std::printf("%zu tests, %d failures\n", check::tests().size(), check::failures);
  return check::failures != 0;
}
