// SPDX-License-Identifier: GPL-2.0-only
// What differs between versions of LAMMPS; the compiler finds which one it has before it.
#ifndef POTLEARN_VERSIONS_H
#define POTLEARN_VERSIONS_H

#include <string>

#include "comm.h"
#include "error.h"
#include "neighbor.h"
#include "pair.h"

namespace LAMMPS_NS {

// Values per atom of a pair style, for fix pair (2022): a new function in versions before.
class PairPeratom : public Pair {
 public:
  using Pair::Pair;
  virtual void* extract_peratom(const char*, int&) { return nullptr; }
};

// What ghost atoms got is sent to the atoms that they are images of.
template <typename C>
auto send_back(C* comm, Pair* pair, int) -> decltype(comm->reverse_comm(pair), void()) {
  comm->reverse_comm(pair);
}

template <typename C>
void send_back(C* comm, Pair* pair, long) {
  comm->reverse_comm_pair(pair);
}

// A full neighbour list.

// Requests before Neighbor::add_request (2022): their class is in a header that LAMMPS does not install.  The
// first members are declared by hand; the values that a new request has tell whether they are as expected.
struct RequestByHand : public Pointers {
  explicit RequestByHand(LAMMPS* lmp) : Pointers(lmp) {}
  int index;
  void* requestor;
  int requestor_instance, id;
  int pair, fix, compute, command, neigh;
  int half, full;

  bool as_expected(const void* pair_style, int instance) const {
    return requestor == pair_style && requestor_instance == instance && id == 0 && pair == 1 && fix == 0 &&
           compute == 0 && command == 0 && neigh == 0 && half == 1 && full == 0;
  }
};

template <typename N>
auto request_full_list(LAMMPS*, N* neighbor, Pair* pair, int, int) -> decltype(neighbor->add_request(pair, 1), void()) {
  constexpr int FULL = 1 << 0;  // NeighConst::REQ_FULL
  neighbor->add_request(pair, FULL);
}

template <typename N>
void request_full_list(LAMMPS* lmp, N* neighbor, Pair* pair, int instance, long) {
  const int k = neighbor->request(pair, instance);
  auto* request = reinterpret_cast<RequestByHand*>(neighbor->requests[k]);
  if (!request->as_expected(pair, instance))
    lmp->error->all(FLERR, std::string("pair_style potlearn: this LAMMPS keeps requests for neighbour "
                                       "lists in a way that is not known; use a newer LAMMPS"));
  request->half = 0;
  request->full = 1;
}

inline void request_full_list(LAMMPS* lmp, Pair* pair, int instance) {
  request_full_list(lmp, lmp->neighbor, pair, instance, 0);
}

}  // namespace LAMMPS_NS

#endif
