"""What is ns3-ai's alone: one name of shared memory, and messages of 1,024 bytes."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from gym_agent import AiAgent

from ns3_bridge import DeadlineExceeded, InvalidAction, InvalidSetting
from ns3_bridge.compat import Ns3AiEnv
from ns3_bridge.testing.processes import children_of

PROGRAM = [sys.executable, str(Path(__file__).with_name("gym_simulation.py"))]
ACTION = np.array([0.5, 0.25], np.float32)


def test_environments_at_once_under_one_name(segment):
    command = [*PROGRAM, f"--segment={segment}"]
    envs = [Ns3AiEnv(command, segment=segment) for _ in range(2)]
    for seed, env in enumerate(envs):
        assert env.reset(seed=seed)[0]["seen"].tolist() == [seed, 0]
    assert not Path("/dev/shm", segment).exists()
    for seed, env in enumerate(envs):
        assert env.step(ACTION)[0]["seen"].tolist() == [seed, 1]
        env.close()


def test_a_name_that_an_agent_of_ns3_ai_uses(segment):
    agent = AiAgent(segment)
    with pytest.raises(DeadlineExceeded, match=f"by process {agent.relay.process.pid}: ns3-ai has"):
        Ns3AiEnv([*PROGRAM, f"--segment={segment}"], segment=segment, start_deadline_s=0.2)
    agent.close()
    Path("/dev/shm", segment).unlink(missing_ok=True)


def test_what_an_agent_left_behind_makes_room(segment):
    agent = AiAgent(segment)
    agent.relay.process.kill()
    agent.close()
    assert Path("/dev/shm", segment).exists()
    Ns3AiEnv([*PROGRAM, f"--segment={segment}"], segment=segment).close()


def test_a_name_that_is_none():
    with pytest.raises(InvalidSetting, match="1 to 255 bytes"):
        Ns3AiEnv(PROGRAM, segment="a/b")


def test_an_action_that_does_not_fit_leaves_the_simulation_where_it_was():
    env = Ns3AiEnv([*PROGRAM, "--segment={segment}", "--actions=260"])
    env.reset(seed=1)
    with pytest.raises(InvalidAction, match=r"takes 11\d\d bytes, a message of ns3-ai holds 1024"):
        env.step(np.ones(260, np.float32))
    env.close()


def test_an_agent_that_is_killed_while_a_program_starts_leaves_no_memory(segment):
    code = (
        "from ns3_bridge.compat import Ns3AiEnv\n"
        f"Ns3AiEnv({[sys.executable, '-c', 'import time; print(1, flush=True); time.sleep(99)']},"
        f" arguments=[], segment={segment!r})"
    )
    agent = subprocess.Popen([sys.executable, "-c", code])
    path = Path("/dev/shm", segment)
    try:
        wait_until(path.exists)
        wait_until(lambda: children_of(agent.pid))
    finally:
        agent.kill()
        agent.wait()
    wait_until(lambda: not path.exists())


def guard_runs(pid):
    """The guard, once it runs its program: it guards from then on."""
    return any(map(children_of, children_of(pid)))


def wait_until(condition, deadline_s=20.0):
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.02)
