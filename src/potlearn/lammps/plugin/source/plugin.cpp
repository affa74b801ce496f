// SPDX-License-Identifier: GPL-2.0-only
// What LAMMPS's command 'plugin load' looks for.
#include "error.h"
#include "host.h"
#include "lammps.h"

using namespace LAMMPS_NS;

namespace {

// The record that LAMMPS takes from a plugin; its header is not installed with LAMMPS.
struct Record {
  const char *version, *style, *name, *info, *author;
  union {
    void* (*v1)(LAMMPS*);
    void* (*v2)(LAMMPS*, int, char**);
  } creator;
  void* handle;
};

void* create(LAMMPS* lmp) { return make_pair_potlearn(lmp); }

}  // namespace

extern "C" void lammpsplugin_init(void* lmp, void* handle, void* regfunc) {
  Record record = {};
  record.version = host_version();
  record.style = "pair";
  record.name = "potlearn";
  record.info = "potentials fitted with potlearn";
  record.author = "The potlearn developers";
  record.creator.v1 = &create;
  record.handle = handle;
  reinterpret_cast<void (*)(Record*, void*)>(regfunc)(&record, lmp);
}
