# SPDX-License-Identifier: MIT
"""The map of a recorded run: what stands and happens where."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PatchCollection
from matplotlib.figure import Figure

from py_agent.experiment.run_data import slot_field
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.view.run_map import draw_map

BLOCK_M, STREET_M = 60.0, 30.0


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    settings = {
        **{"n_ue": 5, "n_bs": 3, "duration_s": 1.5, "channel": {"line_of_sight": "buildings"}},
        "buildings": {"block_m": BLOCK_M, "street_m": STREET_M},
    }
    return Run(
        RunSettings(
            policy="strongest-equal", settings=settings, runs_dir=tmp_path_factory.mktemp("runs")
        )
    ).execute()


@pytest.fixture(scope="module")
def axes(run):
    axes = Figure().subplots()
    draw_map(axes, run)
    return axes


def test_buildings_stand_between_streets_that_cross_at_the_origin(axes):
    (blocks,) = (c for c in axes.collections if isinstance(c, PatchCollection))
    corners_m = np.array([path.vertices[0] for path in blocks.get_paths()])
    np.testing.assert_allclose((corners_m - STREET_M / 2) % (BLOCK_M + STREET_M), 0, atol=1e-6)
    sizes_m = [np.ptp(path.vertices, axis=0) for path in blocks.get_paths()]
    np.testing.assert_allclose(sizes_m, BLOCK_M)
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "building" in labels


def test_every_user_has_a_trajectory_that_ends_where_it_is(run, axes):
    ends_m = slot_field(run, "position_m")[-1]
    stays = [c for c in axes.collections if isinstance(c, LineCollection)]
    assert len(stays) == len(ends_m)
    drawn_m = np.array([c.get_segments()[-1][-1] for c in stays])
    np.testing.assert_allclose(drawn_m, ends_m, atol=15 * 0.1)  # thinned: some slots at 15 m/s


def test_all_that_is_drawn_lies_inside_the_axes(run, axes):
    position_m = slot_field(run, "position_m").reshape(-1, 2)
    for column, (low, high) in enumerate((axes.get_xlim(), axes.get_ylim())):
        assert low < position_m[:, column].min()
        assert position_m[:, column].max() < high
