"""The CMake package ns3_bridge: the bridge in builds and in an ns-3 of one's own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import Channel, Status
from ns3_scenarios.build import CMAKE_DIR, SDK, BuildFailed, build, find_tool

# A simulator without ns-3: what is decided, times two.
SIMULATOR = """
#include "simulator-channel.h"
using namespace physical;
int main() {
    Schema schema("doubles");
    auto seen = schema.Observation<double>({"seen", {1}, "1", 0, 100, "twice the last action"});
    auto said = schema.Action<double>({"said", {1}, "1", 0, 50, "a number"});
    auto channel = SimulatorChannel::FromEnvironment();
    channel->Open(schema);
    std::int64_t slot = 0;
    while (channel->Exchange({Status::RUNNING, slot++, 0, 0, 0}) == Command::STEP) {
        seen(0) = 2 * said(0);
    }
}
"""
# A program of ns-3, in C++17.
TIMER = """
#include "environment.h"
#include "ns3/core-module.h"
int main(int argc, char** argv) {
    double period_s = 1;
    ns3::CommandLine command_line;
    command_line.AddValue("period", "time between questions", period_s);
    physical::Environment environment("timer", "asks now and then");
    environment.Parse(command_line, argc, argv);
    auto said = environment.Action<double>({"said", {1}, "1", 0, 50, "a number"});
    auto heard = environment.Observation<double>({"heard", {1}, "1", 0, 50, "the last number"});
    environment.Open();
    for (int i = 1; i <= 3; ++i) {
        ns3::Simulator::Schedule(ns3::Seconds(i * period_s), [&] {
            environment.Step();
            heard(0) = said(0);
        });
    }
    ns3::Simulator::Run();
    environment.Finish();
}
"""


@pytest.fixture
def cmake(tmp_path):
    """Configure a project of these lines, and build it if it has sources."""

    def call(lines, *options, sources=None):
        text = "\n".join(["cmake_minimum_required(VERSION 3.18)", "project(mine CXX)", *lines])
        (tmp_path / "CMakeLists.txt").write_text(text)
        for name, content in (sources or {}).items():
            (tmp_path / name).write_text(content)
        command = [find_tool("cmake"), "-S", tmp_path, "-B", tmp_path / "build", *options]
        done = subprocess.run(
            [*command, f"-Dns3_bridge_DIR={CMAKE_DIR}"],
            capture_output=True,
            text=True,
            timeout=300,
        )
        if done.returncode == 0 and sources:
            done = subprocess.run(
                [find_tool("cmake"), "--build", tmp_path / "build"],
                capture_output=True,
                text=True,
                timeout=600,
            )
        return done.returncode, " ".join((done.stdout + done.stderr).split())

    return call


@pytest.fixture(scope="module")
def ns3_prefix(build_cache, tmp_path_factory):
    """An ns-3 as a user has it: headers and libraries, here those of the wheel."""
    nothing = tmp_path_factory.mktemp("nothing")
    (nothing / "main.cc").write_text("int main() {}\n")
    build([nothing / "main.cc"], [], nothing / "main", build_cache)
    return build_cache / "ns3-wheel" / "ns3"


def targets_of(prefix, *definitions):
    """What ``find_package(ns3)`` brings, as far as the bridge needs it."""
    (core,) = prefix.glob("lib*/libns3*-core.so")
    return [
        "add_library(ns3::libcore SHARED IMPORTED)",
        f"set_target_properties(ns3::libcore PROPERTIES IMPORTED_LOCATION {core}",
        f"  INTERFACE_INCLUDE_DIRECTORIES {prefix}/include",
        f'  INTERFACE_COMPILE_DEFINITIONS "{";".join(definitions)}")',
        "find_package(ns3_bridge REQUIRED COMPONENTS ns3)",
        "get_target_property(definitions ns3::libcore INTERFACE_COMPILE_DEFINITIONS)",
        "get_target_property(features ns3::libcore INTERFACE_COMPILE_FEATURES)",
        'message(STATUS "compiled with ${definitions}, ${features}.")',
    ]


def test_the_command_says_where_the_package_lies():
    command = Path(sys.executable).parent / "ns3-twin"
    told = subprocess.run([command, "cmake-dir"], capture_output=True, text=True, check=True)
    assert told.stdout == f"{CMAKE_DIR}\n"
    assert (CMAKE_DIR / "ns3_bridgeConfig.cmake").is_file()


def test_a_simulator_without_ns3_is_an_environment_by_the_channel_alone(cmake, tmp_path):
    lines = [
        "find_package(ns3_bridge REQUIRED)",
        "add_executable(doubles doubles.cc)",
        "target_link_libraries(doubles PRIVATE ns3_bridge::channel)",
    ]
    status, said = cmake(lines, sources={"doubles.cc": SIMULATOR})
    assert status == 0, said
    channel = Channel([str(tmp_path / "build" / "doubles")])
    channel.actions["said"][...] = 21
    assert channel.exchange() == Status.RUNNING
    assert channel.observations["seen"] == 42
    channel.close()


@pytest.mark.long
def test_the_bridge_is_compiled_for_another_ns3(ns3_prefix, tmp_path, build_cache):
    source = tmp_path / "timer.cc"
    source.write_text(TIMER)
    program = build([source], [], tmp_path / "timer", build_cache, ns3=ns3_prefix)
    env = ns3_scenarios.make(str(program), {"period": 0.5})
    assert env.ns3_version == "3.44"
    observation, info = env.reset(seed=1)
    times_s = [info["time_s"]]
    truncated = False
    while not truncated:
        observation, _, _, truncated, info = env.step({"said": np.array([7.0])})
        times_s.append(info["time_s"])
    env.close()
    assert times_s == [0.5, 1, 1.5, 1.5]
    assert observation["heard"] == 7


def test_an_unknown_module_of_another_ns3_is_named(ns3_prefix, tmp_path, build_cache):
    source = tmp_path / "timer.cc"
    source.write_text(TIMER)
    with pytest.raises(BuildFailed, match=r"unknown ns-3 module 'wify'; known: antenna,"):
        build([source], ["wify"], tmp_path / "timer", build_cache, ns3=ns3_prefix)


def test_the_record_of_an_old_ns3_is_completed_from_its_library(cmake, ns3_prefix):
    status, said = cmake(targets_of(ns3_prefix))
    assert status == 0, said
    expected = "NS3_BUILD_PROFILE_RELEASE;NS3_LOG_ENABLE;NS3_ASSERT_ENABLE"
    assert f"compiled with {expected}, cxx_std_20." in said


def test_an_ns3_of_another_build_profile_than_its_headers_is_refused(cmake, ns3_prefix):
    status, said = cmake(targets_of(ns3_prefix, "NS3_BUILD_PROFILE_DEBUG", "NS3_LOG_ENABLE"))
    assert status != 0
    assert "-core.so was compiled with 'NS3_ASSERT_ENABLE;NS3_BUILD_PROFILE_RELEASE;" in said
    assert "the headers with 'NS3_BUILD_PROFILE_DEBUG;NS3_LOG_ENABLE'" in said


def test_an_ns3_of_another_abi_is_refused(cmake, ns3_prefix):
    lines = ["find_package(ns3_bridge REQUIRED COMPONENTS ns3)"]
    other_strings = "-DCMAKE_CXX_FLAGS=-D_GLIBCXX_USE_CXX11_ABI=0"
    status, said = cmake(lines, f"-DNS3_ROOT={ns3_prefix}", other_strings)
    assert status != 0
    assert f"headers in '{ns3_prefix}/include' links with {ns3_prefix}/lib" in said
    assert "undefined reference" in said


def test_scenario_libraries_are_not_linked_with_an_ns3_that_has_changed(ns3_prefix, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "include").symlink_to(ns3_prefix / "include")
    (core,) = ns3_prefix.glob("lib*/libns3*-core.so")
    (tmp_path / "lib" / "libns3.43-core.so").symlink_to(core)
    done = subprocess.run(
        [find_tool("cmake"), "-S", SDK, "-B", tmp_path / "build", f"-DNS3_ROOT={tmp_path}"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode != 0
    said = " ".join(done.stderr.split())
    assert "is now '3.43 NS3_BUILD_PROFILE_RELEASE;" in said
    assert "the scenario libraries were compiled with '3.44 NS3_BUILD_PROFILE_RELEASE;" in said


def test_what_is_no_ns3_is_refused_in_words(cmake, tmp_path):
    lines = ["find_package(ns3_bridge REQUIRED COMPONENTS ns3)"]
    status, said = cmake(lines)
    assert status != 0
    assert "the component ns3 needs an ns-3" in said
    status, said = cmake(lines, f"-DNS3_ROOT={tmp_path}")
    assert status != 0
    assert f"No single libns3*-core*.so under {tmp_path}" in said
