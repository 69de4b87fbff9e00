"""The settings that the suite fixes, and what is run on them."""

from __future__ import annotations

import dataclasses

import pytest

import ns3_scenarios
from ns3_bridge import InvalidSetting
from py_agent.benchmark.plan import DURATION_S, SEEDS, Plan, quick_plan
from py_agent.benchmark.setting import ALL_NAMES, NAMES, benchmark_setting
from py_agent.capacity.survey import survey
from py_agent.cli.preset import Preset
from py_agent.policies import load_policy


@pytest.mark.parametrize("name", ALL_NAMES)
def test_every_setting_has_a_reason_and_starts(name):
    setting = benchmark_setting(name)
    assert len(setting.reason) > 100
    cell = Plan(seeds=SEEDS[:1]).grid(setting).cells()[0]
    assert cell.run.settings["duration_s"] == DURATION_S >= 120
    found = survey(cell.run, SEEDS[:2])
    assert 0.4 < found.load.servers < 0.85
    assert (found.samples_hz is not None) == setting.has_models


def test_the_suite_covers_what_it_says():
    runs = {name: benchmark_setting(name).run["settings"] for name in NAMES}
    assert runs["joint-retraining"]["compute"]["mode"] == "quota"
    assert runs["unequal-servers"]["compute"]["capacity_spread"] > 0
    assert runs["vehicles"]["mobility"]["trace"] == "vehicles"
    assert (runs["seven-stations"]["n_bs"], runs["seven-stations"]["n_ue"]) == (7, 40)
    assert runs["results-and-drift"]["traffic"]["result_ratio"] > 0
    assert benchmark_setting("results-and-drift").has_models
    over_wifi = benchmark_setting("wifi-quotas")
    assert (over_wifi.version, over_wifi.run["scenario"]) == ("v0-wifi", "wifi")
    assert len(SEEDS) >= 20


def test_all_policies_of_the_suite_exist():
    for name in ALL_NAMES:
        plan, setting = Plan(bound_seeds=SEEDS[:1]), benchmark_setting(name)
        cells = plan.bound_grid(setting).cells()
        assert len(cells) == len(plan.labels(setting)) + 1
        assert cells[-1].label == plan.bound(setting)
        for cell in cells:
            load_policy(cell.run.policy)


def test_own_policies_join_every_setting():
    plan = dataclasses.replace(quick_plan(), own=["random@policy", "load-fill", "srpt.py:Own"])
    joint = plan.labels(benchmark_setting("joint-retraining"))
    assert joint[-2:] == ["random@policy", "srpt.py:Own@spare"]
    assert joint.count("load-fill@spare") == 1
    assert plan.labels(benchmark_setting("vehicles"))[-2:] == ["random", "srpt.py:Own"]
    assert plan.labels(benchmark_setting("vehicles")).count("load-fill") == 1


def test_a_plan_says_what_it_leaves_out():
    assert Plan(bound_seeds=SEEDS[:5]).left_out == ""
    assert Plan().left_out == "the oracle"
    assert Plan(settings=["wifi-quotas"]).left_out == "the oracle"
    assert Plan(settings=["vehicles"]).left_out.startswith("4 of 5 settings")
    few = dataclasses.replace(Plan(), policies=["load-fill"], policies_with_models=["load-fill"])
    vehicles = dataclasses.replace(few, settings=["vehicles"]).left_out
    assert "13 of 14 policies," in vehicles
    assert "models" not in vehicles
    joint = dataclasses.replace(few, settings=["joint-retraining"]).left_out
    assert "16 of 17 policies with models" in joint
    quick = quick_plan().left_out
    assert "15 of 20 seeds" in quick
    assert "all but the first 20 of 120 s" in quick
    assert "policies with models" in quick


def test_an_unknown_setting_is_told_with_the_known_ones():
    with pytest.raises(InvalidSetting, match=r"'nowhere'; known: joint-retraining, "):
        benchmark_setting("nowhere")


def test_the_trace_ships():
    env = ns3_scenarios.make("cellular", benchmark_setting("vehicles").run["settings"])
    assert env.schema.sizes["ue"] == 18
    env.close()


def test_the_help_of_presets_names_all_settings():
    (option,) = Preset.__metadata__
    assert all(name in option.help for name in ALL_NAMES)
