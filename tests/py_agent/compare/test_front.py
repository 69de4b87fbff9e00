"""Fronts of policies with a knob, and costs that are told with one weight."""

import numpy as np
import pytest

from ns3_bridge import InvalidSetting
from py_agent.compare.grid import Grid
from py_agent.compare.labels import parse
from py_agent.compare.results_file import RunResult
from py_agent.compare.table import compare
from py_agent.experiment.networks import make_policy
from py_agent.long_run.frame_series import FrameSeries
from py_agent.view.comparison import write_comparison

MEASURED = {  # share below the target, delay
    "load-fill@none": (0.8, 0.5),
    "load-fill@need": (0.1, 0.7),  # worse than spare in both
    "load-fill@spare": (0.03, 0.6),
    "load-srpt@spare+w_A=4": (0.2, 0.4),
    "load-srpt@spare+w_A=40": (0.01, 0.9),
}


def test_a_knob_sets_the_weight_of_accuracy_of_one_policy():
    cells = Grid(list(MEASURED), [1], assignments=["learning.accuracy_weight=8"]).cells()
    weights = [cell.run.learning.accuracy_weight for cell in cells]
    assert weights == [8, 8, 8, 4, 40]
    assert [cell.beyond_weight for cell in cells] == [0, 0, 0, -4, 32]
    assert cells[3].run.retrain == "spare"
    assert len({cell.key for cell in cells}) == 5


def test_a_knob_of_one_policy_leaves_the_next_one_alone_where_settings_are_given_as_groups():
    labels = ["load-srpt@spare+w_A=4", "load-srpt@spare"]
    grid = Grid(labels, [1], overrides={"learning": {"accuracy_weight": 8.0}})
    assert [cell.run.learning.accuracy_weight for cell in grid.cells()] == [4, 8]


def test_other_knobs_are_options_of_the_retraining_rule():
    loose, tight = Grid(["load-fill@spare+idle_margin=0", "load-fill@spare"], [1]).cells()
    assert loose.run.retrain_options == {"idle_margin": 0.0}
    assert make_policy(loose.run)._rule._idle_margin == 0.0
    assert make_policy(tight.run)._rule._idle_margin > 0
    assert loose.key != tight.key


def test_a_file_may_be_called_like_a_sum():
    assert parse("a+b.py:Own@spare+w_A=2").policy == "a+b.py:Own"


@pytest.mark.parametrize(
    ("label", "message"),
    [
        ("load-fill+w_A=much", "w_A = 'much' is not a number"),
        ("load-fill+w_A=-1", "accuracy_weight = -1"),
        ("load-fill@spare+colour=1", "retraining rule spare has idle_margin, busy_margin"),
        ("load-fill@none+ratio=1", "retraining rule none has none"),
        ("load-fill+idle_margin=1", "there is no retraining rule"),
        ("", "is no POLICY@RULE"),
    ],
)
def test_a_knob_that_is_none_is_told(label, message):
    with pytest.raises(InvalidSetting, match=message):
        Grid([label], [1]).cells()


def results(grid):
    return {
        cell.key: RunResult(
            {
                "mean_delay_s": MEASURED[cell.label][1],
                "share_below_target": MEASURED[cell.label][0],
                "sim_time_s": 5.0,
            }
        )
        for cell in grid.cells()
    }


def test_a_front_holds_what_no_other_variant_of_a_policy_beats_in_both(tmp_path):
    grid = Grid(list(MEASURED), range(1, 6))
    comparison = compare(grid.cells(), results(grid), None)
    points = {
        name: [(point.policy, point.violations, point.delay_s) for point in front]
        for name, front in comparison.fronts[""].items()
    }
    assert points == {
        "load-fill": [
            ("load-fill@spare", pytest.approx(0.03), 0.6),
            ("load-fill@none", pytest.approx(0.8), 0.5),
        ],
        "load-srpt": [
            ("load-srpt@spare+w_A=40", pytest.approx(0.01), 0.9),
            ("load-srpt@spare+w_A=4", pytest.approx(0.2), 0.4),
        ],
    }
    assert comparison.to_json()["fronts"][""]["load-fill"][0]["delay_s"] == 0.6
    assert comparison.best_rule == {"": "load-fill@spare"}
    write_comparison(comparison, tmp_path, "ns3-twin compare")
    assert (tmp_path / "fronts.png").stat().st_size > 10_000


def test_without_models_there_is_no_front_and_no_figure_of_it(tmp_path):
    grid = Grid(["load-fill"], [1])
    (cell,) = grid.cells()
    run = RunResult({"mean_delay_s": 0.5, "sim_time_s": 5.0})
    comparison = compare([cell], {cell.key: run}, None)
    assert comparison.fronts == {"": {}}
    write_comparison(comparison, tmp_path, "ns3-twin compare")
    assert not (tmp_path / "fronts.png").exists()


def test_costs_of_policies_with_other_weights_are_told_with_one():
    grid = Grid(["load-fill@spare", "load-fill@spare+w_A=20"], [1])  # the others have 10
    ones = np.ones(4)
    shares = {"frame_s": ones, "tasks": ones, "delay_s": ones, "deficit_s": 0.1 * ones}
    cost_s = {"load-fill@spare": 3.0 + 10 * 0.1, "load-fill@spare+w_A=20": 3.0 + 20 * 0.1}
    finished = {
        cell.key: RunResult(
            {"sim_time_s": 4.0}, FrameSeries({**shares, "cost_s": cost_s[cell.label] * ones})
        )
        for cell in grid.cells()
    }
    rows = compare(grid.cells(), finished, None).rows
    assert [row.means["cost_per_s"] for row in rows] == pytest.approx([4.0, 4.0])
