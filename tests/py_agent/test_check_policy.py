"""The shipped check of policies passes the bundled ones and finds what is wrong with others."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import ns3_scenarios
from py_agent.policies import load_policy
from py_agent.testing import check_policy


@pytest.fixture(scope="module")
def env():
    env = ns3_scenarios.make("cellular", {"n_ue": 4, "n_bs": 2, "duration_s": 0.3})
    yield env
    env.close()


def broken(checks):
    return {check.what: check.seen for check in checks if not check.ok}


class Stay:
    """Keeps its promises; the others each break one."""

    def begin(self, network, seed):
        self.n_ue = network.settings["n_ue"]

    def decide_frame(self, observation):
        return {"association": np.maximum(observation["serving_bs"], 0)}

    def decide_slot(self, observation):
        shares = np.full(self.n_ue, 1 / self.n_ue, np.float32)
        return {"bandwidth_share": shares, "compute_share": shares}


class Learns(Stay):
    asked = 0

    def decide_slot(self, observation):
        self.asked += 1
        share = np.full(self.n_ue, 1 / (self.n_ue + self.asked), np.float32)
        return {"bandwidth_share": share, "compute_share": share}


class Draws(Stay):
    def decide_slot(self, observation):
        share = np.random.default_rng().random(self.n_ue).astype(np.float32)
        return {"bandwidth_share": share, "compute_share": share}


class Writes(Stay):
    def decide_slot(self, observation):
        observation["upload_backlog_bit"] += 1
        return super().decide_slot(observation)


class Overruns(Stay):
    def decide_slot(self, observation):
        return {**super().decide_slot(observation), "compute_share": np.full(self.n_ue, 2.0)}


class TrustsStations(Stay):
    def decide_frame(self, observation):
        return {"association": observation["serving_bs"]}


class HoldsALock(Stay):
    def __init__(self):
        self.lock = threading.Lock()


class SaysBatched(Stay):
    batched = True


@pytest.mark.parametrize("name", ["srpt", "a3-maxweight", "random", "twin-fill"])
def test_bundled_policies_pass(name, env):
    checks = list(check_policy(lambda: load_policy(name), env))
    assert broken(checks) == {}
    assert len(checks) >= 6


def test_a_policy_of_ones_own_passes(env):
    assert broken(check_policy(Stay, env)) == {}


@pytest.mark.parametrize(
    ("policy", "what", "seen"),
    [
        (Learns, "begin() makes it forget the episode before", "slot 0: bandwidth_share"),
        (Draws, "another of its kind decides the same", "slot 0: bandwidth_share"),
        (Writes, "it leaves what it observes as it is", "upload_backlog_bit"),
        (Overruns, "it decides in every slot", "decide_slot of Overruns in slot 0"),
        (TrustsStations, "it decides where nothing is received", "association[0] = -1"),
        (HoldsALock, "it can be copied, as rollouts do", "TypeError"),
        (SaysBatched, "a batch is decided as each of it is", "bandwidth_share, compute_share"),
    ],
)
def test_a_broken_promise_is_found(policy, what, seen, env):
    found = broken(check_policy(policy, env))
    assert seen in found[what]
