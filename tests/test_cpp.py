"""The tests that lie beside the C++ sources, ``*-test.cc``."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ns3_scenarios.build import find_cmake

REPOSITORY = Path(__file__).parents[1]


def call(*command):
    done = subprocess.run(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.timeout(600)
def test_the_cpp_tests_pass(build_cache):
    cmake, folder = Path(find_cmake()), build_cache / "cpp-tests"
    ccache = shutil.which("ccache")
    call(
        *(cmake, "-S", REPOSITORY, "-B", folder, "-DNS3_TWIN_TESTS=ON"),
        f"-DPython_EXECUTABLE={sys.executable}",
        f"-DNS3_WHEEL_DIR={build_cache / 'ns3-wheel'}",
        *([f"-DCMAKE_CXX_COMPILER_LAUNCHER={ccache}"] if ccache else []),
    )
    call(cmake, "--build", folder, "--parallel", len(os.sched_getaffinity(0)))
    ctest = cmake.with_name("ctest")
    call(ctest, "--test-dir", folder, "--output-on-failure", "--no-tests=error")
