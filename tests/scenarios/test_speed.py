"""What makes cellular faster must leave every bit as it is."""

from __future__ import annotations

import os
import subprocess

import pytest

import ns3_scenarios
from ns3_bridge import Channel, Status

BUSY = {"on_s": 1.0, "off_s": 0.0, "rate_hz": 4.0}


def played(env):
    """Observations and task records of an episode of random actions, as bytes."""
    env.reset(seed=3)
    env.action_space.seed(3)
    trace, truncated = [], False
    while not truncated:
        observation, reward, _, truncated, info = env.step(env.action_space.sample())
        trace += [value.tobytes() for value in observation.values()] + [reward]
    return trace, env.take_records()["task"].tobytes(), info["events"]


@pytest.mark.parametrize("bandwidth_rb", [6, 25, 50, 100])  # every size of subband
def test_the_searches_find_what_ns3_computes(cellular, bandwidth_rb):
    def run(error_model):
        return played(
            cellular(
                n_ue=6,
                traffic=BUSY,
                radio={"bandwidth_rb": bandwidth_rb},
                speed={"error_model": error_model},
            )
        )

    assert run("search") == run("ns3")
    run("check")  # compares every single one, or ends the simulation


def test_the_allocator_changes_nothing(cellular, monkeypatch):
    own = played(cellular(traffic=BUSY))
    monkeypatch.setenv("NS3_TWIN_ALLOCATOR", "system")
    assert own == played(cellular(traffic=BUSY))


def test_the_list_of_events_changes_nothing():
    def run(*arguments):
        channel = Channel([ns3_scenarios.program("cellular"), "--duration_s=0.5", *arguments])
        trace, running = [], True
        while running:
            trace += [value.tobytes() for value in channel.observations.values()]
            running = channel.exchange() == Status.RUNNING
        channel.close()
        return trace

    own = run()
    assert own == run("--SchedulerType=ns3::MapScheduler")
    assert own != run("--RngRun=2")


@pytest.mark.parametrize(
    ("library", "symbol"),
    [
        ("libns3.44-lte.so", "_ZN3ns36LteAmc18CreateCqiFeedbacksERKNS_13SpectrumValueEh"),
        ("libns3.44-lte.so", "_ZN3ns315LteMiErrorModel19GetPcfichPdcchErrorERKNS_13SpectrumValueE"),
        ("libns3.44-lte.so", "_Znwm"),
        ("libns3.44-core.so", "_ZdlPvm"),
    ],
)
def test_ns3_calls_the_functions_of_the_program(library, symbol):
    # The dynamic linker says what it binds to what.
    program = ns3_scenarios.program("cellular")
    done = subprocess.run(
        [program, "--n_ue=1", "--n_bs=1", "--duration_s=0.02"],
        env={**os.environ, "LD_DEBUG": "bindings"},
        capture_output=True,
        text=True,
        check=True,
    )
    bound = [line for line in done.stderr.splitlines() if f"`{symbol}'" in line]
    assert any(f"{library} [0] to {program} [0]" in line for line in bound)
