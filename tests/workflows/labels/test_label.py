"""Labels: calculated once, kept, found again, and read by everything that reads data."""

import numpy as np
import pytest
from ase.build import bulk, molecule
from ase.calculators.emt import EMT
from ase.calculators.singlepoint import SinglePointCalculator
from ase.db import connect
from ase.io import read

import potlearn as pl
from potlearn.errors import DataError, LabellingError, OutputError
from potlearn.runtime import Processes
from potlearn.workflows.labels import CalculatorSpec, label, summarise

EMT_SPEC = CalculatorSpec("emt")


def logged(tmp_path, fault="nan", **settings):
    """A calculator that writes a letter for each calculation, and the count of letters."""
    path = tmp_path / "log"
    settings = {"fault": fault, "log": str(path), **settings}
    spec = CalculatorSpec("calculators:faulty", settings)
    return spec, lambda: len(path.read_text()) if path.exists() else 0


def test_labels_are_those_of_the_calculator(tmp_path, frames):
    found = label(frames, EMT_SPEC, tmp_path / "a.db")
    assert found.indices == [0, 1, 2, 3, 4]
    assert found.failed == []
    for before, after in zip(frames, found.frames, strict=True):
        alone = before.copy()
        alone.calc = EMT()
        assert after.info["REF_energy"] == pytest.approx(alone.get_potential_energy())
        np.testing.assert_allclose(after.arrays["REF_forces"], alone.get_forces(), atol=1e-12)
        np.testing.assert_allclose(after.info["REF_stress"], alone.get_stress(), atol=1e-12)
        np.testing.assert_allclose(after.get_forces(), alone.get_forces(), atol=1e-12)
        assert after.info["config_type"] == "rattled"
        assert "REF_energy" not in before.info


def test_nothing_is_calculated_twice(tmp_path, frames):
    spec, count = logged(tmp_path)
    first = label([*frames, frames[0]], spec, tmp_path / "a.db")
    assert (first.n_calculated, first.n_found, count()) == (5, 0, 5)
    more = bulk("Cu", a=3.7)
    again = label([more, *frames], spec, tmp_path / "a.db")
    assert (again.n_calculated, again.n_found, count()) == (1, 5, 6)
    assert again.frames[1] == first.frames[0]


def test_a_configuration_is_the_same_after_a_file(tmp_path, frames):
    spec, count = logged(tmp_path)
    label(frames, spec, tmp_path / "a.db")
    for k, atoms in enumerate(frames):
        atoms.write(tmp_path / f"{k}.extxyz")
    label([read(tmp_path / f"{k}.extxyz") for k in range(5)], spec, tmp_path / "a.db")
    assert count() == 5


@pytest.mark.parametrize(
    "change",
    [
        lambda a: a.positions.__setitem__((0, 0), a.positions[0, 0] + 1e-6),
        lambda a: a.set_cell(a.cell * 1.0001),
        lambda a: a.set_pbc([True, True, False]),
        lambda a: a.set_initial_magnetic_moments([1.0] * len(a)),
        lambda a: a.set_initial_charges([0.1] * len(a)),
        lambda a: a.info.update(charge=1),
        lambda a: a.numbers.__setitem__(0, 28),
    ],
)
def test_what_changes_a_result_changes_the_key(tmp_path, frames, change):
    first = label(frames[:1], EMT_SPEC, tmp_path / "a.db")
    other = frames[0].copy()
    change(other)
    assert first.n_calculated == 1
    assert label([other], EMT_SPEC, tmp_path / "a.db").n_calculated == 1


def test_other_settings_are_other_labels(tmp_path, frames):
    for settings in ({}, {"asap_cutoff": True}):
        found = label(frames[:1], CalculatorSpec("emt", settings), tmp_path / "a.db")
        assert found.n_calculated == 1
    assert label(frames[:1], EMT_SPEC, tmp_path / "a.db", properties=["energy"]).n_calculated == 1


def test_old_labels_are_replaced(tmp_path, frames):
    atoms = frames[0]
    atoms.info |= {"REF_energy": 5.0, "energy": 3.0, "virial": np.eye(3)}
    atoms.arrays["forces"] = np.ones((len(atoms), 3))
    atoms.calc = SinglePointCalculator(atoms, energy=4.0)
    (found,) = label([atoms], EMT_SPEC, tmp_path / "a.db").frames
    plain = label([frames[0]], EMT_SPEC, tmp_path / "a.db").frames[0]
    assert found.info["REF_energy"] == plain.info["REF_energy"] != 5.0
    assert not {"energy", "virial"} & set(found.info)
    assert "forces" not in found.arrays


def test_a_database_is_data(tmp_path, frames):
    spec, _ = logged(tmp_path)
    found = label(frames, spec, tmp_path / "a.db")
    data, notes = pl.data.read_with_notes(tmp_path / "a.db")
    assert len(data) == 4
    assert notes == (
        "1 configuration without label, which failed: energy is not finite (nan) "
        f"({tmp_path}/a.db:2)",
    )
    for atoms, labelled in zip(data, found.frames, strict=True):
        assert atoms.get_potential_energy() == labelled.info["REF_energy"]
        np.testing.assert_array_equal(atoms.get_forces(), labelled.arrays["REF_forces"])
        np.testing.assert_array_equal(atoms.get_stress(), labelled.info["REF_stress"])
        assert atoms.info["config_type"] == "rattled"


def test_the_energy_is_the_one_of_the_forces(tmp_path, frames):
    spec, _ = logged(tmp_path, "smeared")
    found = label(frames, spec, tmp_path / "a.db").frames[2]
    assert found.info["energy_zero_smearing"] == pytest.approx(found.info["REF_energy"] + 0.5)
    assert pl.read(tmp_path / "a.db").labels(2).energy == found.info["REF_energy"]


def test_workers_change_nothing(tmp_path, frames):
    spec, _ = logged(tmp_path, pause=0.01)
    one = label(frames, spec, tmp_path / "a.db")
    two = label(frames, spec, tmp_path / "b.db", executor=Processes(2))
    assert one.frames == two.frames
    assert one.failed == two.failed
    assert contents(tmp_path / "a.db") == contents(tmp_path / "b.db")


def test_two_commands_at_once_keep_what_either_calculated(tmp_path, frames):
    """The second one begins while the first one works, and plans nothing anew that is done."""
    spec, _ = logged(tmp_path)

    def second(done, total):
        if done == 2:
            label(frames[:1], spec, tmp_path / "a.db")
            assert label(frames[3:], spec, tmp_path / "a.db").n_calculated == 2

    found = label(frames, spec, tmp_path / "a.db", progress=second)
    assert found.indices == [0, 1, 3, 4]
    assert [row[0] for row in contents(tmp_path / "a.db")] == [1, 2, 3, 4, 5]


def contents(path):
    """What the rows of a database hold, but for times."""
    return [
        (row.id, row.unique_id, row.labelling, row.get("energy"), row.positions.tobytes())
        for row in connect(path).select()
    ]


def test_molecules_have_no_stress(tmp_path):
    (found,) = label([molecule("CO")], EMT_SPEC, tmp_path / "a.db").frames
    assert "REF_stress" not in found.info
    assert pl.read(tmp_path / "a.db").labels(0).stress is None


def test_a_potential_of_ours_is_a_calculator(tmp_path, frames):
    train = label(frames, EMT_SPEC, tmp_path / "a.db").frames
    descriptor = pl.ACE(("Cu",), cutoff=4.0, order=2)
    fit = pl.fit_linear(pl.from_atoms(train), descriptor)
    teacher = pl.LinearPotential(descriptor, fit.coefficients)
    teacher.save(tmp_path / "t.potl")
    found = label(frames, CalculatorSpec(str(tmp_path / "t.potl")), tmp_path / "b.db")
    expected = teacher.predict(frames[1]).energy
    assert found.frames[1].info["REF_energy"] == pytest.approx(expected)
    (tmp_path / "t.potl").rename(tmp_path / "same.potl")
    again = CalculatorSpec(str(tmp_path / "same.potl"))
    assert label(frames, again, tmp_path / "b.db").n_calculated == 0


def test_tblite_labels_molecules_and_refuses_crystals(tmp_path):
    pytest.importorskip("tblite")
    spec = CalculatorSpec("tblite", {"method": "GFN2-xTB"})
    found = label([molecule("H2O"), bulk("Si")], spec, tmp_path / "a.db")
    assert found.frames[0].info["REF_energy"] == pytest.approx(-137.97, abs=0.01)
    assert "tblite is for molecules" in found.failed[0].reason


def test_stillinger_weber_is_the_published_potential(tmp_path):
    """The energy of diamond at its lattice constant is -2 ε an atom."""
    diamond = bulk("Si", a=5.43095)
    (found,) = label([diamond], CalculatorSpec("stillinger-weber"), tmp_path / "a.db").frames
    assert found.info["REF_energy"] == pytest.approx(-4 * 2.1682, abs=1e-4)
    np.testing.assert_allclose(found.info["REF_stress"], 0, atol=1e-5)


def test_stillinger_weber_has_right_derivatives(tmp_path):
    from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress

    atoms = bulk("Si") * (2, 1, 1)
    atoms.rattle(0.1, seed=1)
    spec = CalculatorSpec("stillinger-weber")
    (found,) = label([atoms], spec, tmp_path / "a.db").frames
    atoms.calc = spec.build()
    forces, stress = calculate_numerical_forces(atoms, 1e-5), calculate_numerical_stress(atoms)
    np.testing.assert_allclose(found.arrays["REF_forces"], forces, atol=1e-6)
    np.testing.assert_allclose(found.info["REF_stress"], stress, atol=1e-7)


def test_progress_counts_what_is_calculated(tmp_path, frames):
    seen = []
    label(frames[:2], EMT_SPEC, tmp_path / "a.db")
    label(frames, EMT_SPEC, tmp_path / "a.db", progress=lambda *counts: seen.append(counts))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_files_of_the_calculator_stay_where_they_are_wanted(tmp_path, frames):
    found = label(frames[:1], EMT_SPEC, tmp_path / "a.db", files=tmp_path / "kept")
    assert found.n_calculated == 1
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gpow", "no calculator 'gpow'; did you mean gpaw"),
        ("absent:thing", "calculator absent:thing: cannot be made: ModuleNotFoundError"),
        ("calculators:absent", "has no attribute 'absent'"),
        ("os:getcwd", "gives str; expected an ASE calculator"),
        ("mace", "No module named 'mace'; to install it: pip install mace-torch"),
    ],
)
def test_a_calculator_that_is_not_there(tmp_path, frames, name, message):
    with pytest.raises(LabellingError, match=message):
        label(frames, CalculatorSpec(name), tmp_path / "a.db")
    assert list(tmp_path.iterdir()) == []


def test_wrong_settings_are_named(tmp_path, frames):
    with pytest.raises(LabellingError, match=r"cannot be made.*unexpected keyword.*'colour'"):
        label(frames, CalculatorSpec("calculators:faulty", {"colour": 1}), tmp_path / "a.db")


def test_another_program_s_database_is_refused(tmp_path, frames):
    import sqlite3

    with sqlite3.connect(tmp_path / "mail.db") as database:
        database.execute("CREATE TABLE letters (text TEXT)")
    database.close()
    with pytest.raises(DataError, match="without ASE's table"):
        label(frames, EMT_SPEC, tmp_path / "mail.db")
    (tmp_path / "text.db").write_text("hello")
    with pytest.raises(LabellingError, match=r"text\.db: expected a database of ASE"):
        label(frames, EMT_SPEC, tmp_path / "text.db")
    with pytest.raises(LabellingError, match="no such database"):
        summarise(tmp_path / "absent.db")
    with pytest.raises(OutputError, match="no file can be written"):
        label(frames, EMT_SPEC, tmp_path / "text.db" / "a.db")
