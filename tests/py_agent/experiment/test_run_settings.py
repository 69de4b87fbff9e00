from __future__ import annotations

import pytest

from ns3_bridge import InvalidSetting
from py_agent.experiment.run_settings import load_run_settings


def test_later_sources_win(tmp_path):
    config = tmp_path / "run.yaml"
    config.write_text(
        "policy: random\nseed: 5\nsettings: {n_ue: 7, mobility: {speed_max_mps: 3}}\n"
    )
    settings = load_run_settings(
        config,
        {"seed": 6, "policy": None},
        ["mobility.speed_min_mps=2", "n_ue=8", "ns3::LteUePhy::NoiseFigure=7"],
    )
    assert settings.policy == "random"
    assert settings.seed == 6
    assert settings.settings == {
        "n_ue": 8,
        "mobility": {"speed_max_mps": 3, "speed_min_mps": 2},
    }
    assert settings.ns3 == {"ns3::LteUePhy::NoiseFigure": 7}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("policie: srpt", "unknown setting policie; known: scenario, policy, seed"),
        ("seed: -1", "setting seed = -1"),
        ("seed: [", r"run\.yaml, line 1: "),
        ("just text", "must hold a mapping"),
    ],
)
def test_a_wrong_file_is_explained(tmp_path, text, message):
    config = tmp_path / "run.yaml"
    config.write_text(text)
    with pytest.raises(InvalidSetting, match=message):
        load_run_settings(config, {}, [])


@pytest.mark.parametrize(
    "assignment", ["n_ue=", "traffic.trace=", "ns3::LteUePhy::NoiseFigure=null", "learning.p_min="]
)
def test_an_empty_value_is_said_to_be_empty(assignment):
    with pytest.raises(InvalidSetting, match=f"--set '{assignment}': the value is empty"):
        load_run_settings(None, {}, [assignment])


def test_an_empty_text_is_a_value():
    assert load_run_settings(None, {}, ['traffic.trace=""']).settings == {"traffic": {"trace": ""}}


@pytest.mark.parametrize("assignment", ["learning.initial_lag_s=.nan", "learning.p_min=.inf"])
def test_a_number_of_the_models_that_is_not_finite_is_said_to_be_so(assignment):
    with pytest.raises(InvalidSetting, match="finite number"):
        load_run_settings(None, {}, [assignment])


@pytest.mark.parametrize("assignment", ["n_ue", "=3", "a=[", "n_ue.x=3"])
def test_a_wrong_assignment_is_explained(assignment):
    with pytest.raises(InvalidSetting, match="--set"):
        load_run_settings(None, {"settings": {"n_ue": 3}}, [assignment])


def test_an_assignment_wins_over_a_dotted_name_in_a_file(tmp_path):
    config = tmp_path / "run.yaml"
    config.write_text("settings: {traffic.rate_hz: 2, n_ue: 4}\n")
    run = load_run_settings(config, {}, ["traffic.rate_hz=3"])
    assert run.settings == {"traffic": {"rate_hz": 3}, "n_ue": 4}


def test_a_missing_file_is_explained(tmp_path):
    with pytest.raises(InvalidSetting, match="cannot read"):
        load_run_settings(tmp_path / "missing.yaml", {}, [])


def test_a_mistake_in_a_file_names_the_file_and_one_beside_it_does_not(tmp_path):
    file = tmp_path / "settings.yaml"
    file.write_text("$ retrain: spare\n")
    with pytest.raises(InvalidSetting, match=r"settings\.yaml: unknown setting \$ retrain"):
        load_run_settings(file, {}, [])
    file.write_text("seed: 3\n")
    with pytest.raises(InvalidSetting, match=r"^unknown setting sed"):
        load_run_settings(file, {"sed": 1}, [])


def test_a_name_that_is_no_name_is_told_in_one_line():
    with pytest.raises(InvalidSetting, match=r"unknown setting learning\.'\\n'") as refused:
        load_run_settings(None, {"learning": {"\n": None}}, [])
    assert "\n" not in str(refused.value)
