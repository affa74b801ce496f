// SPDX-License-Identifier: GPL-2.0-only
// Names of fmt that the headers of a LAMMPS mention when it is installed without its own fmt/format.h.  Nothing
// here is called: the sources beside it pass finished texts to LAMMPS.
#ifndef POTLEARN_FMT_NAMES_H
#define POTLEARN_FMT_NAMES_H

namespace fmt {

struct string_view {
  template <typename S>
  string_view(const S&) {}
};
struct format_args {};

template <typename... Args, typename... Values>
format_args make_args_checked(const Values&...) {
  return {};
}
template <typename... Values>
format_args make_format_args(const Values&...) {
  return {};
}

}  // namespace fmt

#endif
