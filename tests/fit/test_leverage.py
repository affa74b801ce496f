"""Leave-one-out residuals equal those of fits without the label; wrong labels are found."""

import numpy as np
import pytest
from pair_descriptor import PairDescriptor, PairPotential, configurations, crystal, labelled

import potlearn as pl
from potlearn.fit import (
    QR,
    FitSettings,
    Ridge,
    RowBudget,
    Weights,
    find_suspicious,
    fit_linear,
    influences,
    store_rows,
)

PAIR = PairDescriptor()
WEIGHTS = Weights(energy=100.0, forces=1.0, stress=0.1)


def relabelled(atoms, **changes):
    results = dict(atoms.calc.results) | changes
    atoms = atoms.copy()
    from ase.calculators.singlepoint import SinglePointCalculator

    atoms.calc = SinglePointCalculator(atoms, **{k: v for k, v in results.items() if v is not None})
    return atoms


@pytest.mark.parametrize("e0", ["fitted", {"Si": -4.9}])
@pytest.mark.parametrize("width", [4, 40])
def test_left_out_energy_and_stress_are_those_of_a_fit_without_the_configuration(e0, width):
    """Both Gram matrices of the block: more rows than columns, and fewer."""
    pair = PairDescriptor(n_features=width)
    data = configurations(n=12, noise=0.3)
    solver = Ridge(ridge=1e-7, scaling="none")
    options = {"weights": WEIGHTS, "solver": solver, "e0": e0}
    found = influences(fit_linear(data, pair, FitSettings(**options)))
    without = fit_linear(data.subset(np.arange(1, 12)), pair, FitSettings(**options))
    row, n = pair.rows(data[0]), 8
    c = without.coefficients.ravel()
    energy = next(x for x in found if x.configuration == 0 and x.quantity == "energy")
    stress = next(x for x in found if x.configuration == 0 and x.quantity == "stress")
    expected = (row.energy @ c - data.labels(0).energy) / n
    np.testing.assert_allclose(energy.left_out, expected, rtol=1e-3)
    virial = -data[0].get_volume() * data.labels(0).stress
    expected_virial = np.linalg.norm(row.virial @ c - virial) / n
    np.testing.assert_allclose(stress.left_out, expected_virial, rtol=1e-3)


def test_left_out_forces_are_those_of_a_fit_without_the_atom():
    data = configurations(n=4, noise=0.3)
    found = influences(fit_linear(data, PAIR, FitSettings(solver="qr")))
    frames = list(data)
    frames[2].arrays["force_mask"] = np.arange(8) != 5
    without = fit_linear(pl.from_atoms(frames), PAIR, FitSettings(solver="qr"))
    expected = PAIR.rows(data[2]).forces[15:18] @ without.coefficients.ravel()
    expected -= data.labels(2).forces[5]
    item = next(x for x in found if (x.configuration, x.atom) == (2, 5))
    np.testing.assert_allclose(item.left_out, np.linalg.norm(expected), rtol=1e-6)
    assert item.left_out > item.residual


def test_leverages_add_up_to_the_parameters():
    data = configurations(n=20, noise=0.3)
    result = fit_linear(data, PAIR, FitSettings(solver=QR()))
    found = influences(result)
    rows = {"energy": 1, "stress": 6, "forces": 3}
    np.testing.assert_allclose(sum(x.leverage * rows[x.quantity] for x in found), 5, rtol=1e-6)


def test_intercept_and_groups_with_weights():
    data = configurations(n=10, noise=0.3, groups=("a", "b"))
    weights = Weights(groups={"b": {"forces": 4.0, "stress": 0.0}})
    result = fit_linear(
        data, PAIR, FitSettings(solver="qr", weights=weights, e0={"Si": -5.5}, intercept=True)
    )
    found = influences(result)
    assert {x.quantity for x in found if x.configuration == 1} == {"energy", "forces"}
    total = sum(x.leverage * {"energy": 1, "stress": 6, "forces": 3}[x.quantity] for x in found)
    np.testing.assert_allclose(total, 5, rtol=1e-6)


def test_labels_left_out_of_the_fit_are_judged_as_unseen():
    """An excluded block's residual and score equal those of leave-one-out."""
    data = configurations(n=10, noise=0.3)
    result = fit_linear(data, PAIR, FitSettings(solver="qr", e0={"Si": -5.0}))
    for label in ((3, "forces", 2), (4, "stress", -1)):
        out = fit_linear(data, PAIR, FitSettings(solver="qr", e0={"Si": -5.0}, exclude=[label]))
        assert out.n_rows[label[1]] == result.n_rows[label[1]] - (3 if label[2] >= 0 else 6)

        def pick(result, label=label):
            items = influences(result)
            return next(x for x in items if (x.configuration, x.quantity, x.atom) == label)

        inside, outside = pick(result), pick(out)
        np.testing.assert_allclose(outside.left_out, inside.left_out, rtol=1e-6)
        np.testing.assert_allclose(outside.studentised, inside.studentised, rtol=1e-6)


def test_kept_rows_give_the_same(tmp_path):
    data = configurations(n=10, noise=0.3)
    expected = influences(fit_linear(data, PAIR))
    for rows in (RowBudget(), RowBudget(2000), store_rows(data, PAIR, tmp_path)):
        assert influences(fit_linear(data, PAIR, rows=rows)) == expected


def noisy(n=80, seed=3):
    return list(configurations(n=n, seed=seed, noise=0.05))


def suspects(frames, **options):
    data = pl.from_atoms(frames)
    return find_suspicious(fit_linear(data, PAIR), **options)


def test_clean_labels_raise_no_alarm():
    assert suspects(noisy()) == []


def test_a_flipped_force_is_found():
    frames = noisy()
    forces = frames[7].calc.results["forces"].copy()
    forces[3] *= -1
    frames[7] = relabelled(frames[7], forces=forces)
    found = suspects(frames)
    assert (found[0].source, found[0].quantity, found[0].atom) == ("atoms:7", "forces", 3)
    assert "atoms:7, forces on atom 3: off by" in str(found[0])
    np.testing.assert_allclose(found[0].left_out, 2 * np.linalg.norm(forces[3]), rtol=0.1)
    assert len(found) == 1


def test_an_energy_off_by_an_electronvolt_is_found():
    rng = np.random.default_rng(0)
    frames = [relabelled(a, energy=a.calc.results["energy"] + 0.02 * rng.normal()) for a in noisy()]
    frames[11] = relabelled(frames[11], energy=frames[11].calc.results["energy"] + 1.0)
    found = suspects(frames)
    assert (found[0].source, found[0].quantity) == ("atoms:11", "energy")
    np.testing.assert_allclose(found[0].left_out, -1 / 8, rtol=0.2)
    assert len(found) == 1


def test_swapped_frames_are_found_as_a_whole():
    frames = noisy()
    a, b = frames[4].calc.results, frames[9].calc.results
    frames[4], frames[9] = relabelled(frames[4], **b), relabelled(frames[9], **a)
    found = suspects(frames)
    whole = {s.source: s.n_atoms for s in found if s.quantity == "forces" and s.atom is None}
    assert set(whole) == {"atoms:4", "atoms:9"}
    assert min(whole.values()) > 2
    assert {s.source for s in found} == {"atoms:4", "atoms:9"}


def test_a_stress_in_other_units_is_found():
    frames = noisy()
    frames[20] = relabelled(frames[20], stress=1602.0 * frames[20].calc.results["stress"])
    found = suspects(frames)
    assert (found[0].source, found[0].quantity) == ("atoms:20", "stress")


def test_rows_that_vanish_by_symmetry_set_no_scale():
    """Perfect crystals have no forces: their zero residuals do not make others suspicious."""
    rng, truth = np.random.default_rng(0), PairPotential(PAIR, (-5.0, 1, -2, 30, 4))
    perfect = [labelled(crystal(rng, strain=0.02, rattle=0.0), truth) for _ in range(60)]
    assert [s for s in suspects(noisy(30) + perfect) if s.quantity == "forces"] == []


@pytest.mark.shared_data
def test_silicon_labels(shared_data):
    """Zuo's silicon, a small POD: no force is suspicious; planted ones are, with few alarms."""
    from potlearn.descriptors import POD

    descriptor = POD(
        ("Si",),
        cutoff=5.0,
        twobody_number_radial_basis_functions=8,
        threebody_number_radial_basis_functions=6,
        threebody_angular_degree=4,
        fourbody_number_radial_basis_functions=0,
        fourbody_angular_degree=0,
        fivebody_number_radial_basis_functions=0,
        fivebody_angular_degree=0,
        sixbody_number_radial_basis_functions=0,
        sixbody_angular_degree=0,
        sevenbody_number_radial_basis_functions=0,
        sevenbody_angular_degree=0,
    )
    data = pl.read(shared_data / "Si_Zuo2020" / "Si_train.extxyz.xz")

    def suspicions(data):
        return find_suspicious(fit_linear(data, descriptor))

    assert [s for s in suspicions(data) if s.quantity == "forces"] == []
    frames, planted = list(data), {(10, 40), (100, 31), (150, 60)}
    for k, atom in planted:
        forces = frames[k].calc.results["forces"].copy()
        forces[atom] *= -1
        frames[k] = relabelled(frames[k], forces=forces)
    found = suspicions(pl.from_atoms(frames))
    flagged = {(s.index, s.atom) for s in found if s.quantity == "forces"}
    assert planted <= flagged
    assert len([s for s in found if s.index not in (10, 100, 150)]) <= 3, found
