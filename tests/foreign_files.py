"""Small files of other programs, with labels of ASE's EMT potential."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from ase.build import bulk
from ase.calculators.emt import EMT
from ase.units import GPa, Pascal

KBAR = 0.1 * GPa
"""One kbar in eV/Å³."""


def alloy(seed=0, rattle=0.08):
    """A compressed cell of copper and gold, labelled."""
    atoms = bulk("Cu", "fcc", a=3.5, cubic=True)
    atoms.symbols[1] = "Au"
    rng = np.random.default_rng(seed)
    atoms.positions += rng.normal(scale=rattle, size=atoms.positions.shape)
    atoms.set_cell(atoms.cell.array + rng.normal(scale=0.1, size=(3, 3)))
    atoms.calc = EMT()
    atoms.get_stress()
    return atoms


ALLOYS = [alloy(seed) for seed in range(3)]


def rows(array):
    return "\n".join(" ".join(f"{x:.12f}" for x in row) for row in array)


def mtp(configurations, direct=False):
    """MLIP's .cfg: types 0 for copper and 1 for gold."""
    text = ""
    for atoms in configurations:
        virial = -atoms.get_volume() * atoms.get_stress()
        positions = atoms.get_scaled_positions(wrap=False) if direct else atoms.positions
        kind = "direct" if direct else "cartes"
        table = "\n".join(
            f"{k + 1} {int(symbol == 'Au')} {rows([[*r, *f]])}"
            for k, (symbol, r, f) in enumerate(
                zip(atoms.symbols, positions, atoms.get_forces(), strict=True)
            )
        )
        text += f"""BEGIN_CFG
 Size
    {len(atoms)}
 Supercell
{rows(atoms.cell)}
 AtomData:  id type {kind}_x {kind}_y {kind}_z fx fy fz
{table}
 Energy
   {atoms.get_potential_energy():.12f}
 PlusStress:  xx yy zz yz xz xy
{rows([virial])}
 Feature   EFS_by  EMT
 Feature   config_type  alloy phase
END_CFG

"""
    return text


def fitsnap(atoms, style="bar", **changes):
    """FitSNAP's JSON with a comment line; the pressure tensor in ``style``."""
    unit = {"bar": 1e-3 * KBAR, "kB": KBAR, "GPa": GPa, None: KBAR}.get(style, 1e-3 * KBAR)
    unit = Pascal if style == "Pascal" else unit
    entry = {
        "Stress": (-atoms.get_stress(voigt=False) / unit).tolist(),
        "Positions": atoms.positions.tolist(),
        "Energy": atoms.get_potential_energy(),
        "AtomTypes": list(atoms.symbols),
        "Lattice": atoms.cell.tolist(),
        "NumAtoms": len(atoms),
        "Forces": atoms.get_forces().tolist(),
    }
    dataset = {
        "Data": [entry | changes],
        "EnergyStyle": "electronvolt",
        "LatticeStyle": "angstrom",
        "PositionsStyle": "angstrom",
        "ForcesStyle": "electronvoltperangstrom",
        "Label": "made by EMT",
    }
    dataset |= {} if style is None else {"StressStyle": style}
    return "# made by EMT\n" + json.dumps({"Dataset": dataset})


def deepmd(folder: Path, configurations, periodic=True):
    """A system of DeePMD-kit in two sets."""
    folder.mkdir(parents=True)
    (folder / "type.raw").write_text("0 1 0 0\n")
    (folder / "type_map.raw").write_text("Cu\nAu\n")
    if not periodic:
        (folder / "nopbc").touch()
    sets = (configurations[:1], configurations[1:])
    for number, members in enumerate(filter(len, sets)):
        place = folder / f"set.{number:03}"
        place.mkdir()
        n = len(members)
        virials = [-a.get_volume() * a.get_stress(voigt=False) for a in members]
        np.save(place / "coord.npy", np.reshape([a.positions for a in members], (n, -1)))
        np.save(place / "energy.npy", [a.get_potential_energy() for a in members])
        np.save(place / "force.npy", np.reshape([a.get_forces() for a in members], (n, -1)))
        if periodic:
            np.save(place / "box.npy", np.reshape([a.cell for a in members], (n, 9)))
            np.save(place / "virial.npy", np.reshape(virials, (n, 9)).astype(np.float64))
    return folder


REACHED = "------------------ aborting loop because EDIFF is reached ------------------"
STEPS = ((12, REACHED), (40, ""), (40, REACHED), (9, REACHED))
"""Electronic steps of each ionic step (NELM is 40), and what VASP says at their end."""


def outcar(steps=STEPS):
    """VASP's OUTCAR of one copper atom, as far as it is read; energies -1.5, -2.5, ... eV."""
    text = """ vasp.6.3.0 20Jan22 (build) complex
 POTCAR:    PAW_PBE Cu 22Jun2005
   ions per type =               1
   NELM   =     40;   NELMIN=  2; NELMDL= -5     # of ELM steps
"""
    for i, (n, end) in enumerate(steps, 1):
        text += f"""------------------- Iteration      {i}(   {n})  -------------------
{end}
  in kB      16.02177 16.02177 16.02177 0.0 0.0 0.0
      direct lattice vectors                 reciprocal lattice vectors
     3.000000000  0.000000000  0.000000000     0.333333333  0.000000000  0.000000000
     0.000000000  3.000000000  0.000000000     0.000000000  0.333333333  0.000000000
     0.000000000  0.000000000  3.000000000     0.000000000  0.000000000  0.333333333

 POSITION                                       TOTAL-FORCE (eV/Angst)
 -----------------------------------------------------------------------------------
      0.00000      0.00000      0.00000         0.000000      0.000000      0.000000
 -----------------------------------------------------------------------------------

  FREE ENERGIE OF THE ION-ELECTRON SYSTEM (eV)
  ---------------------------------------------------
  free  energy   TOTEN  =        -{i}.50000000 eV

  energy  without entropy=       -{i}.50000000  energy(sigma->0) =       -{i}.50000000

"""
    return text


CELL = "<crystal><varray name='basis'><v>3 0 0</v><v>0 3 0</v><v>0 0 3</v></varray></crystal>"
PLACE = "<varray name='positions'><v>0 0 0</v></varray>"


def vasprun(steps=((3, 1e-6), (4, 0.1), (4, 1e-6))):
    """VASP's vasprun.xml: (electronic steps, last change of energy) of each step; NELM is 4."""
    text = f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<modeling>
<kpoints><varray name="kpointlist"><v>0 0 0</v></varray>
<varray name="weights"><v>1.0</v></varray></kpoints>
<parameters><i type="int" name="NELM">4</i><i name="EDIFF">0.0001</i></parameters>
<atominfo><array name="atoms"><set><rc><c>Cu </c><c>1</c></rc></set></array></atominfo>
<structure name="initialpos">{CELL}{PLACE}</structure>
"""
    for i, (n, change) in enumerate(steps, 1):
        energies = [-i - 0.5 + change * (k < n - 1) for k in range(n)]
        scf = "".join(
            f"<scstep><energy><i name='e_fr_energy'>{e}</i><i name='e_0_energy'>{e}</i></energy>"
            "</scstep>"
            for e in energies
        )
        text += f"""<calculation>{scf}<structure>{CELL}{PLACE}</structure>
<varray name="forces"><v>0 0 0</v></varray>
<energy><i name="e_fr_energy">{-i - 0.5}</i></energy></calculation>
"""
    return text + "</modeling>\n"
