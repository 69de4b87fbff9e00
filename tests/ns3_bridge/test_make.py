"""Environments of programs, also of those in an ns-3 tree."""

from __future__ import annotations

import json
import os
import pickle
import sys
import time
from pathlib import Path

import numpy as np
import pytest

import ns3_bridge
from ns3_bridge import DeadlineExceeded, HandshakeError, InvalidSetting, LocalHost
from ns3_bridge.testing import echo_scenario

# Builds by a child of its own, as the script of ns-3 does.
SCRIPT = """#! /usr/bin/env python3
import subprocess, sys
if sys.argv[1:] == ["build", "slow"]:
    subprocess.run(["sh", "-c", "echo $$ > compiler.pid; sleep 600; true"])
if sys.argv[1:] == ["build", "broken"]:
    sys.exit("broken.cc: this is no C++")
print(sys.argv, file=open("called", "a"))
"""


@pytest.fixture
def tree(tmp_path):
    """What looks like a configured ns-3 tree with some programs."""
    (tmp_path / "ns3").write_text(SCRIPT)
    programs = []
    for name in ("scratch/ns3.44-echo-debug", "a/ns3.44-twice-debug", "b/ns3.44-twice-debug"):
        path = tmp_path / "build" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        programs.append(echo_scenario(str(path), n_floats=2, n_slots=3))
    told = {
        **{"out_dir": str(tmp_path / "build"), "VERSION": "3.44", "BUILD_PROFILE": "debug"},
        **{"ns3_runnable_programs": programs},
    }
    lines = [f"{name} = {json.dumps(value)} " for name, value in told.items()]
    (tmp_path / f".lock-ns3_{sys.platform}_build").write_text("\n".join(["#!", *lines, ""]))
    return tmp_path


def test_a_program_of_a_tree_is_built_and_run_without_the_script_between(tree):
    env = ns3_bridge.make([f"{tree}/ns3", "run", "echo"])
    env.reset(seed=1)
    process = Path(f"/proc/{env.channel.process.pid}")
    assert (process / "stat").read_text().split()[3] == str(os.getpid())  # a child of ours
    assert (process / "cwd").resolve() == tree
    observation, *_ = env.step({"say": np.array([0.5, 0.25], np.float32)})
    assert observation["echo"].tolist() == [0.5, 0.25]
    env.close()
    again = pickle.loads(pickle.dumps(LocalHost([f"{tree}/ns3", "run", "scratch/echo.cc"])))
    assert again.schema == env.schema
    built = [line for line in (tree / "called").read_text().splitlines() if "build" in line]
    assert len(built) == 2  # once for each host; not for its copy


@pytest.mark.parametrize("words", [["echo --no-such=1"], ["echo", "--", "--no-such=1"]])
def test_arguments_reach_the_program(tree, words):
    env = ns3_bridge.make([f"{tree}/ns3", "run", "--no-build", *words])
    env.reset(seed=1)
    given = Path(f"/proc/{env.channel.process.pid}/cmdline").read_text()
    assert "--no-such=1" in given.split("\0")
    assert not (tree / "called").exists()
    env.close()


@pytest.mark.parametrize(
    ("words", "error", "says"),
    [
        (["ecko"], HandshakeError, "has no program ecko; did you mean echo"),
        (["xyz"], HandshakeError, "has no program xyz; there are: echo, twice, twice"),
        (["twice"], HandshakeError, "several programs in .*: a/twice, b/twice"),
        (["broken"], HandshakeError, "build broken failed:\nbroken.cc: this is no C"),
        (["echo", "--gdb"], InvalidSetting, "--gdb: give one program"),
        ([], InvalidSetting, "give one program"),
    ],
)
def test_what_cannot_be_run_is_told(tree, words, error, says):
    with pytest.raises(error, match=says):
        ns3_bridge.make([f"{tree}/ns3", "run", *words])


def test_a_tree_that_is_not_there_or_not_configured_is_told(tree, tmp_path):
    with pytest.raises(HandshakeError, match=r"cannot start .*/nowhere/ns3: no such file"):
        ns3_bridge.make([f"{tmp_path}/nowhere/ns3", "run", "echo"])
    (tree / f".lock-ns3_{sys.platform}_build").unlink()
    with pytest.raises(HandshakeError, match=r"is not configured: run \./ns3 configure"):
        ns3_bridge.make([f"{tree}/ns3", "run", "echo"])


def test_a_build_that_takes_too_long_is_ended_with_all_that_it_started(tree):
    with pytest.raises(DeadlineExceeded, match=r"build slow: .* took longer than 2 s"):
        ns3_bridge.make([f"{tree}/ns3", "run", "slow"], start_deadline_s=2.0)
    compiler = Path("/proc") / (tree / "compiler.pid").read_text().strip()
    until_s = time.monotonic() + 10
    while compiler.exists() and time.monotonic() < until_s:
        time.sleep(0.02)
    assert not compiler.exists()


def test_a_script_that_stays_between_agent_and_program_is_told(tmp_path):
    program = echo_scenario(str(tmp_path / "echo"), n_floats=2, n_slots=3)
    script = tmp_path / "script"
    script.write_text(f'#!/bin/sh\n"{program}" "$@"\nexit $?\n')
    script.chmod(0o700)
    env = ns3_bridge.make(script)
    with pytest.raises(ns3_bridge.SimulatorDied, match="a script that starts it must use exec"):
        env.reset(seed=1)
    env.close()


@pytest.mark.parametrize(
    ("make", "arguments", "options", "says"),
    [
        (ns3_bridge.make_vector, (2, {"n_ue": 5}), {}, r"autoreset_mode .*'SameStep'.*settings="),
        (ns3_bridge.make_vector, (2, "same_step"), {}, "autoreset_mode = 'same_step': must be one"),
        (ns3_bridge.make_vector, (2.0,), {}, r"num_envs = 2\.0: must be an integer"),
        (ns3_bridge.make_vector, ("2",), {}, "num_envs = '2': must be an integer"),
        (
            ns3_bridge.make_vector,
            (2,),
            {"render_mode": "human"},
            "render_mode = 'human': only a single",
        ),
        (
            ns3_bridge.make_pool,
            (4, {"n_ue": 5}),
            {},
            "batch_size = .*: must be an integer.*settings=",
        ),
        (ns3_bridge.make_pool, (4, 5), {}, "batch_size = 5: must be an integer from 1 to num_envs"),
        (ns3_bridge.make_pool, (True,), {}, "num_envs = True"),
    ],
)
def test_what_makes_no_number_of_environments_is_told(tmp_path, make, arguments, options, says):
    program = echo_scenario(str(tmp_path / "echo"), n_floats=2, n_slots=3)
    with pytest.raises(InvalidSetting, match=says):
        make(program, *arguments, **options)


def test_unknown_options_are_told_from_settings(tmp_path):
    program = echo_scenario(str(tmp_path / "echo"), n_floats=2, n_slots=3)
    with pytest.raises(InvalidSetting, match=r'settings=\{"flows": 3\}'):
        ns3_bridge.make(program, flows=3)
