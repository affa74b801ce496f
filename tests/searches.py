"""A search with an evaluation that costs nothing, for tests."""

from potlearn.tune import Choice, Outcome, Range, Space, Study

OBJECTIVES = ("error", "time")


def space():
    """Families with keys of their own."""
    return Space(
        {
            "family": Choice(["pod", "ace"]),
            "degree": Choice([[14, 13], [12, 10], None]),
            "cutoff": Range(4, 7, 0.5),
            "weight": Range(1, 1000, log=True),
            "order": Range(1, 5, integer=True),
        },
        {"degree": {"family": ("ace",)}, "order": {"family": ("pod",)}},
    )


def values(parameters):
    """Two objectives that contradict each other, and another value."""
    size = parameters["cutoff"] ** 3 * parameters.get("order", 2)
    return {"error": 100 / size + parameters["weight"] / 1e4, "time": size, "other": 1.0}


def outcomes(asked):
    """An outcome for every trial."""
    return [Outcome(number, values(parameters), seconds=0.5) for number, parameters in asked]


def open_study(path, **settings):
    """A study of this space."""
    return Study.open(path, space(), OBJECTIVES, **settings)
