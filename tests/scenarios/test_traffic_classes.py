"""Users of several classes, each with its own law of traffic."""

from __future__ import annotations

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import InvalidSetting
from ns3_scenarios.registry import INSTALLED
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.errors import UnsuitableNetwork

USERS = str(INSTALLED / "laboratory" / "bin" / "users")
CLASSES = [
    {"name": "sensors", "users": 3, "model": "periodic", "rate_hz": 4, "size_bit": 8000},
    {"name": "cameras", "users": 2, "model": "poisson", "rate_hz": 2},
    {"rate_hz": 0},
]


def played(scenario, settings):
    """Let users create tasks. Returns the environment, the last observation and the task table."""
    env = ns3_scenarios.make(scenario, settings)
    observation, _ = env.reset(seed=1)
    action = {field.name: np.zeros(field.shape, field.dtype) for field in env.schema.actions}
    truncated = False
    while not truncated:
        observation, _, _, truncated, _ = env.step(action)
    table = env.take_records()["task"]
    env.close()
    return env, observation, table


def in_the_laboratory(traffic):
    still = {"mobility.model": "static", "slot_s": 1.0, "warmup_s": 0, "duration_s": 100.0}
    return played(USERS, {"n_ue": 6, **still, "traffic": traffic})


def test_each_class_sends_what_it_declares_and_nothing_else():
    env, observation, table = in_the_laboratory(
        {"size_min_bit": 5e5, "size_max_bit": 6e5, "cycles_per_bit": 10, "classes": CLASSES}
    )
    assert observation["traffic_class"].tolist() == [0, 0, 0, 1, 1, 2]
    field = env.schema.observation("traffic_class")
    assert field.labels == ("sensors", "cameras", "class_2")
    assert field.constant.tolist() == [0, 0, 0, 1, 1, 2]
    assert observation["demand"][:, 0].tolist() == [4, 4, 4, 2, 2, 0]
    assert observation["demand"][:, 1].tolist() == [8000, 8000, 8000, 5.5e5, 5.5e5, 5.5e5]
    sensors, cameras = (table[np.isin(table["ue"], ues)] for ues in ([0, 1, 2], [3, 4]))
    assert len(sensors) + len(cameras) == len(table)
    assert set(sensors["size_bit"]) == {8000}
    assert len(sensors) == pytest.approx(3 * 400, abs=3)
    assert table["cycles"] == pytest.approx(10.0 * table["size_bit"])
    assert cameras["size_bit"].min() >= 5e5
    assert len(cameras) == pytest.approx(400, abs=80)  # 4 σ of a Poisson number


def test_classes_that_are_alike_send_what_users_without_classes_send():
    law = {"model": "poisson", "rate_hz": 3, "size_model": "bounded-pareto"}
    _, _, without = in_the_laboratory(law)
    _, _, alike = in_the_laboratory({**law, "classes": [{"users": 4}, {"users": 2}]})
    _, _, given = in_the_laboratory({"classes": [{"users": 6, **law}]})
    assert len(without) > 1000
    assert np.array_equal(without, alike)
    assert np.array_equal(without, given)


@pytest.mark.parametrize(
    ("traffic", "message"),
    [
        ({"classes": [{"users": 5}]}, "classes: has 5 users, must have n_ue = 6"),
        ({"classes": [{}] * 7}, "classes: has 7 users, must have n_ue = 6"),
        ({"classes": [{"users": 6, "result_bit": 1}]}, r"unknown setting .*0\.result_bit"),
        ({"classes": [{"users": 6, "trace": "a.csv"}]}, r"unknown setting .*0\.trace"),
        ({"classes": [{"users": 6, "model": "trace"}]}, r"classes\.0\.model = 'trace'"),
        ({"classes": [{"users": 6, "rate_hz": 2000}]}, r"classes\.0\.rate_hz = 2000: .*1000"),
        (
            {"classes": [{"users": 5}, {"size_min_bit": 1e6}]},
            "class 1: setting .*size_min_bit = 1e.06: must not exceed .*size_max_bit",
        ),
        (
            {"classes": [{"users": 6, "size_bit": 1e4, "size_max_bit": 1e5}]},
            "class 0: setting size_max_bit = .*: must be left out, because size_bit",
        ),
        (
            {"classes": [{"users": 5, "name": "a"}, {"name": "a"}]},
            'class 1: setting name = "a": must be another one',
        ),
        ({"classes": [{"users": 6, "name": "a b"}]}, 'class 0: setting name = "a b": must be a w'),
        ({"model": "trace", "trace": "a.csv", "classes": [{"users": 6}]}, "must be empty with"),
    ],
)
def test_classes_that_make_no_sense_are_refused(traffic, message):
    with pytest.raises(InvalidSetting, match=message):
        ns3_scenarios.make(USERS, {"n_ue": 6, "traffic": traffic})


def test_uploads_over_the_radio_are_those_of_the_class():
    classes = [
        {"users": 2, "model": "poisson", "rate_hz": 10, "size_bit": 2e4},
        {"users": 1, "model": "periodic", "rate_hz": 2, "size_bit": 1e5},
    ]
    settings = {"n_ue": 3, "n_bs": 1, "duration_s": 3.0, "traffic": {"classes": classes}}
    _, observation, table = played("cellular", settings)
    assert observation["task_rate_hz"].tolist() == [10, 10, 2]
    assert observation["task_mean_bit"].tolist() == [2e4, 2e4, 1e5]
    assert set(table["size_bit"][table["ue"] < 2]) == {20_000}
    assert set(table["size_bit"][table["ue"] == 2]) == {100_000}
    assert (table["ue"] == 2).sum() in (5, 6, 7)


def test_without_ns3_the_twin_refuses_a_trace_instead_of_inventing_tasks(tmp_path):
    (tmp_path / "tasks.csv").write_text("time_s,ue,size_bit\n0.5,0,1000\n")
    traffic = {"model": "trace", "trace": str(tmp_path / "tasks.csv")}
    with pytest.raises(UnsuitableNetwork, match="reads no trace"):
        TwinNetwork.of({"n_ue": 2, "n_bs": 1, "traffic": traffic})
