from __future__ import annotations

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import Field, InvalidAction, Schema
from ns3_bridge.testing import fake_scenario
from py_agent.contract import Network, PolicyFailed
from py_agent.driver import Decider, WrongTimescale, play

ACTIONS = [
    {"name": "association", "shape": [2], "low": 0, "high": 3, "timescale": "frame"},
    {"name": "share", "shape": [2], "low": 0, "high": 1},
]


class Counting:
    """Says how often it was asked."""

    def begin(self, network, seed):
        self.frames = self.slots = 0

    def decide_frame(self, observation):
        self.frames += 1
        return {"association": np.full(2, self.frames, np.float32)}

    def decide_slot(self, observation):
        self.slots += 1
        return {"share": np.full(2, 0.1 * self.slots, np.float32)}


class Hasty(Counting):
    def decide_slot(self, observation):
        return {**super().decide_slot(observation), "association": np.zeros(2, np.float32)}


class Scripted:
    """Networks that step through given values of ``slot_in_frame``, ``[slots, batch, 1]``."""

    def __init__(self, clocks):
        self.clocks = np.array(clocks)
        self.slot = 0

    def observation(self):
        return {"slot_in_frame": self.clocks[self.slot]}

    def step(self, action):
        self.slot += 1
        over = np.full(self.clocks.shape[1:-1], self.slot == len(self.clocks) - 1)
        return self.observation(), np.zeros(over.shape), over & False, over, {"slot": self.slot}


@pytest.fixture
def env(tmp_path):
    rate = {"name": "rate_bps", "shape": [2], "low": 0, "high": 1e6}
    declaration = {"observations": [rate], "actions": ACTIONS}
    program = fake_scenario(tmp_path / "fake", declaration)
    env = ns3_scenarios.make(program, {"duration_s": 0.2, "slots_per_frame": 4})
    yield env
    env.close()


@pytest.fixture
def network(env):
    return Network("fake", env.settings.model_dump(), env.schema)


def begun(policy, network):
    policy.begin(network, 1)
    return policy


def test_a_frame_is_decided_once_and_kept_until_the_next(env, network):
    policy = begun(Counting(), network)
    slots = list(play(env, policy, network, env.reset(seed=1)[0]))
    assert [slot.action["association"][0] for slot in slots] == [1] * 4 + [2] * 4 + [3] * 2
    shares = [slot.action["share"][0] for slot in slots]
    assert shares == pytest.approx(0.1 * np.arange(1, 11))
    assert [slot.is_last for slot in slots] == [False] * 9 + [True]
    assert slots[1].before is slots[0].after


def test_so_many_slots_and_no_more(env, network):
    policy = begun(Counting(), network)
    assert len(list(play(env, policy, network, env.reset(seed=1)[0], 3))) == 3
    assert policy.slots == 3


def test_a_frame_field_of_decide_slot_is_refused(env, network):
    policy = begun(Hasty(), network)
    with pytest.raises(WrongTimescale, match="decide_slot of Hasty returns association") as told:
        next(play(env, policy, network, env.reset(seed=1)[0]))
    assert told.value.field == "association"


def test_a_batch_is_played_by_its_own_clocks(network):
    envs = Scripted([[[7], [7]], [[8], [8]], [[0], [9]], [[1], [0]], [[2], [1]]])
    policy = begun(Counting(), network)
    slots = list(play(envs, policy, network, envs.observation()))
    assert [slot.action["association"][0] for slot in slots] == [1, 1, 2, 3]
    assert slots[-1].is_last


def test_the_start_of_a_frame_is_known_before_the_decision(network):
    decider = Decider(begun(Counting(), network), network)
    seen = [{"slot_in_frame": np.array([clock])} for clock in (5, 6, 0)]
    starts = []
    for observation in seen:
        starts.append(decider.starts_frame(observation))
        decider.decide(observation)
    assert starts == [True, False, True]


def test_a_wrong_shape_is_not_mended_by_who_is_away():
    fields = {"dims": ("ue",)}
    share = Field("share", "float32", (2,), "1", 0, 1, **fields)
    here = Field("present", "int32", (2,), "1", 0, 1, **fields)
    schema = Schema("mine", 0, 0, "1", "", (here,), (share,), {}, ())
    policy = Counting()
    policy.begin(None, 1)
    decider = Decider(policy, Network("mine", {"slots_per_frame": 4}, schema))
    away = {"present": np.array([1, 0], np.int32)}
    policy.decide_frame = lambda observation: {}
    assert decider.decide(away)["share"].tolist() == pytest.approx([0.1, 0.0])
    policy.decide_slot = lambda observation: {"share": [0.5]}
    assert decider.decide(away)["share"].shape == (1,)
    policy.decide_slot = lambda observation: {"share": None}
    with pytest.raises(PolicyFailed, match=r"decide_slot of Counting in slot 2 .*: share is None"):
        decider.decide(away)


@pytest.mark.parametrize(
    ("method", "decision", "what"),
    [
        ("decide_slot", {}, "share is missing; expected: association, share"),
        ("decide_slot", {"share": [0.5]}, r"share has shape \(1,\), expected \(2,\)"),
        ("decide_slot", {"share": [0.5, np.nan]}, r"share\[1\] = nan is outside \[0, 1\]"),
        ("decide_slot", {"share": [0.5, 0.5], "power": 1}, "power is not an action field"),
        ("decide_frame", {}, "association is missing"),
        ("decide_frame", {"association": None}, "association is None"),
        ("decide_frame", {"association": [0, 9]}, r"association\[1\] = 9"),
        ("decide_frame", {"association": [0, 1], "power": 1}, "power is not an action field"),
    ],
)
def test_a_wrong_decision_names_policy_method_and_slot(tmp_path, method, decision, what):
    declaration = {"observations": [], "actions": ACTIONS}
    env = ns3_scenarios.make(fake_scenario(tmp_path / "fake", declaration))
    network = Network("fake", env.settings.model_dump(), env.schema)
    policy = Counting()
    policy.begin(network, 1)
    right = getattr(policy, method)
    network.settings["slots_per_frame"] = 1  # both are asked in every slot

    def wrong_in_slot_2(observation):
        decided = right(observation)
        return decision if (policy.frames if "frame" in method else policy.slots) == 3 else decided

    setattr(policy, method, wrong_in_slot_2)
    observation, _ = env.reset(seed=1)
    told = rf"^{method} of Counting in slot 2 returned a wrong decision: {what}"
    with pytest.raises(PolicyFailed, match=told) as failed:
        list(play(env, policy, network, observation))
    assert (failed.value.method, failed.value.slot) == (method, 2)
    assert isinstance(failed.value.__cause__, InvalidAction)
    env.close()
