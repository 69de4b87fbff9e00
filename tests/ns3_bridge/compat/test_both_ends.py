"""A scenario served to ns3-gym or ns3-ai and driven as one of their programs is itself."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import LocalHost, ScenarioEnv
from ns3_bridge.compat import Ns3AiEnv, Ns3GymEnv
from ns3_bridge.testing import fake_scenario

DECLARATION = {
    "observations": [{"name": "rate_bps", "shape": [2, 3], "low": 0, "high": 1e6}],
    "actions": [{"name": "share", "shape": [4], "low": 0, "high": 1}],
}


@pytest.mark.parametrize(
    ("env_type", "options"),
    [
        (Ns3GymEnv, ["--protocol", "ns3-gym", "--connect", "tcp://localhost:{port}"]),
        (Ns3AiEnv, ["--protocol", "ns3-ai", "--segment", "{segment}"]),
    ],
)
def test_the_same_bits_under_the_same_seed(tmp_path, env_type, options):
    program = fake_scenario(tmp_path / "fake", DECLARATION)
    command = [
        *(str(Path(sys.executable).with_name("ns3-twin")), "serve", *options),
        *("--seed", "{seed}", "--scenario", program, "--set", "duration_s=0.1"),
    ]
    env = env_type(command, arguments=[])
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
