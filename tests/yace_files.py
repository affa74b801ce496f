"""Invented `.yace` potentials of every kind, as nested dictionaries and as text."""

from itertools import combinations_with_replacement, product
from math import sqrt

import numpy as np

MINIMAL = """\
# comments are allowed anywhere (plain YAML)
elements: [Cu]
E0: [-1.5]
deltaSplineBins: 0.001
embeddings:
  0: {ndensity: 1, FS_parameters: [1.0, 1.0], npoti: FinnisSinclair, rho_core_cutoff: 100000.0, \
drho_core_cutoff: 250.0}
bonds:
  [0, 0]: {nradmax: 1, lmax: 2, nradbasemax: 2, radbasename: ChebExpCos, radparameters: [3.0], \
radcoefficients: [[[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]], prehc: 0.0, lambdahc: 1.0, rcut: 5.0, \
dcut: 0.01, rcut_in: 0.0, dcut_in: 0.01, inner_cutoff_type: distance}
functions:
  0:
    - {mu0: 0, rank: 1, ndensity: 1, num_ms_combs: 1, mus: [0], ns: [2], ls: [0], ms_combs: [0], \
ctildes: [0.8]}
    - {mu0: 0, rank: 2, ndensity: 1, num_ms_combs: 2, mus: [0, 0], ns: [1, 1], ls: [1, 1], \
ms_combs: [0, 0, 1, -1], ctildes: [-0.17320508075688773, 0.34641016151377546]}
    - {mu0: 0, rank: 3, ndensity: 1, num_ms_combs: 4, mus: [0, 0, 0], ns: [1, 1, 1], \
ls: [1, 1, 2], ms_combs: [-1, 1, 0, 0, 0, 0, 0, 1, -1, 1, 1, -2], ctildes: \
[-0.18257418583505536, -0.18257418583505536, 0.63245553203367577, -0.44721359549995793]}
"""
CHANNELS = {
    2: [((1, 0), (1, 0)), ((1, 1), (2, 1)), ((2, 2), (2, 2))],
    3: [((1, 1), (1, 1), (1, 2)), ((1, 0), (2, 1), (1, 1))],
    4: [((1, 1), (1, 1), (2, 1), (1, 1)), ((1, 1), (1, 1), (1, 2), (2, 0))],
    5: [((1, 1), (1, 1), (1, 1), (2, 1), (1, 2))],
}
"""Channels (n, l) of the functions of every order."""


def invented(
    elements,
    kind="ChebExpCos",
    mode="distance",
    npoti="FinnisSinclair",
    parameters=(1.0, 1.0),
    order=4,
    seed=0,
    rcut=4.5,
    inner=(1.2, 0.4),
    prehc=2.0,
    rho_core=(100000.0, 250.0),
    dcut=0.5,
):
    """A potential with random coefficients, invariant under rotation."""
    rng = np.random.default_rng(seed)
    n = range(len(elements))
    embedding = {
        "ndensity": len(parameters) // 2,
        "FS_parameters": list(parameters),
        "npoti": npoti,
        "rho_core_cutoff": rho_core[0],
        "drho_core_cutoff": rho_core[1],
    }
    bonds = {}
    for a, b in combinations_with_replacement(n, 2):
        bonds[a, b] = bonds[b, a] = {
            "nradmax": 2,
            "lmax": 2,
            "nradbasemax": 3,
            "radbasename": kind,
            "radparameters": [round(rng.uniform(2.5, 3.5), 3)],
            "radcoefficients": rng.normal(size=(2, 3, 3)).round(3).tolist(),
            "prehc": prehc,
            "lambdahc": 0.8,
            "rcut": round(rcut + 0.2 * (a + b), 3),
            "dcut": dcut,
            "rcut_in": inner[0] + 0.1 * a + 0.1 * b,
            "dcut_in": inner[1],
            "inner_cutoff_type": mode,
        }
    return {
        "elements": list(elements),
        "E0": rng.normal(size=len(elements)).round(3).tolist(),
        "deltaSplineBins": 0.001,
        "embeddings": {mu: dict(embedding) for mu in n},
        "bonds": dict(sorted(bonds.items())),
        "functions": {mu: _functions(mu, len(n), embedding["ndensity"], order, rng) for mu in n},
    }


def invented_polynomial(pair=True, pl=0):
    """A potential with the radial functions of ACE.jl."""
    rng = np.random.default_rng(7)
    file = invented(["Si", "O"], order=3)
    r0, p, rcut = 2.2, 2, 4.6
    basis = {
        "rcut": rcut, "xl": ((1 + r0) / (1 + rcut)) ** p, "xr": ((1 + r0) / 1.5) ** p,
        "pl": pl, "pr": 2, "r0": r0, "p": p, "maxn": 4,
        "recursion_coefficients": {
            "A": [1.0, *rng.normal(size=3).round(3).tolist()],
            "B": rng.normal(size=4).round(3).tolist(), "C": [0.0, 0.0, -0.3, -0.2],
        },
    }  # fmt: skip
    pairs = list(file["bonds"])
    del file["deltaSplineBins"]
    file["lmax"] = 2
    file["bonds"] = {k: {"radbasename": "ACE.jl.base"} | basis for k in pairs}
    file["bonds"][0, 0] = file["bonds"][0, 0] | {"r0": 2.1}
    if pair:
        file["polypairpot"] = basis | {
            "coefficients": {k: rng.normal(size=4).round(3).tolist() for k in pairs}
        }
        file["reppot"] = {
            "coefficients": {k: {"ri": 1.7, "e0": 0.3, "A": 2.0, "B": 1.5} for k in pairs}
        }
    return file


def _functions(mu0, n_species, p, order, rng):
    one = [
        _function(mu0, p, [(mu, n, 0)], [(0,)], rng.normal(size=(1, p)))
        for mu in range(n_species)
        for n in (1, 2, 3)
    ]
    more = []
    for rank in range(2, order + 1):
        for channels in CHANNELS[rank]:
            mus = rng.integers(n_species, size=rank).tolist()
            legs = [(mu, *channel) for mu, channel in zip(mus, channels, strict=True)]
            ms, space = invariants(legs)
            weights = rng.normal(size=(p, len(space))) / sqrt(rank)
            more.append(_function(mu0, p, legs, ms, (weights @ space).T))
    return one + more


def _function(mu0, p, legs, ms, ctildes):
    mus, ns, ls = (list(x) for x in zip(*legs, strict=True))
    return {
        "mu0": mu0,
        "rank": len(legs),
        "ndensity": p,
        "num_ms_combs": len(ms),
        "mus": mus,
        "ns": ns,
        "ls": ls,
        "ms_combs": [int(m) for combination in ms for m in combination],
        "ctildes": [float(c) for c in np.ravel(ctildes)],
    }


def invariants(legs):
    """All combinations of m that sum to zero, and rotation invariants over them (count, M).

    The kernel of the raising operator, which acts on every factor in turn.
    """
    ranges = [range(-l, l + 1) for _, _, l in legs]
    zero = [ms for ms in product(*ranges) if sum(ms) == 0]
    one = {ms: k for k, ms in enumerate(ms for ms in product(*ranges) if sum(ms) == 1)}
    raising = np.zeros((max(len(one), 1), len(zero)))
    for column, ms in enumerate(zero):
        for t, (_, _, l) in enumerate(legs):
            up = (*ms[:t], ms[t] + 1, *ms[t + 1 :])
            if up in one:
                raising[one[up], column] += sqrt((l - ms[t]) * (l + ms[t] + 1))
    _, s, v = np.linalg.svd(raising)
    return zero, v[int((s > 1e-10).sum()) :]


def text(file):
    """The potential, or what is left of it, in the grammar of `.yace`."""
    lines = []
    for key, value in file.items():
        if not isinstance(value, dict):
            lines.append(f"{key}: {_flow(value)}")
            continue
        lines.append(f"{key}:")
        for k, entry in value.items():
            is_list = isinstance(entry, list) and entry and key == "functions"
            lines.append(f"  {_flow(k)}:" if is_list else f"  {_flow(k)}: {_flow(entry)}")
            lines += [f"    - {_flow(f)}" for f in entry] if is_list else []
    return "\n".join(lines) + "\n"


def _flow(value):
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, float):
        digits = f"{value:.17g}"
        return digits if any(c in digits for c in ".n") else _with_point(digits)
    return str(value)


def _with_point(digits):
    mantissa, e, exponent = digits.partition("e")
    return f"{mantissa}.0{e}{exponent}"
