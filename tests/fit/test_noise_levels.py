"""Noise levels by evidence: what they find, and where labels say nothing of one."""

import pytest
from pair_descriptor import PairDescriptor, configurations

import potlearn as pl
from potlearn.fit import FitSettings, fit_linear


def fitted(frames, noise):
    settings = FitSettings(noise=noise, contradictions="keep", e0="fitted")
    return fit_linear(pl.from_atoms(frames), PairDescriptor(("Si",)), settings)


@pytest.mark.parametrize("noise", ["quantity", "group"])
def test_a_single_label_has_no_level(noise):
    """The fit can match it exactly; without noise it would outweigh all others."""
    frames = list(configurations(12, noise=0.3))
    for atoms in frames[1:]:
        atoms.calc.results.pop("energy")
    found = fitted(frames, noise).settings.weights
    group = pl.from_atoms(frames).groups[0]
    assert found.of(group, "energy") == FitSettings().weights.energy
    assert found.of(group, "forces") == pytest.approx(1 / 0.3**2, rel=0.3)
