"""POD in plain NumPy, slow and clear: the oracle that the engine is tested against.

Angular terms are direct sums over pairs and triples of neighbours (no moments, no tables), and
every derivative is a complex step, ``f'(x) = Im f(x + ih) / h`` with ``h = 1e-30`` (no analytic
derivative, no cancellation).  Lengths in Å, energies in eV; conventions and order of everything as
LAMMPS 22Jul2025.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

STEP = 1e-30
BETAS = (1e-3, 2.0, 4.0)
GRID_POINTS = 2000
ORDERS = ("two", "three", "four", "five", "six", "seven")
TRIPLE_EXPONENTS = (
    *((0, 0, 0), (1, 0, 0), (2, 0, 0), (1, 1, 0), (3, 0, 0), (2, 1, 0), (1, 1, 1)),
    *((4, 0, 0), (3, 1, 0), (2, 2, 0), (2, 1, 1)),
    *((5, 0, 0), (4, 1, 0), (3, 2, 0), (3, 1, 1), (2, 2, 1)),
    *((6, 0, 0), (5, 1, 0), (4, 2, 0), (4, 1, 1), (3, 3, 0), (3, 2, 1), (2, 2, 2)),
)


@dataclass(frozen=True)
class Basis:
    """The keywords of a ``*_param.pod`` file; defaults are LAMMPS's."""

    species: tuple[str, ...]
    rin: float = 0.5
    rcut: float = 5.0
    bessel_polynomial_degree: int = 4
    inverse_polynomial_degree: int = 8
    onebody: int = 1
    twobody_number_radial_basis_functions: int = 8
    threebody_number_radial_basis_functions: int = 6
    threebody_angular_degree: int = 4
    fourbody_number_radial_basis_functions: int = 4
    fourbody_angular_degree: int = 3
    fivebody_number_radial_basis_functions: int = 0
    fivebody_angular_degree: int = 0
    sixbody_number_radial_basis_functions: int = 0
    sixbody_angular_degree: int = 0
    sevenbody_number_radial_basis_functions: int = 0
    sevenbody_angular_degree: int = 0
    number_of_environment_clusters: int = 1
    number_of_principal_components: int = 1
    pbc: tuple[int, ...] = field(default=(1, 1, 1), compare=False)

    def radial_count(self, order: str) -> int:
        """Number of radial functions of a body order."""
        return int(getattr(self, f"{order}body_number_radial_basis_functions"))

    def degree(self, order: str) -> int:
        """Angular degree of a body order."""
        return int(getattr(self, f"{order}body_angular_degree"))

    @property
    def pairs(self) -> list[tuple[int, ...]]:
        """Unordered pairs of elements in file order."""
        return list(combinations_with_replacement(range(len(self.species)), 2))

    @property
    def triples(self) -> list[tuple[int, ...]]:
        """Unordered triples of elements in file order."""
        return list(combinations_with_replacement(range(len(self.species)), 3))

    @property
    def exponents(self) -> list[tuple[int, int, int]]:
        """Exponents (a, b, c) of the four-body angular functions."""
        return [t for t in TRIPLE_EXPONENTS if sum(t) <= self.degree("four")]

    @cached_property
    def phi(self) -> Array:
        """Coefficients of the orthogonal radial functions, columns, (n_s, n_s)."""
        return principal_functions(self)[0]

    def blocks(self) -> dict[str, int]:
        """Number of descriptors of each body order."""
        n, ne = self.radial_count, len(self.species)
        sizes = {
            "two": n("two") * ne,
            "three": (self.degree("three") + 1) * n("three") * len(self.pairs),
            "four": len(self.exponents) * n("four") * len(self.triples),
        }
        return sizes | {order: len(product_list(self, order)) for order in ORDERS[3:]}

    def size(self) -> int:
        """Number M of descriptors per atom."""
        return sum(self.blocks().values())


def parse_param(path: str | Path) -> Basis:
    """A ``*_param.pod`` file; unknown keywords are ignored as LAMMPS does."""
    kinds = {f.name: f.type for f in fields(Basis)}
    values: dict[str, Any] = {}
    for line in Path(path).read_text().splitlines():
        words = line.split("#")[0].replace("'", " ").replace('"', " ").split()
        if words and words[0] == "species":
            values["species"] = tuple(words[1:])
        elif words and words[0] == "pbc":
            values["pbc"] = tuple(int(w) for w in words[1:])
        elif words and words[0] in kinds:
            values[words[0]] = float(words[1]) if kinds[words[0]] == "float" else int(words[1])
    return Basis(**values)


def parse_coeff(path: str | Path) -> tuple[Array, Array, Array]:
    """Coefficients, projection and centroids of a ``*_coeff.pod`` file, in file order."""
    lines = [line.split("#")[0].split() for line in Path(path).read_text().splitlines()]
    start = next(k for k, words in enumerate(lines) if words)
    counts = [int(w) for w in lines[start][1:]]
    numbers = np.array([float(words[0]) for words in lines[start + 1 :][: sum(counts)]])
    coefficients, projection, centroids = np.split(numbers, np.cumsum(counts)[:-1])
    return coefficients, projection, centroids


# Radial functions ------------------------------------------------------------------------------


def snapshots(basis: Basis, r: Array) -> Array:
    """ξ_l(r): three families of sines times fc/(r - rin), then fc/r^n; (..., n_s)."""
    length = basis.rcut - basis.rin
    y = (r - basis.rin) / length
    envelope = np.exp(1 - 1 / np.sqrt((1 - y**3) ** 2 + 1e-6))
    xi = []
    for beta in BETAS:
        x = (1 - np.exp(-beta * y)) / (1 - np.exp(-beta))
        for n in range(1, basis.bessel_polynomial_degree + 1):
            wave = np.sqrt(2 / length) / n * np.sin(n * np.pi * x)
            xi.append(envelope * wave / (r - basis.rin))
    xi += [envelope / r**n for n in range(1, basis.inverse_polynomial_degree + 1)]
    return np.stack(xi, axis=-1)


def principal_functions(basis: Basis) -> tuple[Array, Array]:
    """Columns Φ and eigenvalues, descending, normalised by the trapezoid rule, Φ[m, m] >= 0."""
    start = basis.rin + 1e-6
    grid = start + (basis.rcut - start) * np.arange(GRID_POINTS) / (GRID_POINTS - 1)
    xi = snapshots(basis, grid)
    eigenvalues, phi = np.linalg.eigh(xi.T @ xi / GRID_POINTS)
    eigenvalues, phi = eigenvalues[::-1], phi[:, ::-1]
    squares = (xi @ phi) ** 2
    phi = phi / np.sqrt(np.diff(grid) @ (squares[1:] + squares[:-1]) / 2)
    return phi * np.where(np.diag(phi) < 0, -1.0, 1.0), eigenvalues


def radial_functions(basis: Basis, r: Array, count: int) -> Array:
    """R_m(r) for m < count, (..., count)."""
    return snapshots(basis, r) @ basis.phi[:, :count]


# Descriptors -----------------------------------------------------------------------------------


def environment(
    basis: Basis, positions: Array, cell: Array, pbc: Any, i: int
) -> tuple[Array, Array]:
    """Vectors r_ij (J, 3) to every periodic image inside the cutoff, and their indices j (J,)."""
    pbc = np.broadcast_to(np.asarray(pbc, bool), 3)
    reach = [0, 0, 0]
    if pbc.any():
        heights = 1 / np.linalg.norm(np.linalg.inv(np.real(cell)), axis=0)
        spread = np.ptp(np.real(positions), axis=0)
        reach = [
            int((basis.rcut + np.linalg.norm(spread)) / h) + 1 if p else 0
            for h, p in zip(heights, pbc, strict=True)
        ]
    shifts = np.array(list(product(*(range(-k, k + 1) for k in reach))), float)
    vectors = positions[None, :, :] - positions[i] + (shifts @ np.asarray(cell))[:, None, :]
    squares = np.sum(np.real(vectors) ** 2, axis=2)
    inside = (squares > 1e-20) & (squares < basis.rcut**2)
    return vectors[inside], np.nonzero(inside)[1]


def atom_descriptors(basis: Basis, vectors: Array, species: Array) -> Array:
    """The M descriptors of one atom, from its neighbour vectors (J, 3) and their elements (J,)."""
    r = np.sqrt(np.sum(vectors**2, axis=1))
    cosines = (vectors / r[:, None]) @ (vectors / r[:, None]).T
    count = max(basis.radial_count(order) for order in ORDERS[:3])
    # legs[e] is (J, n): R_m(r_ij) where the neighbour is of element e, zero elsewhere
    radial = radial_functions(basis, r, count)
    legs = [radial * (species == e)[:, None] for e in range(len(basis.species))]
    two = np.concatenate([leg.sum(0)[: basis.radial_count("two")] for leg in legs])
    three, four = pair_sums(basis, legs, cosines), triple_sums(basis, legs, cosines)
    blocks = [two, three, four]
    families = {"five": (three, three), "six": (three, four), "seven": (four, four)}
    for order, (left, right) in families.items():
        index = np.array(product_list(basis, order), int).reshape(-1, 2)
        blocks.append(left[index[:, 0]] * right[index[:, 1]])
    guarded = [b if len(r) >= k + 1 else 0 * b for k, b in enumerate(blocks)]
    return np.concatenate(guarded)


def pair_sums(basis: Basis, legs: list[Array], cosines: Array) -> Array:
    """D3: sum over pairs of R_m R_m cos^p; p fastest, then m, then the element pair."""
    out = [
        legs[e1][:, m] @ cosines**p @ legs[e2][:, m]
        for e1, e2 in basis.pairs
        for m in range(basis.radial_count("three"))
        for p in range(basis.degree("three") + 1)
    ]
    return np.array(out)


def triple_sums(basis: Basis, legs: list[Array], cosines: Array) -> Array:
    """D4: sum over triples of R_m R_m R_m cos_12^a cos_13^b cos_23^c, same order of indices."""
    out = []
    for e1, e2, e3 in basis.triples:
        for m in range(basis.radial_count("four")):
            one, two, three = legs[e1][:, m], legs[e2][:, m], legs[e3][:, m]
            for a, b, c in basis.exponents:
                inner = (cosines**b * three) @ cosines**c
                out.append(one @ (cosines**a * inner) @ two)
    return np.array(out)


def product_list(basis: Basis, order: str) -> list[tuple[int, int]]:
    """Entries (left, right) of D3 or D4 that each five-, six- or seven-body function multiplies."""
    count, degree = basis.radial_count(order), basis.degree(order)
    three = (list(range(basis.degree("three") + 1)), "three", len(basis.pairs))
    four = ([sum(t) for t in basis.exponents], "four", len(basis.triples))
    left, right = {"five": (three, three), "six": (three, four), "seven": (four, four)}[order]
    found = []
    for (i, j, k), (i2, j2, k2) in product(_loop(basis, left), _loop(basis, right)):
        ordered = k2 + len(right[0]) * j2 >= k + len(left[0]) * j and i2 >= i
        if ordered and left[0][k] + right[0][k2] <= degree and j + j2 < count:
            n, n2 = basis.radial_count(left[1]), basis.radial_count(right[1])
            found.append((k + len(left[0]) * (j + n * i), k2 + len(right[0]) * (j2 + n2 * i2)))
    return found


def _loop(basis: Basis, family: tuple[list[int], str, int]) -> list[tuple[int, int, int]]:
    degrees, order, combinations = family
    radial = range(basis.radial_count(order))
    return list(product(range(combinations), radial, range(len(degrees))))


def descriptors(
    basis: Basis, positions: Array, cell: Array, species: Array, pbc: Any = True
) -> Array:
    """Base descriptors of every atom, (N, M); ``species`` are indices into ``basis.species``."""
    species = np.asarray(species)
    positions = np.asarray(positions)
    rows = []
    for i in range(len(positions)):
        vectors, j = environment(basis, positions, cell, pbc, i)
        rows.append(atom_descriptors(basis, vectors, species[j]))
    return np.array(rows)


# Energies and derivatives ----------------------------------------------------------------------


def cluster_weights(
    basis: Basis, b: Array, species: Array, projection: Array, centroids: Array
) -> Array:
    """w_k of every atom, (N, K); projection and centroids in file order."""
    k, c = basis.number_of_environment_clusters, basis.number_of_principal_components
    if k == 1:
        return np.ones((len(b), 1))
    maps = np.asarray(projection).reshape(len(basis.species), -1, c)
    centres = np.asarray(centroids).reshape(len(basis.species), k, c)
    z = np.einsum("nm,nmc->nc", b, maps[species])
    distances = 1e-20 + np.sum((z[:, None, :] - centres[species]) ** 2, axis=2)
    return (1 / distances) / np.sum(1 / distances, axis=1, keepdims=True)


def features(
    basis: Basis,
    positions: Array,
    cell: Array,
    species: Array,
    projection: Array = (),
    centroids: Array = (),
    pbc: Any = True,
) -> Array:
    """w_k B_m of every atom, cluster-major, (N, K M)."""
    b = descriptors(basis, positions, cell, species, pbc)
    w = cluster_weights(basis, b, np.asarray(species), projection, centroids)
    return (w[:, :, None] * b[:, None, :]).reshape(len(b), -1)


def energies(
    basis: Basis,
    positions: Array,
    cell: Array,
    species: Array,
    coefficients: Array,
    projection: Array = (),
    centroids: Array = (),
    pbc: Any = True,
) -> Array:
    """Energy of every atom in eV, (N,); coefficients in file order."""
    c = np.asarray(coefficients).reshape(len(basis.species), -1)[np.asarray(species)]
    f = features(basis, positions, cell, species, projection, centroids, pbc)
    return c[:, 0] + np.sum(c[:, 1:] * f, axis=1)


def gradient(function: Callable[[Array], Array], positions: Array) -> Array:
    """d function / d positions by complex steps, shape of the function's value + (N, 3)."""
    columns = []
    for a, d in product(range(len(positions)), range(3)):
        moved = np.asarray(positions, complex)
        moved[a, d] += 1j * STEP
        columns.append(np.imag(function(moved)) / STEP)
    out = np.stack(columns, axis=-1)
    return out.reshape(*out.shape[:-1], len(positions), 3)


def strain_gradient(
    function: Callable[[Array, Array], Array], positions: Array, cell: Array
) -> Array:
    """d function(positions, cell) / d strain by complex steps, value's shape + (3, 3)."""
    columns = []
    for a, b in product(range(3), range(3)):
        strain = np.eye(3, dtype=complex)
        strain[a, b] += 1j * STEP
        columns.append(np.imag(function(positions @ strain.T, cell @ strain.T)) / STEP)
    out = np.stack(columns, axis=-1)
    return out.reshape(*out.shape[:-1], 3, 3)


def forces(
    basis: Basis, positions: Array, cell: Array, species: Array, *model: Array, pbc: Any = True
) -> Array:
    """Forces in eV/Å, (N, 3); ``model`` is coefficients, projection, centroids."""
    return -gradient(
        lambda x: energies(basis, x, cell, species, *model, pbc=pbc).sum(), np.asarray(positions)
    )


def virial(
    basis: Basis, positions: Array, cell: Array, species: Array, *model: Array, pbc: Any = True
) -> Array:
    """-dE/dstrain in eV, (3, 3)."""
    return -strain_gradient(
        lambda x, h: energies(basis, x, h, species, *model, pbc=pbc).sum(), positions, cell
    )
