"""A scenario served to ns3-gym and driven as one of its programs is the scenario itself."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from ns3_bridge import LocalHost, ScenarioEnv
from ns3_bridge.compat import Ns3GymEnv
from ns3_bridge.testing import fake_scenario

DECLARATION = {
    "observations": [{"name": "rate_bps", "shape": [2, 3], "low": 0, "high": 1e6}],
    "actions": [{"name": "share", "shape": [4], "low": 0, "high": 1}],
}


def test_the_same_bits_under_the_same_seed(tmp_path):
    program = fake_scenario(tmp_path / "fake", DECLARATION)
    command = [
        *(str(Path(sys.executable).with_name("ns3-twin")), "serve", "--protocol", "ns3-gym"),
        *("--connect", "tcp://localhost:{port}", "--seed", "{seed}", "--scenario", program),
        *("--set", "duration_s=0.1"),
    ]
    env = Ns3GymEnv(command, arguments=[])
    local = ScenarioEnv(LocalHost(program, {"duration_s": 0.1}))
    one, other = env.reset(seed=9)[0], local.reset(seed=9)[0]
    truncated = False
    while not truncated:
        assert one["rate_bps"].tobytes() == other["rate_bps"].tobytes()
        action = local.action_space.sample()
        one, reward, _, truncated, _ = env.step(action)
        other, expected, *_ = local.step(action)
        assert np.float32(reward) == np.float32(expected)
    assert one["rate_bps"].tobytes() == other["rate_bps"].tobytes()
    env.close()
    local.close()
