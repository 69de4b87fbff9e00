"""What a program declares of its fields arrives in Python, and holds of what it observes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import HandshakeError, InvalidSetting, LocalHost, ScenarioEnv
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


@pytest.fixture
def asked(tmp_path):
    """A program that notes each of its starts; path and notes."""
    program, notes = declare(tmp_path, POWER), tmp_path / "notes"
    shell, rest = Path(program).read_text(encoding="utf-8").split("\n", 1)
    Path(program).write_text(f'{shell}\necho "$@" >> {notes}\n{rest}', encoding="utf-8")
    return program, notes


def test_a_program_is_asked_once(asked):
    program, notes = asked
    host = LocalHost(program, {"slot_s": 0.5, "fault": {"slot": 7}})
    assert notes.read_text().splitlines() == ["--slot_s=0.5 --fault.slot=7 --describe"]
    assert host.settings.model_dump()["fault"]["slot"] == 7


@pytest.mark.parametrize("settings", [{"slots_per_frame": "7"}, {"slots_per_frame": 7.0}])
def test_what_only_python_can_read_is_read_there(asked, settings):
    assert LocalHost(asked[0], settings).settings.model_dump()["slots_per_frame"] == 7


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"slot_s": 5}, "setting slot_s = 5: .*less than or equal to 1"),
        ({"slt_s": 0.5}, "unknown setting slt_s. Did you mean slot_s?"),
        ({"RngRun": 2}, "unknown setting RngRun"),
        ({"slot_s": None}, "setting slot_s = None"),
    ],
)
def test_a_wrong_setting_is_told_as_python_tells_it(asked, settings, message):
    with pytest.raises(InvalidSetting, match=message):
        LocalHost(asked[0], settings)
