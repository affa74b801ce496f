"""Configurations of fits that tests of configurations change."""

GOOD = """\
data:
  file: all.extxyz.xz
  split: {test: 0.2, seed: 3, kind: stratified}
  keys: {energy: dft_energy, virial: []}
  groups: config_type
descriptor: {family: pod, species: [In, P], cutoff: 5.5, rin: 0.9, threebody_angular_degree: 4}
reference: {kind: zbl, inner: 0.8, outer: 1.6}
fit:
  solver: ridge
  ridge: 1e-8
  e0: {In: -0.1, P: -0.2}
  weights: {energy: 100, forces: 1, groups: {Surface: {energy: 10}}}
output: {folder: out, report: false}
"""
GOOD_ACE = """\
data: {train: [a.xyz, b.xyz]}
descriptor:
  family: ace
  species: [In, P]
  cutoff: 5.5
  order: 3
  nmax: [8, 4, 2]
  lmax: 3
  radial: {kind: cheb_pow, power: 3}
  pairs: {In-P: {cutoff: 5, inner: 1.1}}
"""
