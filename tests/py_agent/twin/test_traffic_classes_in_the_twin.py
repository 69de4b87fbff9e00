# SPDX-License-Identifier: MIT
"""Users of several classes of traffic in the twin as in ns-3."""

from __future__ import annotations

import numpy as np
import pytest
from played_twin import assert_same_bits, ns3_task_table, play_twin, task_table

import ns3_scenarios
from py_agent.calibration.calibrate import calibrate
from py_agent.driver import play
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run
from py_agent.policies import Network, load_policy
from py_agent.twin.environment.env import make
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.rollout.start import rollouts_of

CLASSES = [
    {"name": "sensors", "users": 3, "model": "periodic", "rate_hz": 6, "size_bit": 2e4},
    {"name": "cameras", "users": 1, "rate_hz": 4, "on_s": 0.5, "off_s": 1.5},
    {"users": 2, "model": "poisson", "size_model": "lognormal", "cycles_per_bit": 300},
]
OF_USER = [0, 0, 0, 1, 2, 2]
RATE_HZ = [6, 6, 6, 1, 2, 2]
SETTINGS = {
    **{"n_ue": 6, "n_bs": 2, "duration_s": 6, "slots_per_frame": 10},
    "traffic": {"rate_hz": 2, "size_min_bit": 1e5, "size_max_bit": 5e5, "classes": CLASSES},
}
SLOTS = 300


@pytest.fixture(scope="module")
def played():
    return play_twin(SETTINGS, 64, SLOTS)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A run on ns-3 of 20 s under the twin's association."""
    chosen = {"policy": "twin-fill", "seed": 2, "runs_dir": tmp_path_factory.mktemp("runs")}
    chosen["settings"] = {**SETTINGS, "duration_s": 20}
    return Run(load_run_settings(None, chosen, [])).execute().path


def network_of(env):
    return Network("cellular", env.settings.model_dump(), env.schema)


def test_users_are_told_what_ns3_tells_them(played):
    env = ns3_scenarios.make("cellular", SETTINGS)
    physical, _ = env.reset(seed=1)
    env.close()
    for name in ("traffic_class", "task_rate_hz", "task_mean_bit", "task_mean_cycles"):
        expected = np.broadcast_to(physical[name], (64, 6))
        assert played[0][0][name] == pytest.approx(expected, rel=1e-4), name
    assert physical["task_rate_hz"].tolist() == RATE_HZ
    assert physical["traffic_class"].tolist() == OF_USER


def test_each_class_creates_its_own_tasks(played):
    tasks = played[2].tasks()
    created = np.zeros((64, 6))
    np.add.at(created, (tasks["rollout"], tasks["ue"]), 1)
    error = created.std(axis=0) / 8
    # The moments of periodic tasks are fixed but for the phase.
    assert (np.abs(created.mean(axis=0) - 6 * np.array(RATE_HZ)) < 4 * error + 0.2).all()
    assert created[:, :3].std() < 1
    sensors, cameras, others = (np.array(OF_USER)[tasks["ue"]] == i for i in range(3))
    assert set(tasks["size_bit"][sensors]) == {2e4}
    assert tasks["size_bit"][cameras].mean() == pytest.approx(3e5, rel=0.05)
    assert tasks["size_bit"][cameras].min() < 1.2e5
    expected_bit = played[0][0]["task_mean_bit"][0, 4]
    assert expected_bit < 2.95e5
    assert tasks["size_bit"][others].mean() == pytest.approx(expected_bit, rel=0.05)
    work = tasks["cycles"] / tasks["size_bit"]
    assert work[others] == pytest.approx(300)
    assert work[~others] == pytest.approx(1000)


def test_alone_and_in_a_batch_and_with_threads_the_same_bits(played):
    seen, rewards, _ = played
    for n, threads, seed in ((1, 1, 5), (20, 3, 1)):
        assert_same_bits(SETTINGS, seen, rewards, n, threads, seed)


def test_classes_that_say_nothing_of_their_own_change_nothing():
    alike = {**SETTINGS, "traffic": {"rate_hz": 2, "cycles_ue_spread": 0.3}}
    apart = {**alike, "traffic": {**alike["traffic"], "classes": [{"users": 2}, {"users": 4}]}}
    (seen, rewards, _), (others, their_rewards, _) = (
        play_twin(settings, 4, 100) for settings in (alike, apart)
    )
    assert (rewards == their_rewards).all()
    for one, other in zip(seen, others, strict=True):
        assert set(other) - set(one) == {"traffic_class"}
        for name, values in one.items():
            assert (values == other[name]).all(), name


@pytest.mark.parametrize("policy", ["twin-fill", "rollout-fill"])
def test_policies_that_ask_the_twin_decide_on_ns3(policy):
    env = ns3_scenarios.make("cellular", {**SETTINGS, "duration_s": 1})
    network, chosen = network_of(env), load_policy(policy)
    chosen.begin(network, 1)
    observation, _ = env.reset(seed=1)
    for slot in play(env, chosen, network, observation, copies=True):
        last = slot.after
    env.close()
    assert (last["tasks_created"][:3] >= 5).all()
    assert last["tasks_completed"].sum() > 0


def test_the_twin_believes_of_each_user_what_its_class_does():
    env = make({**SETTINGS, "duration_s": 20})
    twin = Twin(network_of(env))
    observation, _ = env.reset(seed=1)
    for _ in range(900):
        twin.observe(observation)
        action = {
            "association": observation["rsrp_dbm"].argmax(axis=-1).astype(np.int32),
            "bandwidth_share": np.full(6, 1 / 6, np.float32),
            "compute_share": np.full(6, 1 / 6, np.float32),
        }
        observation, *_ = env.step(action)
    estimate = twin.estimate()
    assert estimate.rate_hz == pytest.approx([6, 6, 6, 4, 2, 2], rel=0.3)
    assert estimate.mean_bit == pytest.approx(observation["task_mean_bit"], rel=0.25)
    assert (estimate.on_probability[[0, 1, 2, 4, 5]] == 1).all()

    rollouts = rollouts_of(estimate, network_of(env).settings, 64, horizon_s=5, seed=1)
    before = rollouts.state["created"].copy()
    action = {name: np.stack([values] * 64) for name, values in action.items()}
    rollouts.steps(action, 250)
    created_hz = (rollouts.state["created"] - before).mean(axis=0) / 5
    believed_hz = estimate.rate_hz * [1, 1, 1, 0.25, 1, 1]
    assert created_hz == pytest.approx(believed_hz, rel=0.25)


def test_calibration_learns_each_class(recorded, tmp_path):
    learned = calibrate([recorded])
    sensors, cameras, others = learned.traffic_classes
    assert (sensors.name, cameras.name, others.name) == ("sensors", "cameras", "class_2")
    assert sensors.size_min_bit == sensors.size_max_bit == 2e4
    assert sensors.rate_hz == pytest.approx(6, rel=0.05)
    assert cameras.rate_hz * cameras.on_s / (cameras.on_s + cameras.off_s) == pytest.approx(
        1, rel=0.2
    )
    assert others.rate_hz == pytest.approx(2, rel=0.3)
    assert others.cycles_per_bit == pytest.approx(300, rel=1e-4)
    learned.save(tmp_path / "twin.json")
    assert TwinParameters.load(tmp_path / "twin.json") == learned


def test_tasks_are_those_of_ns3():
    """The table of an episode beside the twin's: each class's tasks per second and their sizes."""
    ns3 = ns3_task_table({**SETTINGS, "duration_s": 20}, (1, 2))
    twin, _ = task_table({**SETTINGS, "duration_s": 20})
    for number in range(3):
        theirs, ours = (t[np.array(OF_USER)[t["ue"]] == number] for t in (ns3, twin))
        allowed = 4 * np.sqrt(len(theirs) + 4 * len(ours))  # of Poisson numbers; bursts: twice
        allowed *= 2 if number == 1 else 1
        assert abs(len(theirs) - 2 * len(ours)) < allowed
        assert ours["size_bit"].mean() == pytest.approx(theirs["size_bit"].mean(), rel=0.25)


def test_parameters_of_other_classes_are_refused():
    env = ns3_scenarios.make("cellular", SETTINGS)
    network = network_of(env)
    alike = ns3_scenarios.make("cellular", {"n_ue": 6, "n_bs": 2}).settings.model_dump()
    parameters = prior_parameters(alike, "lte")
    for ask in (lambda: Twin(network, parameters), lambda: TwinNetwork.of(SETTINGS, parameters)):
        with pytest.raises(
            UnsuitableNetwork,
            match=r"users without classes, the network has classes of \[3, 1, 2\] users",
        ):
            ask()
    with pytest.raises(UnsuitableNetwork, match=r"classes of \[3, 1, 2\] users, the network has u"):
        TwinNetwork.of({"n_ue": 6, "n_bs": 2}, prior_parameters(network.settings, "lte"))


def test_users_of_classes_come_and_go():
    leaving = {**SETTINGS, "arrival": {"rate_hz": 4, "sojourn_s": 1}}
    seen, _, rollout = play_twin(leaving, 16, SLOTS)
    there_s = 0.02 * np.array([o["present"] for o in seen]).sum(axis=(0, 1))
    created_hz = seen[-1]["tasks_created"].sum(axis=0) / there_s
    assert created_hz == pytest.approx(RATE_HZ, rel=0.3)
    assert set(rollout.tasks()["size_bit"][np.isin(rollout.tasks()["ue"], [0, 1, 2])]) == {2e4}
