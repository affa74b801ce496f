r"""The two halves of a step that JAX compiles; between them the engine works on the geometry.

With standardised features x of atoms and a network h of parameters p, which is faded out far from
the data:

.. math::
    \text{first half:}\quad & h(p, x), \quad w = \partial h / \partial x \\
    \text{engine:}\quad & F = -\sum w\, \partial x / \partial r \quad \text{(vjp)}, \qquad
        t = \delta x \text{ along } \partial L / \partial F,\ \partial L / \partial W
        \quad \text{(jvp)} \\
    \text{second half:}\quad & \frac{\partial L}{\partial p} = \frac{\partial}{\partial p}
        \sum_i \Big( \frac{\partial L}{\partial E}\, h_i
            - \frac{\partial h_i}{\partial x} \cdot t_i \Big)

The last term is one derivative in forward mode through the network: the loss on forces needs no
second derivative of the descriptor.  Both halves see one member and atoms of one species, whose
number is an argument: members and species share what is compiled.  On a CPU, members one after the
other are faster than products of matrices with an axis for them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from potlearn.engine.activations import faded
from potlearn.neural.flat import Flat
from potlearn.potentials.neural import Head
from potlearn.runtime import require
from potlearn.runtime.xla import double_precision

WHAT = "training of neural potentials"


def jax_modules() -> tuple[Any, Any]:
    """JAX and its NumPy.

    Raises
    ------
    MissingExtraError
        JAX is not installed.
    """
    return require("jax", "neural", WHAT), require("jax.numpy", "neural", WHAT)


def numbers(precision: str) -> AbstractContextManager[Any]:
    """A context in which JAX computes in a precision; its global setting is left as it is."""
    jax, _ = jax_modules()
    return double_precision(jax) if precision == "float64" else nullcontext()


def compiled(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function compiled by JAX, whose matrix products take one core."""
    jax, _ = jax_modules()
    options = {"xla_cpu_multi_thread_eigen": False} if jax.default_backend() == "cpu" else None
    found: Callable[..., Any] = jax.jit(function, compiler_options=options)
    return found


@dataclass(frozen=True, eq=False)
class Halves:
    """The compiled halves of a kind of head.

    Attributes
    ----------
    head : Head
        Of any parameters.
    counts : Counter
        How often each half was compiled.
    """

    head: Head
    counts: Counter[str] = field(default_factory=Counter)

    @cached_property
    def flat(self) -> Flat:
        """Where parameters are in a vector (D,)."""
        return Flat.of(self.head)

    @cached_property
    def first(self) -> Callable[[Any, int, Any, Any], tuple[Any, Any]]:
        """Energies (P,) and slopes (P, M).

        From a vector (D,), a species, the distances (2,) of its fade, and features (P, M).
        """
        jax, _ = jax_modules()

        def first(vector: Any, species: Any, reach: Any, x: Any) -> tuple[Any, Any]:
            def total(features: Any) -> tuple[Any, Any]:
                energies = self._energies(vector, species, reach, features)
                return energies.sum(), energies

            self.counts["first"] += 1
            slopes, energies = jax.grad(total, has_aux=True)(x)
            return energies, slopes

        return compiled(first)

    @cached_property
    def second(self) -> Callable[..., Any]:
        """Gradient (D,) added to a given one.

        From what :meth:`first` takes, dL/dE (P,), t (P, M) and the gradient so far.
        """
        jax, _ = jax_modules()

        def second(
            vector: Any, species: Any, reach: Any, x: Any, slopes: Any, tangents: Any, before: Any
        ) -> Any:
            def work(parameters: Any) -> Any:
                energies, along = jax.jvp(
                    lambda features: self._energies(parameters, species, reach, features),
                    (x,),
                    (tangents,),
                )
                return (slopes * energies - along).sum()

            self.counts["second"] += 1
            return before + jax.grad(work)(vector)

        return compiled(second)

    def _energies(self, vector: Any, species: Any, reach: Any, x: Any) -> Any:
        _, jnp = jax_modules()
        energies = self.head.of_species(self.flat.parameters(vector), species, x, jnp)
        return energies * faded((x * x).mean(1), reach[0], reach[1], jnp)


_KNOWN: dict[str, Halves] = {}
"""Halves of this process by architecture: another training compiles nothing again."""


def halves_of(head: Head) -> Halves:
    """The halves of all heads of the same sizes."""
    sizes = head.n_species, head.n_features, head.hidden, head.activation
    key = f"{type(head).__module__}.{type(head).__qualname__} {sizes}"
    return _KNOWN.setdefault(key, Halves(head))
