"""Trainings beside each other, by the command that draws them."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from py_agent.cli.app import app
from py_agent.drl.errors import NoCurve
from py_agent.drl.learning_curve import CurvePoint
from py_agent.intervals import Estimate
from py_agent.view.training_figure import draw_trainings


@pytest.fixture
def trainings(tmp_path):
    folders = []
    for number, algorithm in enumerate(("ppo", "ppo", "td3")):
        folder = tmp_path / f"{algorithm}-{number}"
        folder.mkdir()
        (folder / "settings.yaml").write_text(f"algorithm: {algorithm}\n")
        for steps, ratio in ((1_000_000, 1.0), (2_000_000, 0.9 + 0.1 * number)):
            cost = Estimate(ratio, ratio - 0.05, ratio + 0.05)
            CurvePoint(steps, cost, cost, 0.04, 0.035).append_to(folder)
        folders.append(folder)
    return folders


def test_each_training_is_a_line_and_the_rule_is_told_once(trainings):
    cost, below = draw_trainings(trainings).axes
    drawn = [line.get_ydata().tolist() for line in cost.lines[:3]]
    assert drawn == [[1.0, 0.9], [1.0, 1.0], [1.0, pytest.approx(1.1)]]
    assert [text.get_text() for text in cost.get_legend().get_texts()] == ["PPO", "TD3"]
    assert [text.get_text() for text in below.texts] == ["rule"]


def test_the_command_writes_the_figure(trainings, tmp_path):
    figure = tmp_path / "curves.png"
    done = CliRunner().invoke(app, ["training-curves", str(figure), *map(str, trainings)])
    assert done.exit_code == 0, done.output
    assert figure.stat().st_size > 10_000


def test_a_training_without_a_validation_is_named(trainings, tmp_path):
    (trainings[1] / "curve.jsonl").write_text("")
    with pytest.raises(NoCurve, match="ppo-1"):
        draw_trainings(trainings)
    with pytest.raises(NoCurve, match="nowhere"):
        draw_trainings([tmp_path / "nowhere"])
