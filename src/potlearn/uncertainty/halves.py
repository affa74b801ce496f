"""Half solves of a fit's rows, configuration by configuration."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from potlearn.fit.diagnose.hat import Hat
from potlearn.fit.diagnose.leverage import Judge
from potlearn.fit.result import FitResult
from potlearn.fit.rows.names import in_fit
from potlearn.runtime import Report
from potlearn.typing import Array


def halves(
    result: FitResult, hat: Hat, report: Report | None = None
) -> Iterator[tuple[int, Array, Array]]:
    """Configuration, :math:`Z = T^{-T} X^T` (C', m) and residuals (m,) of its rows in the fit.

    Rows and residuals (prediction minus label) are weighted.
    """
    judge, rows = Judge.of(result, hat), result.rows
    for index in range(len(rows)):
        weights, parts, errors = judge.weights(index), [], []
        for quantity, block in rows.blocks(index).items():
            root = np.sqrt(weights[quantity])
            used = root * in_fit(judge.excluded, index, quantity, block)
            parts.append(used[:, None] * block.rows)
            errors.append(used * hat.residuals(block))
        if parts:
            yield index, hat.half(np.concatenate(parts)), np.concatenate(errors)
        if report:
            report(index + 1, len(rows))
