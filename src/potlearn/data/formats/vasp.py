"""VASP's OUTCAR and vasprun.xml, read by ASE; steps that did not converge are left out.

A step is not converged if its electronic steps reached NELM and, in an OUTCAR, VASP did not say
that EDIFF was reached, or, in a vasprun.xml, the last two energies differ by more than EDIFF.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from potlearn.data.formats.ase_files import iread
from potlearn.data.formats.base import Format, Item, LeftOut, Opened
from potlearn.data.frames import frame_from_atoms
from potlearn.data.tokens import shown
from potlearn.errors import DataError

REASON = "left out: the electronic steps reached NELM without convergence"
_IONIC_STEP = "FREE ENERGIE OF THE ION-ELECTRON SYSTEM"
_NELM = re.compile(r"\s*NELM\s*=\s*(\d{1,9})\b")
_IONS = re.compile(r"\s*ions per type =\s*([\d\s]*)$")
# Fewest bytes that an ion takes in an OUTCAR: a position and a force.
_ION = 20
_ITERATION = re.compile(r"-+\s*Iteration\s*(\d{1,9})\(\s*(\d{1,9})\)")


def _is_outcar(path: Path, head: bytes) -> bool:
    return re.match(rb"\s*vasp\.\d", head) is not None


def _is_vasprun(path: Path, head: bytes) -> bool:
    return re.match(rb"\s*<\?xml[^>]*\?>\s*<modeling", head) is not None


def _outcar(opened: Opened) -> Iterator[Item]:
    _check_ions(opened)
    return _converged(opened, "vasp-out", list(_outcar_steps(opened.path)))


def _vasprun(opened: Opened) -> Iterator[Item]:
    return _converged(opened, "vasp-xml", list(_vasprun_steps(opened.path)))


def _converged(opened: Opened, kind: str, steps: list[bool]) -> Iterator[Item]:
    for number, atoms in enumerate(iread(opened, kind)):
        good = number >= len(steps) or steps[number]
        yield frame_from_atoms(atoms) if good else LeftOut(REASON)


def _check_ions(opened: Opened) -> None:
    """Refuse more ions than the file can hold: ASE would allocate for them.

    Raises
    ------
    DataError
        Naming the announced number.
    """
    most = opened.path.stat().st_size // _ION
    with opened.path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if found := _IONS.match(line):
                counts = found[1].split()
                if any(len(count) > 9 for count in counts) or sum(map(int, counts)) > most:
                    raise DataError(
                        f"{opened.name}: ions per type: {shown(found[1])}; a file of this size "
                        f"holds at most {most} ions"
                    )


def _outcar_steps(path: Path) -> Iterator[bool]:
    """Whether each ionic step of an OUTCAR is converged."""
    most, last = 0, 0
    reached: bool | None = None
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            if found := _ITERATION.search(line):
                last, reached = int(found[2]), None
            elif "aborting loop" in line:
                reached = "EDIFF is reached" in line
            elif _IONIC_STEP in line:
                yield bool(reached) or (reached is None and not 0 < most <= last)
                last, reached = 0, None
            elif found := _NELM.match(line):
                most = int(found[1])


def _vasprun_steps(path: Path) -> Iterator[bool]:
    """Whether each ionic step of a vasprun.xml is converged; up to where the XML is cut."""
    most, tolerance = 0, 0.0
    try:
        for _, element in ElementTree.iterparse(path, events=("end",)):
            if element.tag == "i" and element.get("name") == "NELM":
                most = int(element.text or 0)
            elif element.tag == "i" and element.get("name") == "EDIFF":
                tolerance = float(element.text or 0)
            elif element.tag == "calculation":
                energies = _energies(element)
                yield not 0 < most <= len(energies) or _settled(energies, tolerance)
                element.clear()
    except (ElementTree.ParseError, ValueError, LookupError):
        return  # ASE says what is wrong with the file, or drops the step that is cut


def _energies(calculation: ElementTree.Element) -> list[float]:
    """Free energy after each electronic step, in eV."""
    found = calculation.findall("scstep")
    texts = [step.findtext("energy/i[@name='e_fr_energy']") for step in found]
    return [float(text) if text else float("nan") for text in texts]


def _settled(energies: list[float], tolerance: float) -> bool:
    return len(energies) > 1 and abs(energies[-1] - energies[-2]) <= tolerance


OUTCAR = Format(_is_outcar, _outcar)
VASPRUN = Format(_is_vasprun, _vasprun)
