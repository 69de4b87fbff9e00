#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints how much of Python and of C++ the tests run. Usage: BIN=.venv/bin sh benchmarks/coverage.sh [TESTS...]
# The product is compiled with gcov's counters and installed in a venv of its own, which sees all else that
# BIN's has.
set -eu
BIN=${BIN:-.venv/bin}
there=$PWD/build/coverage
mkdir -p "$there/python"
"$BIN/python" -m venv "$there/venv"
packages=$("$there/venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$BIN/python" -c 'import site; print(*site.getsitepackages(), sep="\n")' >"$packages/zz_others.pth"
SKBUILD_CMAKE_BUILD_TYPE=Debug "$there/venv/bin/python" -m pip install --quiet --no-deps --editable . \
  --config-settings=build-dir="$there/cpp" \
  --config-settings=cmake.define.CMAKE_CXX_FLAGS="--coverage -O1"
find "$there/cpp" -name '*.gcda' -delete
rm -f "$there/python"/.coverage*
status=0
COVERAGE_FILE=$there/python/.coverage "$there/venv/bin/python" -m coverage run -m pytest "$@" || status=$?
COVERAGE_FILE=$there/python/.coverage "$there/venv/bin/python" -m coverage combine --quiet
COVERAGE_FILE=$there/python/.coverage "$there/venv/bin/python" -m coverage report
"$there/venv/bin/python" -m gcovr --root . --filter bridge/ --filter ns3_scenarios/ "$there/cpp"
exit $status
