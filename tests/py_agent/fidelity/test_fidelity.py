# SPDX-License-Identifier: MIT
"""The measures of fidelity by hand, and the whole measurement on a small network of real ns-3."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from py_agent.cli.app import app
from py_agent.contract import Network
from py_agent.experiment.run_settings import load_run_settings
from py_agent.fidelity.checkpoint import Checkpoint, CheckpointSettings, whole_settings
from py_agent.fidelity.checkpoint_file import DamagedCheckpoint, key_of, load_checkpoint
from py_agent.fidelity.continuation import Continuation
from py_agent.fidelity.coverages import coverages
from py_agent.fidelity.prefix import States
from py_agent.fidelity.scores import (
    coverage,
    kendall,
    ks_distance,
    mape,
    nmse,
    regret,
    spearman,
)
from py_agent.fidelity.tracking import Tracking
from py_agent.radio.link_model import link_model_of
from py_agent.twin.environment.env import make as make_twin
from py_agent.twin.estimation.reporting import ReportingSettings
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.rollout.simulate import Outcome

SMALL = ["n_ue=4", "n_bs=2", "slots_per_frame=10", "traffic.rate_hz=4", "traffic.off_s=0"]


@pytest.mark.parametrize(("lead_s", "horizon_s", "slots"), [(1.0, 10.01, 501), (1.0, 1.25, 63)])
def test_the_twin_plays_as_many_slots_after_the_lead_as_ns3(lead_s, horizon_s, slots):
    settings = {"slot_s": 0.02, "slots_per_frame": 50}
    chosen = CheckpointSettings(settings, lead_s, horizon_s, 8, ReportingSettings())
    assert (chosen.lead_slots, chosen.horizon_slots) == (50, slots)


def test_the_measures_are_those_of_the_books():
    observed = np.array([1.0, 2.0, 4.0])
    assert mape(np.array([1.1, 1.8, 4.0]), observed) == pytest.approx(0.2 / 3)
    assert nmse(np.full(3, observed.mean()), observed) == pytest.approx(1.0)
    assert ks_distance(np.array([0.0, 1.0]), np.array([0.5, 2.0])) == pytest.approx(0.5)
    assert coverage(observed - 1, observed + 1, np.array([1.5, 4.0, 4.0])) == pytest.approx(2 / 3)
    assert spearman(np.array([3.0, 1.0, 2.0]), observed) == pytest.approx(-0.5)
    assert kendall(np.array([3.0, 1.0, 2.0]), observed) == pytest.approx(-1 / 3)
    # The twin takes the second, which costs twice the best.
    assert regret(np.array([2.0, 1.0, 3.0]), observed) == pytest.approx(1.0)


def test_measures_without_samples_are_no_number():
    nothing = np.empty(0)
    assert np.isnan(
        [mape(nothing, nothing), nmse(nothing, nothing), ks_distance(nothing, nothing)]
    ).all()
    assert np.isnan(spearman(np.ones(3), np.arange(3.0)))


def test_coverage_counts_every_state_alike():
    rollouts = np.arange(1.0, 100.0)  # the 5 % and 95 % quantiles of 99 rollouts are 5 and 95
    along = States(
        observed_s=np.array([[50.0, 4.9], [95.0, 5.0]]),
        predicted_s=np.tile(rollouts, (2, 2, 1)),
    )
    lost = Continuation(np.empty(0), np.array([-200.0]), np.zeros((1, 1)), np.zeros((1, 1)))
    predicted = Outcome(-rollouts[None], np.empty(0), np.empty(0, bool), np.empty(0, int))
    names = [f"p{i}" for i in range(9)]
    checkpoint = Checkpoint(
        seed=1,
        physical=dict.fromkeys(names, lost),
        reseeded={},
        twin=dict.fromkeys(names, predicted),
        states=along,
        tracked={},
        reported_bps=0.0,
        slots_per_frame=1,
    )
    found = coverages([checkpoint])
    assert found["coverage_90"] == pytest.approx((0.5 + 1 + 0) / 3)
    assert found["coverage_50"] == pytest.approx((0.5 + 0 + 0) / 3)
    assert found["coverage_90_along"] == pytest.approx(0.75)
    assert found["coverage_90_branched"] == 0
    assert found["coverage_90_frame_1"] == 1
    assert found["coverage_90_frame_2"] == 0.5
    assert found["coverage_states"] == 3
    assert found["coverage_intervals"] == 4 + 9


def test_rates_of_a_run_s_last_frame_count_and_those_of_a_part_do_not():
    busy = {"traffic": {"off_s": 0.0, "rate_hz": 50.0}, "slots_per_frame": 10}
    env = make_twin({"n_ue": 2, "n_bs": 2, **busy})
    network = Network("cellular", env.settings.model_dump(), env.schema)
    observation, _ = env.reset(seed=1)
    twin, tracking = Twin(network), Tracking(link_model_of(network))
    tracking.start(observation)
    counted = []
    for _ in range(39):
        twin.observe(observation)
        action = {**env.action_space.sample(), "association": observation["rsrp_dbm"].argmax(1)}
        estimate = twin.estimate()
        observation, *_ = env.step(action)
        tracking.slot(estimate, observation)
        counted.append(len(tracking.samples()["rate_observed_bit"]))
    env.close()
    assert counted[18] > 0
    assert counted[28] < counted[29] == counted[38]


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fidelity")
    chosen = [word for name in SMALL for word in ("--set", name)]
    arguments = ["fidelity", "--quick", "--seeds", "9101", "--output", str(folder), "--json"]
    arguments += ["--lead", "1", "--horizon", "1", "--jobs", "1"]
    result = CliRunner().invoke(app, [*arguments, *chosen])
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout.splitlines()[-1])


def test_every_measure_has_its_noise_floor(measured):
    _, values = measured
    for name in ("rate_mape", "delay_ks", "coverage_90", "spearman", "regret"):
        assert name in values
        assert f"{name}_floor" in values
    assert 0 <= values["delay_ks"] <= 1
    assert 0 <= values["coverage_90"] <= 1
    assert values["regret"] >= 0
    assert values["policies"] >= 9
    assert values["coverage_states"] == 8 + 1  # of 10 frames of 0.2 s, and the branched one
    assert len(values["mean_delay_s"]) == values["policies"]


def test_a_twin_in_step_is_far_better_than_guessing(measured):
    _, values = measured
    assert values["rate_nmse"] < 0.5  # 1: as good as the mean
    assert values["delay_mape"] < 0.5
    assert values["position_error_m_0.2_s"] < 2


def test_figure_numbers_and_parameters_are_written(measured):
    folder, values = measured
    assert (folder / "fidelity.png").read_bytes()[:4] == b"\x89PNG"
    assert json.loads((folder / "fidelity.json").read_text()) == values
    assert json.loads((folder / "twin.json").read_text())["provenance"]["seeds"] == [
        1,
        1,
        1,
        2,
        2,
        2,
    ]


def test_what_comes_out_does_not_depend_on_processes_and_is_not_measured_twice(measured, tmp_path):
    folder, _ = measured
    chosen = [word for name in SMALL for word in ("--set", name)]
    arguments = ["fidelity", "--quick", "--seeds", "9101-9102", "--json", "--lead", "0.4"]
    arguments += ["--horizon", "0.4", "--parameters", str(folder / "twin.json"), *chosen]
    arguments += ["--policies", "random,load-srpt"]

    def run(name, *jobs):
        result = CliRunner().invoke(app, [*arguments, "--output", str(tmp_path / name), *jobs])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout.splitlines()[-1])

    alone = run("alone", "--jobs", "1")
    assert run("together", "--jobs", "2") == alone
    files = sorted((tmp_path / "alone" / "parts").iterdir())
    assert len(files) == 2
    files[0].unlink()
    kept_s = files[1].stat().st_mtime_ns
    assert run("alone", "--jobs", "1") == alone
    assert files[0].exists()
    assert files[1].stat().st_mtime_ns == kept_s


def test_seeds_that_were_learned_from_are_refused(measured):
    folder, _ = measured
    arguments = ["fidelity", "--quick", "--seeds", "2", "--parameters", str(folder / "twin.json")]
    result = CliRunner().invoke(app, [*arguments, "--set", "n_ue=4", "--set", "n_bs=2"])
    assert result.exit_code == 2
    assert "learned from" in result.output


def test_parameters_of_another_network_are_refused(measured):
    folder, _ = measured
    arguments = ["fidelity", "--quick", "--seeds", "9101", "--set", "n_bs=3", "--set", "n_ue=3"]
    result = CliRunner().invoke(app, [*arguments, "--parameters", str(folder / "twin.json")])
    assert result.exit_code == 2
    assert "2 base stations" in result.output


def test_a_lead_that_ends_within_a_frame_is_refused(measured):
    folder, _ = measured
    arguments = ["fidelity", "--quick", "--parameters", str(folder / "twin.json"), "--lead", "0.5"]
    result = CliRunner().invoke(app, [*arguments, "--set", "n_ue=4", "--set", "n_bs=2"])
    assert result.exit_code == 2
    assert "whole frames of 1 s" in result.output


def test_a_seed_that_fails_is_told_and_the_others_are_measured(tmp_path, monkeypatch):
    from ns3_bridge import SimulatorDied
    from py_agent.fidelity import measure as module

    play = module.play

    def dying(chosen, seed, *arguments):
        if seed == 9102:
            raise SimulatorDied(-9, "no words")
        return play(chosen, seed, *arguments)

    arguments = ["fidelity", "--seeds", "9101-9103", "--json", "--jobs", "1"]
    arguments += ["--policies", "random,load-srpt", "--lead", "0.4", "--horizon", "0.4"]
    arguments += ["--parameters", str(tmp_path / "twin.json"), "--output", str(tmp_path)]
    arguments += [part for setting in SMALL for part in ("--set", setting)]
    chosen = load_run_settings(None, {}, SMALL).settings
    prior_parameters(whole_settings(chosen), "lte").save(tmp_path / "twin.json")
    monkeypatch.setattr(module, "play", dying)
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1, done.output
    values = json.loads(done.stdout.splitlines()[-1])
    assert list(values["failures"]) == ["seed 9102"]
    assert "SIGKILL" in values["failures"]["seed 9102"]
    assert "failed: seed 9102" in done.stderr

    monkeypatch.setattr(module, "play", play)  # tried again, and the others are not
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout.splitlines()[-1])["failures"] == {}


def test_a_damaged_checkpoint_is_named(tmp_path):
    path = tmp_path / "checkpoint-1.npz"
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(DamagedCheckpoint, match=r"checkpoint-1\.npz is damaged"):
        load_checkpoint(path, ["random"])


def test_the_key_of_a_checkpoint_changes_with_the_files_that_its_settings_name(tmp_path):
    trace = tmp_path / "trace.csv"
    trace.write_text("0")
    settings = {"mobility": {"trace": str(trace)}}
    before = key_of(settings, scenario="cellular")
    assert key_of(settings, scenario="cellular") == before
    trace.write_text("1")
    assert key_of(settings, scenario="cellular") != before
