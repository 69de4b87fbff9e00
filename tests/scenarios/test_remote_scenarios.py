"""One real network of each scenario over every transport: the same bits."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import ns3_bridge
import ns3_scenarios
from ns3_bridge import Gateway, LocalHost, make_keys

SETTINGS = {"n_ue": 4, "n_bs": 2, "duration_s": 0.6}


def trace(env):
    generator = np.random.default_rng(0)
    observation, info = env.reset(seed=5)
    steps = [(observation, 0.0, info)]
    truncated = False
    while not truncated:
        share = generator.uniform(0.1, 1, 4).astype(np.float32) / 4
        action = {
            "association": generator.integers(0, 2, 4),
            "bandwidth_share": share,
            "compute_share": share,
        }
        observation, reward, _, truncated, info = env.step(action)
        steps.append((observation, reward, info))
    return steps, env.take_records()


@pytest.fixture(scope="module", params=["cellular", "wifi"])
def scenario(request):
    return request.param


@pytest.fixture(scope="module")
def shared_memory(scenario):
    env = ns3_scenarios.make(scenario, SETTINGS)
    taken = trace(env)
    env.close()
    return taken


@pytest.mark.parametrize("transport", ["ipc", "tcp", "tcp+curve"])
def test_the_trace_is_bit_equal(scenario, shared_memory, transport, tmp_path):
    keys = key = None
    if transport == "tcp+curve":
        keys = tmp_path / "keys"
        make_keys(keys)
        key = keys / "agent.key_secret"
    bind = f"ipc://{tmp_path}/socket" if transport == "ipc" else "tcp://127.0.0.1:*"
    gateway = Gateway(LocalHost(ns3_scenarios.program(scenario), SETTINGS), bind, keys=keys)
    thread = threading.Thread(target=gateway.serve)
    thread.start()
    try:
        env = ns3_bridge.connect(gateway.address, key=key)
        steps, records = trace(env)
        env.close()
    finally:
        gateway.stop()
        thread.join(60)
    expected_steps, expected_records = shared_memory
    assert len(steps) == len(expected_steps) == 31
    for (one, *rest), (other, *expected) in zip(steps, expected_steps, strict=True):
        assert rest == expected
        assert one.keys() == other.keys()
        for name, values in one.items():
            assert values.tobytes() == other[name].tobytes(), name
    assert records.keys() == expected_records.keys()
    assert sum(map(len, records.values())) > 0
    for name, rows in records.items():
        assert rows.tobytes() == expected_records[name].tobytes(), name
