"""What a program declares of its fields arrives in Python, and holds of what it observes."""

from __future__ import annotations

import numpy as np
import pytest

from ns3_bridge import HandshakeError, LocalHost, ScenarioEnv
from ns3_bridge.testing import fake_scenario

POSITION = {
    "name": "bs_position_m",
    "shape": [2, 2],
    "dims": ["bs", "xy"],
    "low": -500,
    "high": 500,
    "constant": [0, 0.1, -250, 433.0127],
}
POWER = {
    "name": "rsrp_dbm",
    "shape": [3, 2],
    "dims": ["ue", "bs"],
    "low": -140,
    "high": 0,
    "missing": -140,
}
CHOICE = {"name": "pick", "shape": [3], "dims": ["ue"], "low": 0, "high": 1, "dtype": "int32"}


def declare(path, *observations):
    return fake_scenario(
        path / "fake", {"radio": "lte", "observations": observations, "actions": [CHOICE]}
    )


def test_axes_missing_values_and_constants_arrive(tmp_path):
    schema = LocalHost(declare(tmp_path, POSITION, POWER)).schema
    assert schema.radio == "lte"
    assert schema.sizes == {"ue": 3, "bs": 2, "xy": 2}
    assert schema.observation("rsrp_dbm").dims == ("ue", "bs")
    assert schema.observation("rsrp_dbm").missing == -140
    assert schema.observation("rsrp_dbm").constant is None
    assert schema.action("pick").dims == ("ue",)


def test_a_constant_field_is_observed_as_it_is_declared(tmp_path):
    env = ScenarioEnv(LocalHost(declare(tmp_path, POSITION, POWER)))
    declared = env.schema.observation("bs_position_m").constant
    assert declared.tolist() == np.float32([[0, 0.1], [-250, 433.0127]]).tolist()
    observation, _ = env.reset(seed=1)
    for _ in range(3):
        assert (observation["bs_position_m"] == declared).all()
        observation, *_ = env.step({"pick": np.zeros(3, np.int32)})
    env.close()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"missing": -141}, r"its missing value -141 is outside \[-140, 0\]"),
        ({"constant": [1.0] * 6}, r"its constant value 1 is outside \[-140, 0\]"),
        ({"constant": [-1.0] * 5}, "5 constant values for 6 elements"),
        ({"dims": ["ue", "xy"], "shape": [3, 3]}, "axis xy has length 3, elsewhere 2"),
    ],
)
def test_a_scenario_that_contradicts_itself_does_not_start(tmp_path, change, message):
    with pytest.raises(HandshakeError, match=f"field rsrp_dbm: {message}"):
        LocalHost(declare(tmp_path, POSITION, {**POWER, **change}))
