"""Speed of training networks: parts of a step, epochs per minute, beside pure JAX.

Si of Zuo et al. (2020), ACE with 103 functions of order 3 and about 300 of order 4, networks with
two hidden layers, batches of 8 configurations.  Each part is the least CPU time of several passes
over the same batches, per atom, on one thread.  The ratio is that of the gradient of the loss (on
energies, forces and virials) to energies and forces of the same neural potential.  In pure JAX the
features, forces by reverse mode and the gradient of the loss by reverse mode of that are one
compiled function, in single precision, of energies and forces alone.

    python benchmarks/neural_training.py [--data ../shared/data] [--members 1] [--output results]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from common import DATA, processor

import potlearn as pl
from potlearn.fit import FitSettings, fit_linear
from potlearn.neural import NeuralSettings
from potlearn.neural.beginning import Beginning
from potlearn.neural.fit import Work
from potlearn.neural.loss import loss_of
from potlearn.neural.samples import Batch
from potlearn.neural.training import Training
from potlearn.runtime import SERIAL

BASES = {"order 3": {"order": 3, "degree": (10, 9, 8)}, "order 4": {"degree": (14, 12, 10, 8)}}
CONFIGURATIONS, PASSES, JAX_BATCHES = 96, 7, 2


def least(function: Callable[[], Any], passes: int = PASSES) -> float:
    """Least CPU seconds of a call."""
    found = []
    for _ in range(passes):
        start = time.process_time()
        function()
        found.append(time.process_time() - start)
    return min(found)


def prepared(data: pl.Dataset, ace: pl.ACE, settings: NeuralSettings) -> tuple[Work, Training]:
    """Training before its first epoch."""
    fit = fit_linear(data, ace, FitSettings(ridge=1e-6))
    linear = pl.LinearPotential(ace, fit.coefficients)
    work = Work(Beginning.of(linear, settings), settings, fit.settings, SERIAL)
    samples, held = work.samples(data, data[:8])
    return work, work.training(samples, held, work.scaled(samples, held))


def parts(training: Training, batches: list[Batch]) -> dict[str, float]:
    """CPU seconds of the parts of all steps, of one member."""
    model, vector = training.model, training.state.moving.parameters[0]
    descriptor = model.descriptor
    pieces = [model.pieces(b) for b in batches]
    firsts = [model.first(vector, b, p) for b, p in zip(batches, pieces, strict=True)]
    moved = [model.moved(b, *f) for b, f in zip(batches, firsts, strict=True)]
    losses = [loss_of(b, *m, model.measure) for b, m in zip(batches, moved, strict=True)]
    tangents = [
        descriptor.jvp(b.system, loss.forces, loss.strain)
        for b, loss in zip(batches, losses, strict=True)
    ]
    every = list(zip(batches, pieces, firsts, moved, losses, tangents, strict=True))
    gradients = model.gradients(training.state.moving.parameters, batches[0])[1]
    moving, optimiser = training.state.moving, training.optimiser
    found = {
        "batches": lambda: list(training.batches(0)),
        "first half": lambda: [model.first(vector, b, p) for b, p, *_ in every],
        "vjp": lambda: [descriptor.vjp(b.system, f[1]) for b, _, f, *_ in every],
        "loss": lambda: [loss_of(b, *m, model.measure) for b, _, _, m, *_ in every],
        "jvp": lambda: [
            descriptor.jvp(b.system, loss.forces, loss.strain) for b, *_, loss, _ in every
        ],
        "second half": lambda: [
            np.asarray(model.second(vector, b, p, loss, t)) for b, p, _, _, loss, t in every
        ],
        "gradient": lambda: [model.gradients(training.state.moving.parameters, b) for b in batches],
        "optimiser": lambda: [optimiser.step(moving, gradients, 3) for _ in batches],
        "epoch": lambda: optimiser.epoch(training, moving, 0),
    }
    return {name: least(call) for name, call in found.items()}


def pure_jax(training: Training, batches: list[Batch]) -> tuple[float, float]:
    """CPU seconds per atom of the gradient of the loss by JAX alone, and seconds to compile it."""
    import jax
    import jax.numpy as jnp

    from potlearn.engine.jax import JaxEngine

    model = training.model
    engine = JaxEngine(model.descriptor.engine.basis, "float32")
    knots = jnp.asarray(engine.knots, "float32")
    center, scale = (jnp.asarray(a[0], "float32") for a in vars(model.scaling).values())
    head, flat = model.halves.head, model.halves.flat

    def loss(vector: Any, inputs: Any, owner: Any, energies: Any, forces: Any, n: Any) -> Any:
        def energy(positions: Any) -> tuple[Any, Any]:
            x = (engine.features_at(inputs, positions, knots) - center) * scale
            each = head.of_species(flat.parameters(vector), 0, x, jnp)
            each = jnp.where(jnp.arange(len(each)) < n, each, 0.0)
            return each.sum(), each

        slopes, each = jax.grad(energy, has_aux=True)(inputs.positions)
        total = jnp.zeros(len(energies)).at[owner].add(each)
        return ((total - energies) ** 2).sum() + ((slopes[: len(forces)] + forces) ** 2).sum()

    gradient, vector = jax.jit(jax.grad(loss)), training.state.moving.parameters[0]
    given = []
    for batch in batches[:JAX_BATCHES]:
        inputs = engine.inputs(batch.system)
        inputs = inputs._replace(positions=np.asarray(inputs.positions, "float32"))
        owner = np.zeros(len(inputs.positions), np.int32)
        owner[: len(batch.owner)] = batch.owner
        labels = batch.energy.astype("float32"), batch.forces.astype("float32")
        given.append((vector, inputs, owner, *labels, len(batch.owner)))
    start = time.perf_counter()
    jax.block_until_ready([gradient(*arguments) for arguments in given])
    compiling = time.perf_counter() - start
    seconds = least(lambda: jax.block_until_ready([gradient(*a) for a in given]), 3)
    return seconds / sum(a[-1] for a in given), compiling


def measured(
    data: pl.Dataset, basis: dict[str, Any], settings: NeuralSettings, jax_too: bool
) -> dict[str, Any]:
    """All numbers of a basis."""
    ace = pl.ACE(("Si",), cutoff=5.5, **basis)
    work, training = prepared(data, ace, settings)
    start = time.perf_counter()
    training.run(lambda: None)
    first = time.perf_counter() - start
    batches = list(training.batches(0))
    atoms = sum(len(b.x) for b in batches)
    seconds = parts(training, batches)
    potential = work.networks(training)
    seconds["energies and forces"] = least(lambda: [potential.evaluator(b.system) for b in batches])
    seconds["of the linear part"] = least(
        lambda: [work.beginning.linear.evaluator(b.system) for b in batches]
    )
    found: dict[str, Any] = {
        "functions": ace.n_features,
        "atoms per step": atoms / len(batches),
        "us per atom": {name: 1e6 * s / atoms for name, s in seconds.items()},
        "gradient over energies and forces": seconds["gradient"]
        / seconds["energies and forces"]
        / settings.members,
        "epochs per CPU minute": 60 / seconds["epoch"],
        "first epoch, compilation included (s)": first,
    }
    if jax_too:
        each, compiling = pure_jax(training, batches)
        found["pure JAX, us per atom"] = 1e6 * each
        found["pure JAX over ours"] = each * atoms / seconds["gradient"] * settings.members
        found["pure JAX, compilation (s)"] = compiling
    return found


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--hidden", type=int, nargs="+", default=[32, 32])
    parser.add_argument("--precision", default="float32")
    parser.add_argument("--no-jax", action="store_true")
    parser.add_argument("--output", type=Path, default=Path(__file__).parent / "results")
    args = parser.parse_args()
    data = pl.read(args.data / "Si_Zuo2020" / "Si_train.extxyz.xz")[:CONFIGURATIONS]
    settings = NeuralSettings(
        hidden=tuple(args.hidden),
        members=args.members,
        precision=args.precision,
        epochs=1,
        batch=8,
    )
    found = {
        name: measured(data, basis, settings, not args.no_jax) for name, basis in BASES.items()
    }
    text = json.dumps({"processor": processor(), **vars_of(settings), "bases": found}, indent=1)
    print(text)
    args.output.mkdir(exist_ok=True)
    (args.output / "neural_training.json").write_text(text + "\n")


def vars_of(settings: NeuralSettings) -> dict[str, Any]:
    """What was trained."""
    return {"hidden": settings.hidden, "members": settings.members, "batch": settings.batch}


if __name__ == "__main__":
    main()
