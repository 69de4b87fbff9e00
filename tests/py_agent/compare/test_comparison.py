"""Grid, results file, statistics: without a simulation."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ns3_bridge import InvalidSetting
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Grid, name_of
from py_agent.compare.results_file import DamagedResults, ResultsFile, RunResult
from py_agent.compare.table import compare
from py_agent.long_run.frame_series import FrameSeries
from py_agent.policies import UnknownPolicy
from py_agent.view.comparison import full_table, short_table, write_comparison


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


def test_parameters_of_a_file_are_those_of_its_rule_and_a_label_s_join_them(tmp_path):
    config = tmp_path / "runs.yaml"
    config.write_text("retrain: spare\nretrain_options: {idle_margin: 0.12}\n")
    labels = ["load-fill", "load-fill@spare+busy_margin=0.1", "load-fill@none", "load-fill@bandit"]
    cells = Grid(labels, [1], config=config).cells()
    common = {"idle_margin": 0.12}
    expected = [common, {**common, "busy_margin": 0.1}, {}, {}]
    assert [cell.run.retrain_options for cell in cells] == expected
    other = Grid(labels, [1], config=config, overrides={"retrain": "bandit"}).cells()
    assert [cell.run.retrain_options for cell in other] == [{}, *expected[1:]]
    assert other[0].run.retrain == "bandit"


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


def test_results_keep_their_series_and_those_of_before_have_none(tmp_path):
    path = tmp_path / "results.jsonl"
    series = FrameSeries({"frame_s": np.ones(2), "jain_index_from": np.array([0.1, np.nan])})
    ResultsFile(path).append("a", RunResult({"sim_time_s": 2.0}, series))
    ResultsFile(path).append("b", RunResult({"sim_time_s": 2.0}))
    again = ResultsFile(path)
    np.testing.assert_array_equal(again["a"].series.columns["jain_index_from"], [0.1, np.nan])
    assert again["b"].series is None


def test_results_outlive_a_kill_in_the_middle_of_a_line(tmp_path):
    path = tmp_path / "out" / "results.jsonl"
    results = ResultsFile(path)
    results.append("a", RunResult({"sim_time_s": 1}))
    with path.open("a") as file:
        file.write('{"key": "b", "summ')
    again = ResultsFile(path)
    assert "a" in again
    assert "b" not in again
    again.append("b", RunResult({"sim_time_s": 2}))
    assert ResultsFile(path)["b"].summary == {"sim_time_s": 2}


IDLE = RunResult({"mean_delay_s": None, "sim_time_s": 5.0})


def finished(grid, delay_s):
    return {
        cell.key: RunResult(
            {"mean_delay_s": delay_s[cell.label] * cell.run.seed, "sim_time_s": 5.0}
        )
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

    header, rows = full_table(comparison, "")
    assert "below A_min" not in header  # nobody measured it
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


@pytest.mark.parametrize("setting", ["mobility.trace", "layout.positions", "ns3::Some::File"])
def test_the_key_changes_with_the_contents_of_a_file_that_a_setting_names(tmp_path, setting):
    trace = tmp_path / "trace.csv"

    def key():
        value = f"{trace}; origin=auto" if setting == "mobility.trace" else trace
        return Grid(["srpt"], [1], assignments=[f"{setting}={value}"]).cells()[0].key

    trace.write_text("time_s,id,x_m,y_m\n0,a,1,2\n")
    before = key()
    assert key() == before
    trace.write_text("time_s,id,x_m,y_m\n0,a,1,3\n")
    assert key() != before


def test_the_key_changes_with_the_program_of_an_own_scenario(tmp_path):
    program = tmp_path / "own"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    grid = Grid(["srpt"], [1], overrides={"scenario": str(program)})
    before = grid.cells()[0].key
    program.write_text("#!/bin/sh\n:\n")
    assert grid.cells()[0].key != before


def test_other_comparisons_have_other_names():
    def name(policies, seeds, precision=None, **options):
        return name_of(Grid(policies, seeds, **options).cells(), precision)

    names = [
        name(["srpt", "load-fill"], [1, 2]),
        name(["srpt", "load-sqrt"], [1, 2]),
        name(["srpt", "load-fill"], [1, 3]),
        name(["srpt", "load-fill"], [1, 2], 0.05),
        name(["srpt", "load-fill"], [1, 2], assignments=["n_ue=4"]),
        name(["srpt", "load-fill"], [1, 2], varied=["n_ue=4,5"]),
    ]
    assert len(set(names)) == len(names)
    assert names[0] == name(["srpt", "load-fill"], [1, 2])
    assert names[0].startswith("cellular__2-policies__2-seeds__")
    assert names[5].startswith("cellular__2-policies__2-settings__2-seeds__")


@pytest.mark.parametrize(
    "line",
    [
        *("{", "[]", "null", '{"key": "b"}', '{"key": "b", "summary": 3}'),
        '{"key": 1, "summary": {"sim_time_s": 1}}',
        '{"key": "b", "summary": {"mean_delay_s": 1}}',
        '{"key": "b", "summary": {"sim_time_s": 1, "mean_delay_s": "long"}}',
        '{"key": "b", "summary": {"sim_time_s": 1}, "series": {"tasks": [1]}}',
        '{"key": "b", "summary": {"sim_time_s": 1}, "series": null}',
    ],
)
def test_a_bad_line_among_results_is_named(tmp_path, line):
    path = tmp_path / "results.jsonl"
    ResultsFile(path).append("a", RunResult({"sim_time_s": 1.0}))
    with path.open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(DamagedResults, match=r"results\.jsonl, line 2"):
        ResultsFile(path)


def failing(grid, delay_s, failed):
    """Summaries without the failed runs, and what failed."""
    summaries = finished(grid, delay_s)
    failures = []
    for cell in grid.cells():
        if (cell.label, cell.run.seed) in failed:
            del summaries[cell.key]
            failures.append(Failure(cell.label, cell.variant, cell.run.seed, "it died"))
    return summaries, failures


def test_a_policy_whose_runs_fail_is_a_row_and_takes_no_seed_from_the_others(tmp_path):
    grid = Grid(["load-srpt", "load-sqrt", "random"], [1, 2, 3])
    delay_s = {"load-srpt": 1.0, "load-sqrt": 2.0, "random": 3.0}
    failed = {("load-sqrt", 2), ("random", 1), ("random", 2), ("random", 3)}
    summaries, failures = failing(grid, delay_s, failed)
    comparison = compare(grid.cells(), summaries, None, failures)
    rows = {row.policy: row for row in comparison.rows}
    assert {name: row.seeds for name, row in rows.items()} == {
        **{"load-srpt": 3, "load-sqrt": 2, "random": 0}
    }
    assert rows["load-sqrt"].failed == [2]
    assert rows["load-sqrt"].paired_ratio_to_best_rule.mean == pytest.approx(2.0)
    assert rows["random"].mean_delay_s is None
    json.dumps(comparison.to_json())
    _, table = short_table(comparison, "")
    assert table[2][0] == "random"
    assert table[2][-1] == "1, 2, 3"
    write_comparison(comparison, tmp_path, "ns3-twin compare")
    assert "random, seed 3: it died" in (tmp_path / "report.html").read_text()


def test_a_ratio_to_a_reference_that_failed_is_none_and_not_one_to_another_policy():
    grid = Grid(["load-srpt", "load-sqrt", "random"], [1, 2])
    delay_s = {"load-srpt": 1.0, "load-sqrt": 2.0, "random": 3.0}
    summaries, failures = failing(grid, delay_s, {("random", 1), ("random", 2)})
    comparison = compare(grid.cells(), summaries, "random", failures)
    assert [row.ratio for row in comparison.rows] == [None, None, None]
    assert comparison.rows[1].paired_ratio_to_best_rule.mean == pytest.approx(2.0)


def test_a_seed_that_fails_under_all_policies_leaves_the_other_seeds():
    grid = Grid(["load-srpt", "load-sqrt"], [1, 2, 3])
    summaries, failures = failing(
        grid, {"load-srpt": 1.0, "load-sqrt": 2.0}, {("load-srpt", 2), ("load-sqrt", 2)}
    )
    rows = compare(grid.cells(), summaries, None, failures).rows
    assert [(row.seeds, row.failed) for row in rows] == [(2, [2]), (2, [2])]


def test_a_comparison_of_which_all_runs_have_failed_is_a_table_all_the_same(tmp_path):
    grid = Grid(["load-srpt"], [1])
    summaries, failures = failing(grid, {"load-srpt": 1.0}, {("load-srpt", 1)})
    comparison = compare(grid.cells(), summaries, None, failures)
    write_comparison(comparison, tmp_path, "ns3-twin compare")
    assert comparison.rows[0].seeds == 0


def test_a_run_without_a_task_is_told_and_the_others_are_compared():
    grid = Grid(["load-srpt", "load-sqrt"], [1, 2, 3])
    summaries = finished(grid, {"load-srpt": 1.0, "load-sqrt": 2.0})
    for cell in grid.cells():
        if cell.run.seed == 2:
            summaries[cell.key] = IDLE
    comparison = compare(grid.cells(), summaries, None)
    assert [(row.seeds, row.failed) for row in comparison.rows] == [(2, [2]), (2, [2])]
    assert "no task in this run" in str(comparison.failures[0])
    at_once = finished(grid, {"load-srpt": 1.0, "load-sqrt": 0.0})
    in_no_time = compare(grid.cells(), at_once, None)
    assert [row.seeds for row in in_no_time.rows] == [3, 0]
    assert "no task that takes time in this run" in str(in_no_time.failures[0])
    idle = dict.fromkeys(summaries, IDLE)
    with pytest.raises(InvalidSetting, match="nothing to compare: load-srpt, seed 1: no task"):
        compare(grid.cells(), idle, None)
