"""Active learning beside random picks from one trajectory: test errors against labels spent.

    python benchmarks/learning.py silicon  # Stillinger-Weber as a stand-in truth; also the liquid
    python benchmarks/learning.py solid    # the same up to melting; a vacancy
    python benchmarks/learning.py copper   # EMT as a stand-in truth; vacancies
    python benchmarks/learning.py potential     # what the first potential of silicon is good for
    python benchmarks/learning.py temperatures  # what the default runs of an element find
    python benchmarks/learning.py refit    # a refit, beside a first fit of ten times the data

The truth is a classical potential, so that seeds are many: numbers say how learning chooses, not
how accurate a potential of silicon is.  Results are written to ``benchmarks/results/learning``.
"""

from __future__ import annotations

import argparse

from learning_checks import potential_check, refit, temperatures
from learning_compare import compare
from learning_systems import SYSTEMS, copper, silicon


def main():
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=[*SYSTEMS, "potential", "temperatures", "refit"])
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    if given.what == "refit":
        refit(silicon())
        return
    if given.what == "potential":
        potential_check()
        return
    if given.what == "temperatures":
        temperatures(silicon())
        temperatures(copper())
        return
    compare(SYSTEMS[given.what](), given.seeds)


if __name__ == "__main__":
    main()
