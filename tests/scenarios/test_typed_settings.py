"""The typed form of the settings."""

from __future__ import annotations

from pathlib import Path

import pydantic
import pytest

import ns3_scenarios
from ns3_bridge import InvalidSetting, describe
from ns3_bridge.settings import flatten
from ns3_bridge.settings_module import settings_module
from ns3_scenarios import cellular_settings, rate_control_settings, tcp_settings, wifi_settings
from ns3_scenarios.cellular_settings import CellularSettings, Layout, Mobility, Radio
from ns3_scenarios.rate_control_settings import RateControlSettings
from ns3_scenarios.tcp_settings import TcpSettings
from ns3_scenarios.wifi_settings import WifiSettings
from py_agent.experiment.run_settings import RunSettings


@pytest.mark.parametrize(
    ("scenario", "module", "settings"),
    [
        ("cellular", cellular_settings, CellularSettings()),
        ("rate-control", rate_control_settings, RateControlSettings()),
        ("tcp", tcp_settings, TcpSettings()),
        ("wifi", wifi_settings, WifiSettings()),
    ],
)
def test_the_typed_settings_are_those_of_the_program(scenario, module, settings):
    described = describe([ns3_scenarios.program(scenario)])
    written = Path(module.__file__).read_text(encoding="utf-8")
    assert written == settings_module(described), "run `make declarations`"
    defaults = {setting["name"]: setting["default"] for setting in described.settings}
    assert dict(flatten(settings.model_dump())) == defaults


def test_typed_settings_go_wherever_nested_ones_do():
    typed = CellularSettings(n_ue=3, mobility=Mobility(model="static"))
    env = ns3_scenarios.make("cellular", typed)
    assert env.schema.sizes["ue"] == 3
    assert env.settings.model_dump() == typed.model_dump()
    assert RunSettings(settings=typed).settings == {"n_ue": 3, "mobility": {"model": "static"}}


def test_bounds_hold_before_any_program_is_asked():
    with pytest.raises(pydantic.ValidationError, match="less than or equal to 3"):
        Layout(sectors=4)


def test_settings_that_contradict_each_other_are_refused_by_the_program():
    typed = CellularSettings(radio=Radio(downlink_mhz=1000))
    with pytest.raises(InvalidSetting, match="downlink_mhz"):
        ns3_scenarios.make("cellular", typed)
