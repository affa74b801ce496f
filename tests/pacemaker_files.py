"""Small files of pacemaker and ACEpotentials.jl, as text and as pacemaker writes them."""

import numpy as np

BBASIS = """\
global:
  DeltaSplineBins: 0.001
species:
  - speciesblock: Al
    ndensityi: 2
    npoti: FinnisSinclairShiftedScaled
    parameters: [1, 1, 1, 0.5]
    rho_core_cut: 100000
    drho_core_cut: 250
    nradmaxi: 1
    lmaxi: 2
    rcutij: 4
    dcutij: 0.01
    NameOfCutoffFunctionij: cos
    r_in: 0.8
    delta_in: 0.2
    inner_cutoff_type: distance
    nradbaseij: 2
    radbase: ChebExpCos
    radparameters: [5.25]
    radcoefficients: [[[1, 0.1], [1, -0.2], [0.9, 0.3]]]
    core-repulsion: [10, 3]
    nbody:
      - {type: Al Al, nr: [2], nl: [0], c: [0.1, -0.06]}
      - {type: Al Al Al, nr: [1, 1], nl: [1, 1], c: [-0.03, 0.15]}
      - {type: Al Al Al Al, nr: [1, 1, 1], nl: [1, 1, 2], lint: [2], c: [-0.05, 0.2]}
      - {type: Al Al Al Al Al, nr: [1, 1, 1, 1], nl: [0, 1, 1, 2], lint: [1, 1], c: [0.1, 0.2]}
"""
"""One species, orders 1 to 4."""
ACE = """\
# a comment

nelements=1
elements: Cu

lmax=1

embedding-function: FinnisSinclairShiftedScaled
4 FS parameters:  1.000000 1.000000 1.000000 0.500000
core energy-cutoff parameters: 100000.000000000000000000 250.000000000000000000
E0: -0.500000000000000000

radbasename=ChebPow
nradbase=2
nradmax=1
cutoffmax=5.000000
deltaSplineBins=0.001000
core repulsion parameters: 10.000000000000000000 3.000000000000000000
radparameter= 2.000000000000000000
cutoff= 5.000000000000000000
dcut= 0.010000000000000000
crad= 1.100000000000000000 0.900000000000000000
 -0.200000000000000000 0.300000000000000000

rankmax=3
ndensitymax=2

num_c_tilde_max=4
num_ms_combinations_max=2
total_basis_size_rank1: 1
ctilde_basis_func: rank=1 ndens=2 mu0=0 mu=( 0 )
n=( 2 )
l=( 0 )
num_ms=1
< 0 >:  0.300000000000000000  -0.200000000000000000
total_basis_size: 2
ctilde_basis_func: rank=2 ndens=2 mu0=0 mu=( 0  0 )
n=( 1  1 )
l=( 1  1 )
num_ms=2
< 0  0 >:  0.100000000000000000  -0.300000000000000000
< 1  -1 >:  -0.200000000000000000  0.600000000000000000
ctilde_basis_func: rank=3 ndens=2 mu0=0 mu=( 0  0  0 )
n=( 1  1  1 )
l=( 0  1  1 )
num_ms=2
< 0  0  0 >:  0.020000000000000000  0.010000000000000000
< 0  1  -1 >:  -0.040000000000000000  -0.020000000000000000
"""
SPLINES = """\
deltaSplineBins: 0.001
elements: [Si]
E0: [-0.5]
lmax: 1
embeddings:
  0: {ndensity: 1, FS_parameters: [1.0, 1.0], npoti: FinnisSinclairShiftedScaled, \
drho_core_cutoff: 1.0, rho_core_cutoff: 100000.0}
bonds:
  [0, 0]: {radbasename: "ACE.jl", rcut: 5.5, nradial: 2, nbins: 4, \
splinenodalvals: {0: [1.0, 0.7, 0.4, 0.1, 0.0], 1: [0.0, 0.5, -0.4, 0.1, 0.0]}, \
splinenodalderivs: {0: [0.0, -0.2, -0.2, -0.1, 0.0], 1: [0.3, 0.2, -0.2, 0.1, 0.0]}}
functions:
  0:
    - {mu0: 0, rank: 1, ndensity: 1, num_ms_combs: 1, mus: [0], ns: [1], ls: [0], ms_combs: [0], \
ctildes: [0.1]}
    - {mu0: 0, rank: 2, ndensity: 1, num_ms_combs: 3, mus: [0, 0], ns: [1, 2], ls: [1, 1], \
ms_combs: [0, 0, 1, -1, -1, 1], ctildes: [0.2, -0.2, -0.2]}
"""


def potential(elements=("Al", "Ni"), kind="ChebExpCos", orders=(4, 2, 2, 1, 1, 1), two=True):
    """A B-basis of pacemaker with random coefficients, as its own object."""
    from pyace import ACEBBasisSet, create_multispecies_basis_config

    embedding = {
        "npot": "FinnisSinclairShiftedScaled",
        "fs_parameters": [1, 1, 1, 0.5] if two else [1, 1],
        "ndensity": 2 if two else 1,
        "rho_core_cut": 40,
        "drho_core_cut": 20,
    }
    bond = {
        "radbase": kind,
        "NameOfCutoffFunction": "cos",
        "radparameters": [2.25],
        "rcut": 5,
        "dcut": 0.01,
        "core-repulsion": [2.0, 1.5],
    }
    functions = {"nradmax_by_orders": list(orders), "lmax_by_orders": [0, 3, 2, 2, 1, 1]}
    functions["lmax_by_orders"] = functions["lmax_by_orders"][: len(orders)]
    settings = {"deltaSplineBins": 0.001, "elements": list(elements)}
    settings |= {"embeddings": {"ALL": embedding}, "bonds": {"ALL": bond}}
    basis = ACEBBasisSet(
        create_multispecies_basis_config(settings | {"functions": {"ALL": functions}})
    )
    given = np.array(basis.all_coeffs)
    basis.all_coeffs = (given + 0.1 * np.random.default_rng(0).normal(size=len(given))).tolist()
    return basis
