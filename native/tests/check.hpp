// Tests without a framework: TEST(name) { CHECK(...); }.  A failed check is printed; the test goes on.
#pragma once

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace check {

struct Test {
  std::string name;
  std::function<void()> run;
};

inline std::vector<Test>& tests() {
  static std::vector<Test> all;
  return all;
}

inline int failures = 0;

inline bool add(std::string name, std::function<void()> run) {
  tests().push_back({std::move(name), std::move(run)});
  return true;
}

inline void fail(const char* file, int line, const char* what) {
  std::printf("%s:%d: failed: %s\n", file, line, what);
  ++failures;
}

}  // namespace check

#define TEST(name)                                                          \
  static void name();                                                       \
  static const bool added_##name = ::check::add(__FILE__ ": " #name, name); \
  static void name()

#define CHECK(condition)                                             \
  do {                                                               \
    if (!(condition)) ::check::fail(__FILE__, __LINE__, #condition); \
  } while (false)

// The expression throws the error, with words that contain `text`.
#define CHECK_THROWS(expression, error, text)                                               \
  do {                                                                                      \
    bool threw = false;                                                                     \
    try {                                                                                   \
      expression;                                                                           \
    } catch (const error& caught) {                                                         \
      threw = std::string(caught.what()).find(text) != std::string::npos;                   \
    }                                                                                       \
    if (!threw) ::check::fail(__FILE__, __LINE__, #expression " throws " #error ": " text); \
  } while (false)
