"""The tests that lie beside the C++ sources, ``*-test.cc``, and random files for C++ readers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ns3_scenarios.build import find_tool

REPOSITORY = Path(__file__).parents[1]
FUZZ_S = float(os.environ.get("NS3_TWIN_FUZZ_S", "2"))  # of each reader, see tests/fuzz


def call(*command):
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.fuzz
@pytest.mark.long
@pytest.mark.timeout(3600 + 10 * FUZZ_S)  # compiling takes long on a machine that is busy
def test_the_cpp_tests_pass(build_cache):
    cmake, folder = Path(find_tool("cmake")), build_cache / "cpp-tests"
    ccache = shutil.which("ccache")
    call(
        *(cmake, "-S", REPOSITORY, "-B", folder, "-DNS3_TWIN_TESTS=ON"),
        f"-DPython_EXECUTABLE={sys.executable}",
        f"-DNS3_WHEEL_DIR={build_cache / 'ns3-wheel'}",
        "-DCMAKE_CXX_FLAGS_RELEASE=-O0",  # most of the time goes to compiling
        *([f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache}"] if ccache else []),
    )
    parallel = ("--parallel", len(os.sched_getaffinity(0)))
    call(cmake, "--build", folder, *parallel)
    ctest = (cmake.with_name("ctest"), "--test-dir", folder, *parallel)
    call(*ctest, "--output-on-failure", "--no-tests=error", "--timeout", 600 + 2 * FUZZ_S)
