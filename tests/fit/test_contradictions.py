"""Stress that contradicts energies and forces is found, told and left out; right stress is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from hypothesis import given, settings
from hypothesis import strategies as st

import potlearn as pl
from potlearn.fit import FitSettings, Weights, find_contradictions, fit_linear
from potlearn.fit.contradictions.contradiction import sentences

KBAR = 1602.1766208
DESCRIPTOR = pl.ACE(("Cu",), cutoff=4.5, order=3, degree=(10, 6, 4))
FAULTS = {
    "offset": lambda stress: stress - np.array([25.0, 25.0, 25.0, 0, 0, 0]) / KBAR,
    "kbar": lambda stress: stress * KBAR,
    "GPa": lambda stress: stress * KBAR / 10,
    "sign": lambda stress: -stress,
    "zero": lambda stress: 0.0 * stress,
}


def configuration(rng, group):
    """Copper: strained cells of four atoms in two groups, rattled cells of eight in a third."""
    atoms = bulk("Cu", "fcc", a=3.6, cubic=True)
    if group == "hot":
        atoms *= (2, 1, 1)
    strain = rng.uniform(-0.04, 0.04) * np.eye(3)
    if group == "elastic":
        shear = rng.uniform(-0.03, 0.03, (3, 3))
        strain += 0.5 * (shear + shear.T)
    atoms.set_cell(atoms.cell @ (np.eye(3) + strain), scale_atoms=True)
    atoms.rattle(0.12 if group == "hot" else 0.03, rng=rng)
    atoms.calc = EMT()
    results = {
        "energy": atoms.get_potential_energy(),
        "forces": atoms.get_forces(),
        "stress": atoms.get_stress(),
    }
    atoms.info["config_type"] = group
    return atoms, results


@pytest.fixture(scope="module")
def copper():
    """Configurations and their labels."""
    rng = np.random.default_rng(0)
    return [configuration(rng, group) for group in ("elastic", "volume", "hot") for _ in range(24)]


def dataset(copper, fault=None, groups=("elastic",), rename=None):
    """The data with a fault in the stress of some groups."""
    frames = []
    for number, (atoms, results) in enumerate(copper):
        frame, group = atoms.copy(), atoms.info["config_type"]
        stress = results["stress"]
        if fault is not None and group in groups:
            stress = FAULTS[fault](stress)
        frame.calc = SinglePointCalculator(frame, **(results | {"stress": stress}))
        if rename is not None:
            frame.info["config_type"] = rename(group, number)
        frames.append(frame)
    return pl.data.from_atoms(frames)


def fit(data, **options):
    """A fit of the data."""
    return fit_linear(data, DESCRIPTOR, FitSettings(**options))


def out(result):
    """Groups whose stress is left out, and what is wrong with it."""
    return {item.group: item.fault.kind for item in result.contradictions if item.left_out}


def errors(result, data):
    """Root mean square errors of energies and forces."""
    potential = pl.LinearPotential(DESCRIPTOR, result.coefficients)
    table = pl.metrics.metrics(pl.evaluate(potential, data))["all"]
    return np.array([table[q]["rmse"] for q in ("energy", "forces")])


def test_right_labels_give_no_alarm(copper):
    result = fit(dataset(copper))
    assert result.contradictions == ()
    assert result.settings.weights == Weights()
    assert not any("stress" in note for note in result.notes)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("offset", "offset"), ("kbar", "unit"), ("GPa", "unit"), ("sign", "sign"), ("zero", "zero")],
)
def test_a_fault_of_one_group_is_found_and_left_out(copper, fault, kind):
    result = fit(dataset(copper, fault))
    assert out(result) == {"elastic": kind}
    assert result.settings.weights.of("elastic", "stress") == 0
    assert result.settings.weights.of("volume", "stress") == Weights().stress
    without = Weights(groups={"elastic": {"stress": 0.0}})
    right = dataset(copper)
    expected = errors(fit(right, weights=without), right)
    assert (errors(result, right) <= 1.05 * expected).all()
    assert errors(fit(dataset(copper, fault), contradictions="keep"), right)[0] > expected[0]


def test_an_offset_is_told_in_kbar(copper):
    (item,) = fit(dataset(copper, "offset")).contradictions
    assert item.fault.offset * KBAR == pytest.approx(-25, abs=2)
    assert item.fault.error < abs(item.fault.offset) / 10
    (note,) = (n for n in fit(dataset(copper, "offset")).notes if "stress" in n)
    assert note.startswith("stress of group elastic is off by -2")
    assert "kbar" in note
    assert "GPa" in note
    assert note.endswith("left out of the fit")


def test_the_unit_is_told(copper):
    (item,) = fit(dataset(copper, "kbar")).contradictions
    assert item.fault.scale == pytest.approx(KBAR, rel=0.1)
    assert "looks like kbar" in item.words


@pytest.mark.parametrize("fault", ["offset", "kbar", "sign"])
def test_a_fault_of_all_groups(copper, fault):
    groups = ("elastic", "volume", "hot")
    assert set(out(fit(dataset(copper, fault, groups)))) == set(groups)


@pytest.mark.parametrize("fault", ["offset", "kbar", "sign"])
def test_without_groups(copper, fault):
    data = dataset(copper, fault, ("elastic", "volume", "hot"), lambda group, number: "all")
    (item,) = fit(data).contradictions
    assert item.left_out
    assert item.words.startswith("stress ")
    assert "group" not in item.words


def test_report_tells_and_keeps_and_keep_does_not_look(copper):
    data = dataset(copper, "sign")
    reported, kept = fit(data, contradictions="report"), fit(data, contradictions="keep")
    (item,) = reported.contradictions
    assert not item.left_out
    assert item.words.endswith("kept in the fit")
    assert kept.contradictions == ()
    np.testing.assert_allclose(errors(reported, data), errors(kept, data), rtol=1e-6)


def test_an_unknown_word_is_refused():
    with pytest.raises(pl.errors.FitError, match="expected one of leave_out, report, keep"):
        FitSettings(contradictions="drop")  # type: ignore[arg-type]


def test_many_groups_share_a_factor(copper):
    """A group for each configuration: one comparison for all of them."""
    right = dataset(copper, rename=lambda group, number: f"run {number}")
    result = fit(right)
    assert result.ledger.groups == ("*",)
    assert result.contradictions == ()
    groups = ("elastic", "volume", "hot")
    wrong = dataset(copper, "sign", groups, lambda group, number: f"run {number}")
    (item,) = fit(wrong).contradictions
    assert (item.group, item.left_out) == ("*", True)
    assert fit_linear(wrong, DESCRIPTOR, fit(wrong).settings).contradictions == ()


def test_one_wrong_configuration_is_not_its_group(copper):
    """A single label is a matter of the check of single labels."""
    frames = list(copper)
    atoms, results = frames[0]
    frames[0] = atoms, results | {"stress": results["stress"] * KBAR}
    assert "elastic" not in out(fit(dataset(frames)))


def test_little_or_partial_data(copper):
    """Nothing to compare is no alarm and no error."""
    assert fit(dataset(copper[:1])).contradictions == ()
    assert fit(dataset(copper[:3])).contradictions == ()
    assert fit(dataset(copper), weights=Weights(stress=0.0)).contradictions == ()
    assert fit(dataset(copper), weights=Weights(energy=0.0, forces=0.0)).contradictions == ()
    assert "elastic" in out(fit(dataset(copper, "kbar"), weights=Weights(energy=0.0)))


def test_folds_change_nothing_of_it(copper):
    data = dataset(copper, "offset")
    (one,), (other,) = fit(data).contradictions, fit(data, solver="cv").contradictions
    assert one.fault.offset == pytest.approx(other.fault.offset, rel=1e-6)


def test_a_saved_ledger_gives_the_same(copper, tmp_path):
    result = fit(dataset(copper, "offset"))
    pl.fit.save_ledger(result.ledger, tmp_path / "ledger")
    found = find_contradictions(pl.fit.load_ledger(tmp_path / "ledger"), FitSettings(e0="fitted"))
    assert [item.words for item in found] == [item.words for item in result.contradictions]


def test_many_groups_with_one_fault_are_one_sentence(copper):
    (item,) = fit(dataset(copper, "sign")).contradictions
    assert len(sentences([item] * 3)) == 3
    others = [replace(item, group=name, harm=1.0) for name in "abc"]
    (sentence,) = sentences([*others, item])
    assert sentence == f"{item.words}; the groups a, b, c have the same fault"


@settings(max_examples=8, deadline=None)
@given(kbar=st.floats(20, 200), up=st.booleans())
def test_any_large_offset_is_measured(copper, kbar, up):
    """What is added to a group's stress is what is found, to what right labels scatter."""
    offset = kbar if up else -kbar
    added = offset * np.array([1.0, 1, 1, 0, 0, 0]) / KBAR
    frames = [
        (a, r | {"stress": r["stress"] + added * (a.info["config_type"] == "volume")})
        for a, r in copper
    ]
    (item,) = fit(dataset(frames)).contradictions
    assert (item.group, item.fault.kind) == ("volume", "offset")
    assert item.fault.offset * KBAR == pytest.approx(offset, abs=3)
