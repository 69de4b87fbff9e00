# SPDX-License-Identifier: MIT
"""The measures of fidelity by hand, and the whole measurement on a small network of real ns-3."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from py_agent.cli import app
from py_agent.twin.fidelity.scores import (
    coverage,
    kendall,
    ks_distance,
    mape,
    nmse,
    regret,
    spearman,
)

SMALL = ["n_ue=4", "n_bs=2", "slots_per_frame=10", "traffic.rate_hz=4", "traffic.off_s=0"]


def test_the_measures_are_those_of_the_books():
    came = np.array([1.0, 2.0, 4.0])
    assert mape(np.array([1.1, 1.8, 4.0]), came) == pytest.approx(0.2 / 3)
    assert nmse(np.full(3, came.mean()), came) == pytest.approx(1.0)
    assert ks_distance(np.array([0.0, 1.0]), np.array([0.5, 2.0])) == pytest.approx(0.5)
    assert coverage(came - 1, came + 1, np.array([1.5, 4.0, 4.0])) == pytest.approx(2 / 3)
    assert spearman(np.array([3.0, 1.0, 2.0]), came) == pytest.approx(-0.5)
    assert kendall(np.array([3.0, 1.0, 2.0]), came) == pytest.approx(-1 / 3)
    # The twin takes the second, which costs twice the best.
    assert regret(np.array([2.0, 1.0, 3.0]), came) == pytest.approx(1.0)


def test_measures_without_samples_are_no_number():
    nothing = np.empty(0)
    assert np.isnan(
        [mape(nothing, nothing), nmse(nothing, nothing), ks_distance(nothing, nothing)]
    ).all()
    assert np.isnan(spearman(np.ones(3), np.arange(3.0)))


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    folder = tmp_path_factory.mktemp("fidelity")
    chosen = [word for name in SMALL for word in ("--set", name)]
    arguments = ["fidelity", "--quick", "--seeds", "9101", "--output", str(folder), "--json"]
    arguments += ["--lead", "1", "--horizon", "1"]
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
