"""Frames of a trajectory as extended XYZ."""

from __future__ import annotations

from io import StringIO

from potlearn.data.writing import write_frame
from potlearn.typing import Atoms
from potlearn.workflows.dynamics.thermo import Thermo


def frame_text(atoms: Atoms, now: Thermo) -> str:
    """One frame: positions (Å), momenta (ASE's units), forces, energy, stress, step and time."""
    from ase.stress import voigt_6_to_full_3x3_stress

    frame = atoms.copy()
    frame.info = {"step": now.step, "time": now.time, "energy": now.potential}
    if now.pressure == now.pressure:  # there is a stress
        frame.info["stress"] = voigt_6_to_full_3x3_stress(atoms.get_stress())
    frame.set_array("forces", atoms.get_forces())
    text = StringIO()
    write_frame(text, frame)
    return text.getvalue()
