#!/usr/bin/env bash
# A built wheel must install and compute where there is no compiler: PATH holds Python alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
make --no-print-directory wheel
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

.venv/bin/python -m venv "$folder/env"
mkdir "$folder/bin"
bare() { env PATH="$folder/bin" CC=/nowhere/cc CXX=/nowhere/c++ "$folder/env/bin/python" -m "$@"; }
bare pip install --quiet --only-binary :all: dist/potlearn-*.whl pytest
bare pytest --quiet --noconftest tests/packaging/test_smoke.py
