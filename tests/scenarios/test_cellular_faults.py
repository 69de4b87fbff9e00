"""What happens to an environment when its ns-3 process is hurt."""

from __future__ import annotations

import os
import signal
import threading

import numpy as np
import pytest

from ns3_bridge import BridgeError, DeadlineExceeded, SimulatorDied


def start(env):
    env.reset(seed=1)
    return env.channel.process.pid


def sample(env):
    env.action_space.seed(1)
    return env.action_space.sample()


@pytest.mark.parametrize("delay_s", [0.0, 0.003, 0.02, 0.1])
def test_sigkill_at_any_moment(cellular, delay_s):
    env = cellular(n_ue=8, n_bs=3, duration_s=1000.0)
    pid = start(env)
    killer = threading.Timer(delay_s, os.kill, (pid, signal.SIGKILL))
    action = sample(env)
    killer.start()

    def step_until_it_dies():
        for _ in range(1000):
            env.step(action)

    with pytest.raises(SimulatorDied, match="SIGKILL"):
        step_until_it_dies()
    killer.join()


def test_after_a_death_a_reset_starts_anew(cellular):
    env = cellular()
    before = env.reset(seed=1)[0]
    os.kill(env.channel.process.pid, signal.SIGKILL)
    with pytest.raises(SimulatorDied):
        env.step(sample(env))
    with pytest.raises(BridgeError):
        env.step(sample(env))
    after = env.reset(seed=1)[0]
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_sigstop_meets_the_deadline(cellular):
    env = cellular(deadline_s=0.5)
    pid = start(env)
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(DeadlineExceeded, match=r"0\.5 s"):
        env.step(sample(env))


def test_an_ns3_abort_is_quoted(cellular):
    # 320 ms is ns-3's longest SRS period; 321 makes it abort, and say so.
    env = cellular(ns3_attributes={"ns3::LteEnbRrc::SrsPeriodicity": 321})
    with pytest.raises(SimulatorDied, match="321"):
        env.reset(seed=1)
