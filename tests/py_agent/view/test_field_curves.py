# SPDX-License-Identifier: MIT
"""A scenario of one's own is drawn by its declaration: what it observes, and what was decided."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from py_agent.experiment.run_data import slot_field
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.view.field_curves import curves, draw_field
from py_agent.view.figure import draw_run
from py_agent.view.report import write_report


@pytest.fixture(scope="module")
def run(formula_radio, tmp_path_factory) -> RunFolder:
    """A run of a scenario without LTE."""
    settings = RunSettings(
        scenario=formula_radio,
        policy="random",
        runs_dir=tmp_path_factory.mktemp("runs"),
        settings={"n_ue": 9, "duration_s": 1.0},
    )
    return Run(settings).execute()


def test_reward_observations_and_actions_that_change_have_a_panel(run):
    names = list(curves(run))
    assert names[0] == "reward"
    assert "action.bandwidth_share" in names
    assert "bs_position_m" not in names  # never changes


def test_the_curves_are_what_was_recorded(run):
    axes = Figure().subplots()
    name = "action.bandwidth_share"
    draw_field(axes, run, name, curves(run)[name])
    mean = axes.lines[0].get_ydata()
    recorded = slot_field(run, "action.bandwidth_share").mean(axis=1)
    np.testing.assert_allclose(mean, recorded, rtol=1e-6)


def test_a_value_that_stands_for_none_is_not_drawn(run, tmp_path):
    drawn = draw_run(run)
    assert drawn.axes
    write_report(run)
    assert Path(run.report).stat().st_size < 2_000_000
