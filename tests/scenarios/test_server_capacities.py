"""Edge servers of different capacity: as declared, as simulated, as the twin knows them."""

from __future__ import annotations

import numpy as np
import pytest

import ns3_scenarios
from py_agent.twin.environment.network import TwinNetwork

SETTINGS = {"n_ue": 3, "n_bs": 3, "compute": {"capacity_hz": 2e9, "capacity_spread": 0.5}}


def test_capacities_lie_evenly_around_the_average():
    env = ns3_scenarios.make("cellular", SETTINGS)
    capacity_hz = env.schema.observation("compute_capacity_hz").constant
    assert np.asarray(capacity_hz).tolist() == [1e9, 2e9, 3e9]
    env.close()


def test_one_server_has_the_average():
    env = ns3_scenarios.make("cellular", {**SETTINGS, "n_bs": 1})
    assert np.asarray(env.schema.observation("compute_capacity_hz").constant).tolist() == [2e9]
    env.close()


def test_a_task_takes_as_long_as_its_server_needs():
    env = ns3_scenarios.make(
        "cellular", {**SETTINGS, "duration_s": 3.0, "traffic": {"rate_hz": 4.0, "off_s": 0.0}}
    )
    env.reset(seed=3)
    share = np.ones(3, np.float32)
    everywhere = {"association": np.arange(3, dtype=np.int32), "compute_share": share}
    done = False
    while not done:
        *_, done, _ = env.step({**everywhere, "bandwidth_share": share})
    tasks = env.take_records()["task"]
    got = tasks[tasks["bs"] >= 0]
    assert len(set(got["bs"].tolist())) > 1
    capacity_hz = np.array([1e9, 2e9, 3e9])[got["bs"]]
    assert got["compute_s"] == pytest.approx(got["cycles"] / capacity_hz)
    env.close()


@pytest.mark.parametrize("n_bs", [1, 2, 7])
def test_the_twin_knows_them(n_bs):
    network = TwinNetwork.of({**SETTINGS, "n_bs": n_bs})
    declared = network.schema.observation("compute_capacity_hz").constant
    assert network.parameters.compute.capacity_hz == pytest.approx(np.asarray(declared))
