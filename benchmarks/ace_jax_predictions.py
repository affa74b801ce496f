"""`aj fit` of ace-jax, which also keeps what it predicts for the test set.

Takes the arguments of `aj`; the folder of the fit has `pred_test_map.npz` and, of a fit with
`--uq pops`, `pops_envelope_test.npz` besides the files of the command.  The research driver of
ace-jax asks for them in the same way.
"""

from typing import Any

from ace_jax import cli
from ace_jax.fit import pipeline

_write = pipeline.write_outputs


def _write_all(result: Any, folder: Any, **options: Any) -> None:
    _write(result, folder, **{**options, "layout": ("cli", "run")})


if __name__ == "__main__":
    pipeline.write_outputs = _write_all
    cli.main()
