"""One POD basis with all functions of several: one pass over the data serves them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from potlearn.descriptors.pod.descriptor import POD
from potlearn.descriptors.pod.limits import ORDERS


def united(members: Sequence[POD]) -> POD:
    """The largest number of radial functions and angular degree of every body order.

    Members agree in species and radial settings and have no clusters.  Which six-body products
    there are depends on the numbers of angular functions, so that some of a member's may be absent.
    """
    names = [f"{order}body_number_radial_basis_functions" for order in ORDERS.values()]
    names += [f"{order}body_angular_degree" for q, order in ORDERS.items() if q > 2]
    largest = {name: max(getattr(member, name) for member in members) for name in names}
    return replace(members[0], **largest, kept=None)
