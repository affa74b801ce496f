# Every command makes its own environment in .venv first; only Python and a C++17 compiler are needed.
#
#   make demo       fit a silicon potential, print metrics, write model, report and LAMMPS files
#   make test       the test suite; make test-slow: slow physics, and 100,000 mutated files for each reader
#                   (POTLEARN_FUZZ=2000: so many)
#   make test-kernels  selection, fits, uncertainty and compression as on older processors: rounding
#                   must choose nothing
#   make test-native  the tests of the C++ core; SANITIZE=thread or SANITIZE=address,undefined: under sanitizers
#   make bench      speed and accuracy, side by side with LAMMPS and other codes
#   make profile    where the cycles of energies and forces go, and what bounds design rows, beside what the
#                   core could do; where the time of a whole fit goes
#   make same-bits  fits, choices and files compared with those of a revision, AGAINST=... (the last commit)
#   make study      choice of configurations against random choice, on four sets
#   make lint       ruff, mypy, clang-format
#   make sanitize   the engine's tests under address and undefined-behaviour sanitizers
#   make docs       the documentation, in docs/_build/html
#   make wheel      a wheel, in dist/

PYTHON ?= python3
VENV ?= .venv
PYTEST_ARGS ?=
SANITIZE ?=
MACHINES ?= Nehalem:baseline Haswell:avx2
AGAINST ?= HEAD
CMAKE_ARGS ?=
comma := ,
BIN := $(abspath $(VENV))/bin
SOURCES := pyproject.toml CMakeLists.txt README.md LICENSE \
	$(shell find native src/potlearn -type f -not -path 'native/tests/*' -not -name '*.pyc' -not -name '*.so')
WHEEL = $$(ls "$(CURDIR)"/dist/potlearn-*.whl)

# One thread for the linear algebra of each test process; the processes share the cores.
RUN_TESTS = OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --timeout 600

.PHONY: demo test test-slow test-kernels test-native bench profile same-bits study lint sanitize docs wheel clean

demo: $(VENV)/.all
	$(BIN)/potlearn fit examples/silicon.yaml --output demo

test: $(VENV)/.test
	$(RUN_TESTS) -m "not slow" $(PYTEST_ARGS)

test-slow: $(VENV)/.test
	$(RUN_TESTS) -m slow $(PYTEST_ARGS)

# OpenBLAS's kernel and the engine's instruction set of older processors; the machine's own are those
# of `make test`.
test-kernels: $(VENV)/.test
	set -e; for machine in $(MACHINES); do \
		OPENBLAS_CORETYPE=$${machine%:*} POTLEARN_INSTRUCTION_SET=$${machine#*:} \
		$(RUN_TESTS) -m "not slow" tests/select tests/fit tests/uncertainty tests/compress \
			tests/tune/test_passes.py tests/tune/test_automatic_parts.py \
			--ignore tests/select/test_scikit_learn.py --ignore tests/select/test_selector_parameters.py $(PYTEST_ARGS); \
	done

NATIVE_BUILD = build/native$(if $(SANITIZE),-$(subst $(comma),-,$(SANITIZE)))

test-native: $(VENV)/.cmake
	$(BIN)/cmake -S . -B $(NATIVE_BUILD) -DPOTLEARN_PYTHON=OFF -DPOTLEARN_TESTS=ON -DPOTLEARN_WERROR=ON \
		-DPOTLEARN_SANITIZE=$(SANITIZE) $(CMAKE_ARGS)
	$(BIN)/cmake --build $(NATIVE_BUILD) --parallel
	$(NATIVE_BUILD)/native/tests/native_tests

bench: $(VENV)/.all
	$(BIN)/python benchmarks/run.py
	OMP_NUM_THREADS=1 $(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/tune_peers.py
	$(BIN)/python benchmarks/lammps_plugin.py
	$(BIN)/python benchmarks/scale.py --most 1e5 --environments 50000

# A second copy of the package, whose engine times its stages, goes before the installed one.
profile: $(VENV)/.test build/profile/.built
	PYTHONPATH=build/profile OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/cycles.py
	PYTHONPATH=build/profile OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/cycles_networks.py
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/row_bounds.py
	$(BIN)/python benchmarks/fit_stages.py

same-bits: $(VENV)/.all
	$(BIN)/python benchmarks/same_bits.py --against $(AGAINST)

study: $(VENV)/.all
	OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(BIN)/python benchmarks/selection_study.py --seeds 30

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/clang-format --dry-run -Werror native/*.[ch]pp native/*/*.[ch]pp native/capi/potlearn.h \
		$(addprefix src/potlearn/lammps/plugin/source/,*.cpp *.h fmt_names/fmt/*.h)

# A second copy of the package, built with the sanitizers, goes before the installed one.
sanitize: $(VENV)/.test build/sanitize/.built
	PYTHONPATH=build/sanitize PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 \
	LD_PRELOAD="$$($(CXX) -print-file-name=libasan.so) $$($(CXX) -print-file-name=libstdc++.so)" \
	$(BIN)/python -m pytest tests/engine -m "not slow" --timeout 1200 $(PYTEST_ARGS)

docs: $(VENV)/.docs
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

wheel: dist/.built

clean:
	rm -rf build dist docs/_build demo

$(VENV)/pyvenv.cfg:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.cmake: $(VENV)/pyvenv.cfg
	$(BIN)/pip install --quiet cmake
	touch $@

dist/.built: $(VENV)/pyvenv.cfg $(SOURCES)
	rm -rf dist
	$(BIN)/pip wheel --quiet --no-deps --wheel-dir dist .
	touch $@

# The wheel with the extra that the stamp's name says; again without dependencies, since pip keeps
# an installed package of the same version.
$(VENV)/.%: dist/.built
	$(BIN)/pip install --quiet "$(WHEEL)[$*]"
	$(BIN)/pip install --quiet --no-deps --force-reinstall "$(WHEEL)"
	touch $@

build/sanitize/.built: $(VENV)/pyvenv.cfg $(SOURCES)
	rm -rf build/sanitize
	$(BIN)/pip install --quiet --no-deps --target build/sanitize \
		--config-settings=cmake.define.POTLEARN_SANITIZE=address,undefined .
	touch $@

build/profile/.built: $(VENV)/pyvenv.cfg $(SOURCES)
	rm -rf build/profile
	$(BIN)/pip install --quiet --no-deps --target build/profile --config-settings=cmake.define.POTLEARN_STAGES=ON .
	touch $@
