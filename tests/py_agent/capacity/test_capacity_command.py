"""``ns3-twin capacity``: what is feasible, what is not, and why."""

import json

import pytest
from typer.testing import CliRunner

from py_agent.cli.app import app

QUOTAS = ["n_ue=12", "compute.mode=quota", "radio.bandwidth_mode=quota"]
OVERLOADED = [*QUOTAS, "traffic.rate_hz=1.5", "retraining.cycles_per_sample=4e6"]
LIGHT = [
    *(*QUOTAS, "traffic.rate_hz=1", "retraining.cycles_per_sample=1e6"),
    "learning.drift_speed=0.7",
]
SMALL = ["--networks", "8", "--duration", "90", "--seeds", "1-4", "--jobs", "1"]


def capacity(assignments, *arguments):
    options = [part for text in assignments for part in ("--set", text)]
    return CliRunner().invoke(app, ["capacity", *options, *SMALL, *arguments])


def found(assignments, *arguments):
    result = capacity(assignments, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout.splitlines()[-1])


def test_retraining_on_scarce_servers_is_not_feasible():
    longer = ("--networks", "16", "--duration", "120")
    report = found(OVERLOADED, "--policies", "load-fill@spare", *longer)
    assert report["feasible"] is False
    assert report["stationary"] is False
    assert report["binds"] == "servers"
    assert report["load"]["total"]["tasks"] == pytest.approx(0.6)
    (rule,) = report["rules"]
    assert rule["virtual_queue"]["is_upward"]
    assert rule["accuracy_slack"] < 0


def test_light_retraining_is_feasible_with_slack():
    report = found(LIGHT, "--policies", "load-fill@spare", "--duration", "60")
    assert report["feasible"] is True
    assert report["stationary"] is not False  # a minute is short to know more
    assert report["best_rule"] == "load-fill@spare"
    assert report["slack"]["accuracy"] > 0.02
    assert report["slack"]["load"] > 0.4


def test_more_tasks_than_cycles_are_told_without_a_rule():
    overload = ["n_ue=4", "n_bs=2", "traffic.rate_hz=6", "state.mac=false"]
    report = found(overload, "--policies", "strongest-fill", "--networks", "5", "--duration", "50")
    assert report["fits"] is False
    assert report["feasible"] is False
    assert report["least_samples_hz"] is None
    assert report["load"]["total"]["tasks"] == pytest.approx(1.2)
    assert report["least_load"] == pytest.approx(1.2)


def test_the_tables_name_cells_and_rules():
    result = capacity(["n_ue=4", "n_bs=2"], "--policies", "load-fill", "--duration", "50")
    assert result.exit_code == 0, result.output
    assert "least training" in result.stdout
    assert "load-fill" in result.stdout
    assert "feasible: yes" in result.stdout


def test_users_on_a_trace_are_asked_along_it():
    streets = ["n_ue=5", "n_bs=2", "mobility.model=trace", "duration_s=20"]
    report = found([*streets, "mobility.trace_start_s=10"], "--duration", "50")
    assert 0 < report["load"]["total"]["tasks"] <= 0.5 * 5 * 4e8 / 4e9 + 1e-9


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--association", "nearest"], "association 'nearest'"),
        (["--policies", "random"], "decides for one network at a time"),
        (
            ["--policies", "load-fill", "--set", "learning.drift_speed=2"],
            "no user has a model, for no policy names a retraining rule; e.g. load-fill@spare",
        ),
        (["--duration", "49.5"], "told from 50 frames or more, 50 s here"),
        (["--set", "learning.target_accuracy=0.95"], "learning.target_accuracy = 0.95"),
    ],
)
def test_what_cannot_be_asked_is_told(arguments, told):
    result = capacity(["n_ue=3", "n_bs=2"], *arguments)
    assert result.exit_code != 0
    assert told in result.output


def test_models_of_a_file_need_a_retraining_rule(tmp_path):
    config = tmp_path / "models.yaml"
    config.write_text("learning: {drift_speed: 2}\n")
    result = capacity(["n_ue=3", "n_bs=2"], "--config", str(config), "--policies", "load-fill")
    assert result.exit_code != 0
    assert "settings of learning in --config: no user has a model" in result.output
