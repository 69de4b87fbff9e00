"""Grid, results file, statistics: without a simulation."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ns3_bridge import InvalidSetting
from py_agent.compare.grid import Grid
from py_agent.compare.results_file import ResultsFile
from py_agent.compare.table import compare
from py_agent.intervals import bootstrap_mean, paired_ratio
from py_agent.policies import UnknownPolicy
from py_agent.view.comparison import comparison_table, write_comparison


def test_a_grid_holds_every_policy_under_every_seed_and_setting():
    grid = Grid(["srpt", "srpt@need"], [1, 2], varied=["n_ue=5,10", "slots_per_frame=25"])
    cells = grid.cells()
    assert len({cell.key for cell in cells}) == len(cells) == 8
    assert [cell.run.seed for cell in cells] == [1] * 4 + [2] * 4
    assert {cell.variant for cell in cells} == {
        "n_ue=5, slots_per_frame=25",
        "n_ue=10, slots_per_frame=25",
    }
    assert [cell.run.retrain for cell in cells[:2]] == [None, "need"]
    assert cells[0].run.settings == {"n_ue": 5, "slots_per_frame": 25}


def test_a_key_tells_what_the_result_depends_on():
    key = Grid(["srpt"], [1]).cells()[0].key
    assert key == Grid(["srpt"], [1], overrides={"runs_dir": "elsewhere"}).cells()[0].key
    assert key != Grid(["srpt"], [1], assignments=["n_ue=4"]).cells()[0].key
    assert {"policy", "seed", "settings", "version", "agent"} <= set(json.loads(key))


def test_the_key_of_an_own_policy_changes_with_its_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own_policy_of_a_test.py"
    source = "class Own:\n    def begin(self): pass\n    decide_frame = decide_slot = begin\n"
    own.write_text(source)
    before = Grid(["own_policy_of_a_test:Own"], [1]).cells()[0].key
    own.write_text(source + "# another\n")
    assert Grid(["own_policy_of_a_test:Own"], [1]).cells()[0].key != before


@pytest.mark.parametrize(
    ("grid", "message"),
    [
        (Grid(["srpt", "srpt"], [1]), "name each once"),
        (Grid(["srpt"], [1], varied=["n_ue"]), "must have the form"),
        (Grid(["srpt@often"], [1]), "retrain = 'often'"),
    ],
)
def test_a_wrong_grid_is_told(grid, message):
    with pytest.raises(InvalidSetting, match=message):
        grid.cells()


def test_an_unknown_policy_is_told_before_anything_runs():
    with pytest.raises(UnknownPolicy, match="unknown policy 'best'"):
        Grid(["best"], [1]).cells()


def test_results_outlive_a_kill_in_the_middle_of_a_line(tmp_path):
    path = tmp_path / "out" / "results.jsonl"
    results = ResultsFile(path)
    results.append("a", {"x": 1})
    with path.open("a") as file:
        file.write('{"key": "b", "summ')
    again = ResultsFile(path)
    assert "a" in again
    assert "b" not in again
    again.append("b", {"x": 2})
    assert ResultsFile(path)["b"] == {"x": 2}


def test_the_bootstrap_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(200):
        estimate = bootstrap_mean(rng.normal(1, 1, 30).tolist())
        hits += estimate.ci_low <= 1 <= estimate.ci_high
    assert 0.88 <= hits / 200 <= 0.99


def test_pairing_takes_out_what_both_share():
    rng = np.random.default_rng(1)
    hardness = rng.uniform(1, 10, 20)
    ratio = paired_ratio((0.9 * hardness).tolist(), hardness.tolist())
    assert ratio.mean == pytest.approx(0.9)
    assert ratio.ci_high == pytest.approx(0.9)
    assert bootstrap_mean([2.0]).ci_low is None


def finished(grid, delay_s):
    return {
        cell.key: {"mean_delay_s": delay_s[cell.label] * cell.run.seed, "sim_time_s": 5.0}
        for cell in grid.cells()
    }


def test_rows_are_ratios_to_the_best_rule_and_to_a_reference(tmp_path):
    grid = Grid(["random", "strongest-equal", "load-srpt"], [1, 2, 3])
    delay_s = {"random": 0.5, "strongest-equal": 4.0, "load-srpt": 2.0}
    comparison = compare(grid.cells(), finished(grid, delay_s), "strongest-equal")
    assert comparison.best_rule == {"": "load-srpt"}  # random is none
    by_policy = {row.policy: row for row in comparison.rows}
    assert by_policy["random"].paired_ratio_to_best_rule.mean == pytest.approx(0.25)
    assert by_policy["load-srpt"].paired_ratio.mean == pytest.approx(0.5)
    assert by_policy["load-srpt"].mean_delay_s.mean == pytest.approx(4.0)
    assert by_policy["load-srpt"].seeds == 3
    json.dumps(comparison.to_json())

    header, rows = comparison_table(comparison)
    assert "accuracy" not in header  # nobody measured it
    assert all(len(row) == len(header) for row in rows)
    write_comparison(comparison, tmp_path, "ns3-twin compare <&>")
    assert "&lt;&amp;&gt;" in (tmp_path / "report.html").read_text()
    assert (tmp_path / "comparison.png").stat().st_size > 10_000


def test_only_seeds_that_all_policies_have_finished_count():
    grid = Grid(["load-sqrt", "load-srpt"], [1, 2])
    summaries = finished(grid, {"load-sqrt": 1.0, "load-srpt": 1.0})
    del summaries[grid.cells()[0].key]
    assert [row.seeds for row in compare(grid.cells(), summaries, None).rows] == [1, 1]
    with pytest.raises(InvalidSetting, match="not compared"):
        compare(grid.cells(), summaries, "random")
