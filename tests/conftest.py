"""Fixtures that several rooms share, and what a run says about its machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings
from optional_parts import pytest_terminal_summary as pytest_terminal_summary

# JAX compiles in half the time what runs for milliseconds; before it is loaded.
os.environ.setdefault(
    "XLA_FLAGS",
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true",
)

# No test asserts a time: a slow or busy machine must not fail it.
settings.register_profile("potlearn", deadline=None)
settings.load_profile("potlearn")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder of real data sets beside the checkout; tests that need it skip where it is absent."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the real data sets are not beside this checkout")
    return folder


def pytest_report_header() -> str:
    """Kernels of linear algebra and of the engine, on which last digits depend."""
    import numpy  # noqa: F401
    from threadpoolctl import threadpool_info

    from potlearn.engine import instruction_sets
    from potlearn.engine.engine import usual_set

    kernels = sorted(
        {str(i.get("architecture")) for i in threadpool_info() if "blas" in i["user_api"]}
    )
    return (
        f"kernels: {', '.join(kernels)}; engine: {usual_set()} of {', '.join(instruction_sets())}"
    )
