#!/usr/bin/env python3
"""Make the silicon data set: label every configuration with GPAW and write the compressed file.

The run can be interrupted at any time; started again, it goes on after the last finished label.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import zlib
from collections import defaultdict
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from files import read_frames, write_frames
from label import LabelStore, label
from structures import config_type, configurations

HERE = Path(__file__).parent
DATA = HERE / "silicon.extxyz.xz"
TEST_FRACTION = 0.13
UNSPLIT = ("IsolatedAtom", "supercell")
"""Groups that are never held out for testing."""


def labelling_order(configs: dict[str, Atoms]) -> list[str]:
    """Return what the tests compare first, then cells of up to 4 atoms, then the larger ones.

    Within each of these all series advance in step, so that a part of the run is balanced.
    """
    first = [n for n in configs if config_type(n) in (*UNSPLIT, "diamond_volume")]
    series = defaultdict(list)
    for name in configs:
        if name not in first:
            series[name.rpartition("_")[0]].append(name)
    progress = {n: (i + 0.5) / len(part) for part in series.values() for i, n in enumerate(part)}
    return first + sorted(progress, key=lambda n: (len(configs[n]) > 4, progress[n], n))


def label_all(configs: dict[str, Atoms], store: LabelStore, names: list[str]) -> None:
    """Label what the store lacks and print one line per configuration."""
    start = time.perf_counter()
    for number, name in enumerate(names, 1):
        atoms = configs[name]
        if store.get(atoms) is not None:
            continue
        result = label(atoms, isolated=name == "isolated")
        store.add(name, atoms, result)
        minutes = (time.perf_counter() - start) / 60
        print(
            f"{number:3d}/{len(names)} {name:28s} {result['energy'] / len(atoms):11.6f} eV/atom "
            f"{tuple(result['kpoints'])!s:14s} {result['seconds']:6.1f} s  {minutes:5.1f} min",
            flush=True,
        )


def split_of(names: list[str]) -> dict[str, str]:
    """Return "train" or "test" per name: a fixed fraction of each group, drawn by the name.

    Groups of fewer than four configurations are not split.
    """
    groups = defaultdict(list)
    for name in names:
        groups[config_type(name)].append(name)
    split = dict.fromkeys(names, "train")
    for group, members in groups.items():
        if group in UNSPLIT:
            continue
        members.sort(key=lambda n: zlib.crc32(f"split {n}".encode()))
        for name in members[: round(TEST_FRACTION * len(members))]:
            split[name] = "test"
    return split


def labelled_frames(configs: dict[str, Atoms], store: LabelStore) -> list[Atoms]:
    """Return the labelled configurations with their names, groups and split as info."""
    frames = []
    split = split_of(list(configs))
    for name, atoms in configs.items():
        entry = store.get(atoms)
        if entry is None:
            continue
        frame = atoms.copy()
        grid = np.array(entry["kpoints"])
        frame.info = {"name": name, "config_type": config_type(name), "split": split[name]}
        frame.info["kpoints"] = grid
        results = {"energy": entry["energy"], "forces": np.array(entry["forces"])}
        if entry["stress"] is not None:
            s = np.array(entry["stress"])
            results["stress"] = s[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]]
        frame.calc = SinglePointCalculator(frame, **results)
        frames.append(frame)
    return frames


def check_supercells(configs: dict[str, Atoms], store: LabelStore, path: Path) -> float:
    """Write the energies per atom of the supercell group; return the largest spread in eV."""
    crystals: dict[str, dict[str, dict]] = defaultdict(dict)
    for name, atoms in configs.items():
        if config_type(name) == "supercell":
            entry = store.get(atoms)
            _, crystal, size = name.split("_")
            crystals[crystal][size] = {
                "energy_per_atom": round(entry["energy"] / len(atoms), 7),
                "kpoints": list(entry["kpoints"]),
            }
    report, worst = {}, 0.0
    for crystal, cells in crystals.items():
        energies = [cell["energy_per_atom"] for cell in cells.values()]
        spread = max(energies) - min(energies)
        worst = max(worst, spread)
        report[crystal] = {"atoms_in_cell": cells, "largest_difference": round(spread, 7)}
    path.write_text(json.dumps({"unit": "eV/atom", "crystals": report}, indent=2) + "\n")
    print(f"{path.name}: largest difference {1000 * worst:.4f} meV/atom")
    return worst


def relabel(name: str) -> None:
    """Label one stored configuration again and print stored and new label as one JSON line."""
    atoms = next(frame for frame in read_frames(DATA) if frame.info["name"] == name)
    stored = {"energy": atoms.get_potential_energy(), "forces": atoms.get_forces().tolist()}
    stored["stress"] = atoms.get_stress(voigt=False).tolist()
    print(json.dumps({"stored": stored, "new": label(atoms)}))


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, default=HERE / "labels.jsonl", help="label store")
    parser.add_argument("--output", type=Path, default=DATA, help="compressed extended XYZ file")
    parser.add_argument("--count", type=int, help="label and write only so many configurations")
    parser.add_argument(
        "--anew", action="store_true", help="take no finished labels from the compressed file"
    )
    parser.add_argument("--write-only", action="store_true", help="label nothing, write the files")
    parser.add_argument("--relabel", metavar="NAME", help="label one stored configuration again")
    parser.add_argument(
        "--check-supercells",
        action="store_true",
        help="label only the supercell group, write supercells.json, fail above 1 meV/atom",
    )
    options = parser.parse_args()
    if options.relabel:
        relabel(options.relabel)
        return 0
    configs = configurations()
    store = LabelStore(options.store)
    if not options.anew and DATA.exists():
        store.adopt(read_frames(DATA))
    names = labelling_order(configs)[: options.count]
    configs = {name: atoms for name, atoms in configs.items() if name in names}
    if options.check_supercells:
        label_all(configs, store, [n for n in names if config_type(n) == "supercell"])
        worst = check_supercells(configs, store, options.output.with_name("supercells.json"))
        return int(worst > 1e-3)
    if not options.write_only:
        label_all(configs, store, names)
    write_frames(labelled_frames(configs, store), options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
