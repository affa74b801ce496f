r"""ACE potentials of `.yace` files straight from their equations, in NumPy.

Slow and direct: complex harmonics, every function and every combination of its m one by one,
analytic derivatives by the product rule.  With ``table=True`` the radial functions are the
piecewise cubic Hermite polynomials of the reference evaluators.  The file is what PyYAML makes of
it, with pairs of species as tuples (:func:`parse`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, exp, pi, sin, sqrt
from typing import Any

import numpy as np
import yaml
from ase import Atoms
from ase.data import atomic_numbers
from ase.neighborlist import neighbor_list

COULOMB = 14.399645351950543
Pair = tuple[np.ndarray, np.ndarray]
"""Values and slopes."""


class _Loader(yaml.SafeLoader):
    """Safe loader for which a sequence may be a key."""


def _mapping(loader: Any, node: Any) -> dict:
    pairs = [
        (loader.construct_object(k, True), loader.construct_object(v, True)) for k, v in node.value
    ]
    return {tuple(k) if isinstance(k, list) else k: v for k, v in pairs}


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def parse(text: str) -> dict:
    """The file as nested dictionaries and lists."""
    return yaml.load(text, _Loader)


# Radial functions ------------------------------------------------------------------------------


def smooth_step(r: float, a: float, d: float) -> tuple[float, float]:
    """S(r; a, d) and its slope."""
    if r >= a:
        return (1.0, 0.0) if r <= a - d else (0.0, 0.0)
    if r <= a - d:
        return 1.0, 0.0
    x = 1 - 2 * (1 + (r - a) / d)
    value = 0.5 + 15 / 4 * (x / 4 - x**3 / 6 + x**5 / 20)
    return value, -15 / 2 / d * (0.25 - x**2 / 2 + x**4 / 4)


def chebyshev(x: float, count: int) -> Pair:
    """T_0..T_count and their derivatives."""
    t, dt = np.zeros(count + 1), np.zeros(count + 1)
    t[0] = 1.0
    if count:
        t[1], dt[1] = x, 1.0
    for k in range(2, count + 1):
        t[k] = 2 * x * t[k - 1] - t[k - 2]
        dt[k] = 2 * t[k - 1] + 2 * x * dt[k - 1] - dt[k - 2]
    return t, dt


def cheb_exp_cos(r: float, count: int, bond: dict) -> Pair:
    rc, dcut, lam = bond["rcut"], bond["dcut"], bond["radparameters"][0]
    denominator = 1 - exp(-lam)
    x = 1 - 2 * (exp(-lam * r / rc) - exp(-lam)) / denominator
    dx = 2 * lam / rc * exp(-lam * r / rc) / denominator
    w, dw = (1 + cos(pi * r / rc)) / 2, -pi / rc / 2 * sin(pi * r / rc)
    t, dt = chebyshev(x, count - 1)
    g, dg = w * (1 - t) / 2, dw * (1 - t) / 2 - w * dt * dx / 2
    g[0], dg[0] = w, dw
    if r > rc - dcut:
        f = (1 + cos(pi * (r - rc + dcut) / dcut)) / 2
        df = -pi / dcut / 2 * sin(pi * (r - rc + dcut) / dcut)
        g, dg = g * f, dg * f + g * df
    return g, dg


def cheb_pow(r: float, count: int, bond: dict) -> Pair:
    rc, lam = bond["rcut"], bond["radparameters"][0]
    t, dt = chebyshev(1 - 2 * (1 - r / rc) ** lam, count)
    dx = 2 * lam / rc * (1 - r / rc) ** (lam - 1)
    return (1 - t[1:]) / 2, -dt[1:] * dx / 2


def cheb_linear(r: float, count: int, bond: dict) -> Pair:
    t, dt = chebyshev(1 - r / bond["rcut"], count)
    return (1 - t[1:]) / 2, dt[1:] / bond["rcut"] / 2


def _sinc(t: float) -> tuple[float, float]:
    return (sin(t) / t, (cos(t) - sin(t) / t) / t) if t else (1.0, 0.0)


def s_bessel(r: float, count: int, bond: dict) -> Pair:
    rc = bond["rcut"]
    f, df = np.zeros(count), np.zeros(count)
    for n in range(count):
        a, b = (n + 1) * pi / rc, (n + 2) * pi / rc
        norm = (-1) ** n * sqrt(2) * pi * rc**-1.5 * (n + 1) * (n + 2)
        norm /= sqrt((n + 1) ** 2 + (n + 2) ** 2)
        (sa, dsa), (sb, dsb) = _sinc(a * r), _sinc(b * r)
        f[n], df[n] = norm * (sa + sb), norm * (a * dsa + b * dsb)
    g, dg, d = np.zeros(count), np.zeros(count), 1.0
    g[0], dg[0] = f[0], df[0]
    for n in range(1, count):
        e = n**2 * (n + 2) ** 2 / (4 * (n + 1) ** 4 + 1)
        previous, d = d, 1 - e / d
        g[n] = (f[n] + sqrt(e / previous) * g[n - 1]) / sqrt(d)
        dg[n] = (df[n] + sqrt(e / previous) * dg[n - 1]) / sqrt(d)
    return g, dg


KINDS = {
    "ChebExpCos": cheb_exp_cos,
    "ChebPow": cheb_pow,
    "ChebLinear": cheb_linear,
    "SBessel": s_bessel,
}


def primitives(r: float, count: int, bond: dict, mode: str) -> Pair:
    """g_1..g_count with the inner cutoff, and slopes."""
    if r >= bond["rcut"]:
        return np.zeros(count), np.zeros(count)
    g, dg = KINDS[bond["radbasename"]](r, count, bond)
    a, d = bond.get("rcut_in", 0.0), bond.get("dcut_in", 0.0)
    if mode == "distance":
        s, ds = smooth_step(r, a, d)
        g, dg = g * (1 - s), dg * (1 - s) - g * ds
    if (mode in ("distance", "density") and r <= a - d) or (mode == "zbl" and d == 0 and r <= 1):
        return np.zeros(count), np.zeros(count)
    return g, dg


def _screened(r: float, zi: int, zj: int) -> tuple[float, float, float]:
    """phi(r/a)/r and two derivatives."""
    a = 0.46850 / (zi**0.23 + zj**0.23)
    c = np.array([0.18175, 0.50986, 0.28022, 0.02817])
    k = np.array([3.19980, 0.94229, 0.40290, 0.20162]) / a
    terms = c * np.exp(-k * r)
    f, f1, f2 = terms.sum(), -(k * terms).sum(), (k**2 * terms).sum()
    return f / r, f1 / r - f / r**2, f2 / r - 2 * f1 / r**2 + 2 * f / r**3


def core(r: float, bond: dict, mode: str, zi: int, zj: int) -> tuple[float, float]:
    """c(r) and its slope."""
    rc, prehc, lam = bond["rcut"], bond["prehc"], abs(bond["lambdahc"])
    if r >= rc:
        return 0.0, 0.0
    if mode == "zbl":
        return _zbl_core(r, rc, bond["dcut"], prehc, zi, zj)
    if lam * r**2 >= 50:
        return 0.0, 0.0
    bare = abs(prehc) * exp(-lam * r**2) / r
    dbare = bare * (-2 * lam * r - 1 / r)
    w, dw = (1 + cos(pi * r / rc)) / 2, -pi / rc / 2 * sin(pi * r / rc)
    c, dc = bare * w, dbare * w + bare * dw
    if mode == "distance":
        s, ds = smooth_step(r, bond.get("rcut_in", 0.0), bond.get("dcut_in", 0.0))
        c, dc = c * s, dc * s + c * ds
    return c, dc


def _zbl_core(r: float, o: float, D: float, prehc: float, zi: int, zj: int) -> tuple[float, float]:
    q = o - D
    e, e1, e2 = _screened(o, zi, zj)
    a, b = (-3 * e1 + D * e2) / D**2, (2 * e1 - D * e2) / D**3
    s, ds = -e + D * e1 / 2 - D**2 * e2 / 12, 0.0
    if r > q:
        s += a * (r - q) ** 3 / 3 + b * (r - q) ** 4 / 4
        ds = a * (r - q) ** 2 + b * (r - q) ** 3
    value, slope, _ = _screened(r, zi, zj)
    step, dstep = smooth_step(r, o, D)
    scale = prehc * COULOMB / 2 * zi * zj
    return scale * (value + s) * step, scale * ((slope + ds) * step + (value + s) * dstep)


def julia_polynomials(r: float, bond: dict) -> Pair:
    """P_1..P_maxn of the `ACE.jl` radial basis and slopes."""
    r0, p = bond["r0"], bond["p"]
    x = ((1 + r0) / (1 + r)) ** p
    dx = -p * x / (1 + r)
    xl, xr, pl, pr = (bond[k] for k in ("xl", "xr", "pl", "pr"))
    n = bond["maxn"]
    y, dy = np.zeros(n), np.zeros(n)
    if (x < xl and pl > 0) or (x > xr and pr > 0):
        return y, dy
    left = (x - xl) ** pl if pl else 1.0
    right = (x - xr) ** pr if pr else 1.0
    dleft = pl * (x - xl) ** (pl - 1) if pl else 0.0
    dright = pr * (x - xr) ** (pr - 1) if pr else 0.0
    a, b, c = (bond["recursion_coefficients"][k] for k in "ABC")
    y[0], dy[0] = a[0] * left * right, a[0] * (dleft * right + left * dright)
    y[1], dy[1] = (a[1] * x + b[1]) * y[0], a[1] * y[0] + (a[1] * x + b[1]) * dy[0]
    for k in range(2, n):
        y[k] = (a[k] * x + b[k]) * y[k - 1] + c[k] * y[k - 2]
        dy[k] = a[k] * y[k - 1] + (a[k] * x + b[k]) * dy[k - 1] + c[k] * dy[k - 2]
    return y, dy * dx


def julia_core(r: float, file: dict, pair: tuple[int, int]) -> tuple[float, float]:
    """Half the polynomial pair potential, continued inside by a repulsive term."""
    if "polypairpot" not in file:
        return 0.0, 0.0
    if "reppot" in file:
        inner = file["reppot"]["coefficients"][pair]
        ri, e0, a, b = (inner[k] for k in ("ri", "e0", "A", "B"))
        if r <= ri:
            tail = b * exp(-a * (r / ri - 1)) * ri / r
            return (e0 + tail) / 2, tail * (-a / ri - 1 / r) / 2
    y, dy = julia_polynomials(r, file["polypairpot"])
    weights = np.array(file["polypairpot"]["coefficients"][pair])
    return float(weights @ y) / 2, float(weights @ dy) / 2


def hermite(function: Callable[[float], Pair], r: float, rcut: float, bins: float) -> Pair:
    """Cubic Hermite interpolation of ``function`` on the grid of the reference evaluators."""
    h = rcut / int(rcut / bins)
    q = int(r / h)
    if q < 1:
        raise ValueError(f"{r} is inside the first bin")
    w = r / h - q
    (f0, d0), (f1, d1) = function(q * h), function((q + 1) * h)
    f0, d0, f1, d1 = (np.asarray(v) for v in (f0, h * np.asarray(d0), f1, h * np.asarray(d1)))
    c2, c3 = 3 * (f1 - f0) - d1 - 2 * d0, -2 * (f1 - f0) + d1 + d0
    return f0 + w * (d0 + w * (c2 + w * c3)), (d0 + w * (2 * c2 + 3 * w * c3)) / h


@dataclass
class Radial:
    """Radial functions of one file."""

    file: dict
    table: bool

    def __post_init__(self) -> None:
        bonds = self.file["bonds"]
        self.julia = all(b["radbasename"].startswith("ACE.jl") for b in bonds.values())
        self.largest = max(b["rcut"] for b in bonds.values())
        if self.julia:
            self.mode, self.lmax = "density", self.file["lmax"]
            self.count = self.nradmax = max(b["maxn"] for b in bonds.values())
            return
        self.mode = bonds[max(bonds)].get("inner_cutoff_type", "density")
        self.lmax = max(b["lmax"] for b in bonds.values())
        self.count = max(b["nradbasemax"] for b in bonds.values())
        self.nradmax = max(b["nradmax"] for b in bonds.values())

    def cutoff(self, pair: tuple[int, int]) -> float:
        return self.largest if self.julia else self.file["bonds"][pair]["rcut"]

    def __call__(self, pair: tuple[int, int], r: float) -> tuple[Pair, Pair, Pair]:
        """g (K,), R (nradmax, lmax + 1) and c, each with slopes."""
        bond = self.file["bonds"][pair]
        if self.julia:
            y, dy = julia_polynomials(r, bond)
            full = [np.repeat(f[:, None], self.lmax + 1, 1) for f in (y, dy)]
            return (y, dy), (full[0], full[1]), julia_core(r, self.file, pair)
        z = [atomic_numbers[self.file["elements"][mu]] for mu in pair]
        functions = (
            lambda x: primitives(x, self.count, bond, self.mode),
            lambda x: core(x, bond, self.mode, *z),
        )
        if self.table:
            bins = self.file["deltaSplineBins"]
            g, c = (hermite(f, r, bond["rcut"], bins) for f in functions)
        else:
            g, c = (f(r) for f in functions)
        coefficients = self._coefficients(bond)
        return g, (coefficients @ g[0], coefficients @ g[1]), c

    def _coefficients(self, bond: dict) -> np.ndarray:
        c = np.zeros((self.nradmax, self.lmax + 1, self.count))
        given = np.array(bond["radcoefficients"], float)
        given = given.reshape(bond["nradmax"], bond["lmax"] + 1, bond["nradbasemax"])
        c[tuple(slice(n) for n in given.shape)] = given
        return c


# Angular functions -----------------------------------------------------------------------------


def harmonics(lmax: int, u: np.ndarray) -> tuple[dict, dict]:
    """Complex Y_lm times sqrt(4 pi) at a unit vector, and r times their gradients."""
    x, y, z = u
    p: dict = {(0, 0): 1.0}
    dp: dict = {(0, 0): 0.0}
    for l in range(1, lmax + 1):
        for m in range(l - 1):
            a = sqrt((4 * l * l - 1) / (l * l - m * m))
            b = sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1))
            p[l, m] = a * (z * p[l - 1, m] - b * p[l - 2, m])
            dp[l, m] = a * (p[l - 1, m] + z * dp[l - 1, m] - b * dp[l - 2, m])
        s = sqrt(2 * l + 1)
        p[l, l - 1] = s * z * p[l - 1, l - 1]
        dp[l, l - 1] = s * p[l - 1, l - 1]
        p[l, l], dp[l, l] = -sqrt(1 + 0.5 / l) * p[l - 1, l - 1], 0.0
    value, gradient = {}, {}
    w = complex(x, y)
    for (l, m), f in p.items():
        turn = m * w ** (m - 1) * f if m else 0.0
        g = np.array([turn, 1j * turn, w**m * dp[l, m]])
        value[l, m], gradient[l, m] = w**m * f, g - u * (u @ g)
        value[l, -m] = (-1) ** m * np.conj(value[l, m])
        gradient[l, -m] = (-1) ** m * np.conj(gradient[l, m])
    return value, gradient


# Energy ----------------------------------------------------------------------------------------


def embedding(kind: str, rho: float, m: float) -> tuple[float, float]:
    """G(rho; m) and its slope."""
    if m == 1:
        return rho, 1.0
    sign, a = np.sign(rho), abs(rho)
    if kind == "FinnisSinclairShiftedScaled":
        t = 1 / m
        x, z = t ** (t / (1 - t)) * exp(-a), t ** (1 / (1 - t)) * exp(-a)
        return sign * ((x + a) ** m - z), z + m * (1 - x) * (x + a) ** (m - 1)
    big = 1e6
    l = big ** (1 - m)
    if a <= 1e-10:
        return l * rho, l
    cube = (big * a) ** 3
    y = exp(-cube) if cube <= 30 else 0.0
    dy = -3 * big * (big * a) ** 2 * y
    value = (1 - y) * a**m + l * y * a
    return sign * value, -dy * a**m + (1 - y) * m * a ** (m - 1) + l * (dy * a + y)


@dataclass
class Result:
    """Energies (N,), forces (N, 3), dE/dstrain (3, 3), densities of every atom, rho_core (N,)."""

    energies: np.ndarray
    forces: np.ndarray
    strain_derivative: np.ndarray
    densities: list
    core: np.ndarray


def evaluate(file: dict, atoms: Atoms, table: bool = False) -> Result:
    """The potential of a parsed file."""
    radial = Radial(file, table)
    kinds = [file["elements"].index(s) for s in atoms.get_chemical_symbols()]
    centres, others, vectors = neighbor_list("ijD", atoms, radial.largest)
    n = len(atoms)
    result = Result(np.zeros(n), np.zeros((n, 3)), np.zeros((3, 3)), [], np.zeros(n))
    for i in range(n):
        mine = centres == i
        j, r = others[mine], vectors[mine]
        near = [
            k for k in range(len(j))
            if np.linalg.norm(r[k]) < radial.cutoff((kinds[i], kinds[j[k]]))
        ]  # fmt: skip
        j, r = j[near], r[near]
        _add_site(result, file, radial, i, kinds[i], [kinds[k] for k in j], j, r)
    return result


def _add_site(result, file, radial, i, mu0, mus, j, r) -> None:
    """Energy of one atom, and its forces on all."""
    distances = np.linalg.norm(r, axis=1)
    parts = [radial((mu0, mu), d) for mu, d in zip(mus, distances, strict=True)]
    angular = [harmonics(radial.lmax, v / d) for v, d in zip(r, distances, strict=True)]
    base = _base(radial, mus, parts, angular)
    settings = file["embeddings"][mu0]
    rho, functions = np.zeros(settings["ndensity"]), file["functions"][mu0]
    for f in functions:
        for factors, c in _terms(f):
            rho += c * np.prod([base.get(v, 0.0) for v in factors]).real
    weights, exponents = settings["FS_parameters"][::2], settings["FS_parameters"][1::2]
    pairs = [embedding(settings["npoti"], x, m) for x, m in zip(rho, exponents, strict=True)]
    total = sum(w * g for w, (g, _) in zip(weights, pairs, strict=True))
    rho_core = float(sum(c[0] for _, _, c in parts))
    energy, by_f, by_core, extra = _site_energy(file, radial, mu0, mus, distances, total, rho_core)
    result.energies[i] = energy + file["E0"][mu0]
    result.densities.append(rho)
    result.core[i] = rho_core
    slopes = by_f * np.array([w * dg for w, (_, dg) in zip(weights, pairs, strict=True)])
    adjoint: dict = {}
    for f in functions:
        for factors, c in _terms(f):
            for t, v in enumerate(factors):
                rest = np.prod([base.get(u, 0.0) for k, u in enumerate(factors) if k != t])
                adjoint[v] = adjoint.get(v, 0.0) + (slopes @ c) * rest
    for k, (mu, d) in enumerate(zip(mus, distances, strict=True)):
        push = _pull(adjoint, mu, d, r[k] / d, parts[k], angular[k])
        push += (by_core * parts[k][2][1] + extra.get(k, 0.0)) * r[k] / d
        result.forces[i] += push
        result.forces[j[k]] -= push
        result.strain_derivative += np.outer(push, r[k])


def _terms(f: dict):
    """Factors and coefficient of every combination: order 1 has (mu, n), others (mu, n, l, m)."""
    rank, count, p = f["rank"], f["num_ms_combs"], f["ndensity"]
    c = np.array(f["ctildes"], float).reshape(count, p)
    if rank == 1:
        return [(((f["mus"][0], f["ns"][0]),), c[0])]
    ms = np.array(f["ms_combs"]).reshape(count, rank).tolist()
    return [
        (tuple(zip(f["mus"], f["ns"], f["ls"], m, strict=True)), c[k]) for k, m in enumerate(ms)
    ]


def _base(radial, mus, parts, angular) -> dict:
    """The atomic base."""
    base: dict = {}
    for mu, ((g, _), (R, _), _), (Y, _) in zip(mus, parts, angular, strict=True):
        for n in range(radial.count):
            base[mu, n + 1] = base.get((mu, n + 1), 0.0) + g[n]
        for n in range(radial.nradmax):
            for (l, m), y in Y.items():
                key = (mu, n + 1, l, m)
                base[key] = base.get(key, 0.0) + R[n, l] * y
    return base


def _pull(adjoint, mu, d, u, parts, angular) -> np.ndarray:
    """dE_i/dr_ij of the many-body part."""
    ((_, dg), (R, dR), _), (Y, DY) = parts, angular
    push = np.zeros(3)
    for v, w in adjoint.items():
        if v[0] != mu:
            continue
        if len(v) == 2:
            push += np.real(w) * dg[v[1] - 1] * u
        else:
            _, n, l, m = v
            term = w * (dR[n - 1, l] * Y[l, m] * u + R[n - 1, l] / d * DY[l, m])
            push += term.real
    return push


def _site_energy(file, radial, mu0, mus, distances, total, rho_core):
    """Energy, dE/dF, dE/drho_core, and slopes along single pairs."""
    settings = file["embeddings"][mu0]
    if radial.mode != "zbl":
        s, ds = smooth_step(rho_core, settings["rho_core_cutoff"], settings["drho_core_cutoff"])
        return total * s + rho_core, s, 1 + total * ds, {}
    found, best = None, radial.largest
    for k, (mu, d) in enumerate(zip(mus, distances, strict=True)):
        bond = file["bonds"][mu0, mu]
        depth = d - (bond.get("rcut_in", 0.0) - bond.get("dcut_in", 0.0))
        if depth < best:
            found, best = k, depth
    if found is None:
        return total, 1.0, 0.0, {}
    bond = file["bonds"][mu0, mus[found]]
    width = bond.get("dcut_in", 0.0)
    s, ds = smooth_step(bond.get("rcut_in", 0.0) - distances[found], width, width)
    energy = total * s + rho_core * (1 - s)
    return energy, s, 1 - s, {found: -(total - rho_core) * ds}
