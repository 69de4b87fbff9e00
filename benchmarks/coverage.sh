#!/bin/sh
# SPDX-License-Identifier: MIT
# Prints how much of Python and of C++ the tests run: sh benchmarks/coverage.sh [TESTS...], all by default.
# The product is compiled with gcov's counters, in a venv of its own under build/coverage.
set -eu
TORCH=${TORCH:-torch==2.13.0}
there=$PWD/build/coverage
export COVERAGE_FILE="$there/.coverage"
bin=$there/venv/bin
[ -x "$bin/python" ] || python3 -m venv "$there/venv"
"$bin/pip" install --quiet 'pip>=25.1'
"$bin/pip" install --quiet "$TORCH"
SKBUILD_CMAKE_BUILD_TYPE=Debug "$bin/pip" install --quiet --editable '.[drl]' \
  --config-settings=build-dir="$there/cpp" --config-settings=cmake.define.CMAKE_UNITY_BUILD=OFF \
  --config-settings=cmake.define.CMAKE_CXX_FLAGS="--coverage -O1"
"$bin/pip" install --quiet --group test --group coverage
find "$there/cpp" -name '*.gcda' -delete
rm -f "$COVERAGE_FILE"*
# Tests link programs with what was compiled here.
export LDFLAGS=--coverage NS3_TWIN_TEST_CACHE="$there/test-cache"
status=0
"$bin/python" -m coverage run -m pytest "$@" || status=$?
"$bin/python" -m coverage combine --quiet
"$bin/python" -m coverage report
# Headers of libraries are compiled from folders that are gone; they are not ours.
"$bin/python" -m gcovr --root . --filter bridge/ --filter ns3_scenarios/ --filter py_agent/ \
  --gcov-ignore-errors=all "$there/cpp"
exit $status
