"""Policies beside each other where there are no tasks."""

from __future__ import annotations

import json
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from ns3_bridge import InvalidSetting
from py_agent.cli.app import app
from py_agent.compare.by_reward import compare_rewards
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Cell
from py_agent.compare.results_file import RunResult
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.task_statistics import records_tasks
from py_agent.view.pair_table import pair_rows, pair_sentence
from py_agent.view.reward_comparison import reward_table
from py_agent.view.tables import result_rows

REWARDS = {
    "newreno": [-2.0, -3, -4, -2, -3],
    "cubic": [-1, -2.1, -3, -1.1, -2],
    "random": [0.0] * 5,
}


def cells_and_results(rewards=REWARDS):
    cells = [
        Cell(policy, "", RunSettings(scenario="tcp", policy=policy, seed=seed))
        for policy, of_policy in rewards.items()
        for seed in range(1, 1 + len(of_policy))
    ]
    results = {
        cell.key: RunResult(
            {
                "total_reward": 10 * rewards[cell.run.policy][cell.run.seed - 1],
                "sim_time_s": 10.0,
                "mean_rtt_s": 0.05,
            }
        )
        for cell in cells
    }
    return cells, results


def test_differences_are_paired_and_to_the_best_rule():
    comparison = compare_rewards(*cells_and_results(), reference=None)
    assert comparison.references == {"": "cubic"}  # random is no rule, whatever it gets
    newreno, cubic, _ = comparison.rows
    assert cubic.difference is None
    assert newreno.reward_per_s.mean == pytest.approx(-2.8)
    assert newreno.difference.mean == pytest.approx(-0.96)
    assert newreno.difference.ci_high < -0.8  # far narrower than the rewards' own
    assert newreno.reward_per_s.ci_high > -2
    assert newreno.p_value < 0.01
    header, rows = reward_table(comparison, "")
    assert header == ["policy", "reward/s [95 % CI]", "difference to cubic", "p", "rtt_s"]
    assert rows[1][2:] == ["–", "", "0.05"]


def test_a_policy_that_fails_takes_no_other_policy_s_seeds():
    cells, results = cells_and_results()
    lost = next(cell for cell in cells if (cell.label, cell.run.seed) == ("newreno", 2))
    failures = [Failure("newreno", "", 2, "died")]
    del results[lost.key]
    comparison = compare_rewards(cells, results, "cubic", failures)
    assert [(row.seeds, list(row.failed)) for row in comparison.rows] == [
        (4, [2]),
        (5, []),
        (5, []),
    ]


def test_a_rule_that_finished_only_where_it_is_easy_is_not_the_reference():
    cells, results = cells_and_results({"newreno": [-15.0, -1.5], "cubic": [-10.0, -1.0]})
    lost = next(cell for cell in cells if (cell.label, cell.run.seed) == ("newreno", 1))
    del results[lost.key]
    comparison = compare_rewards(cells, results, None, [Failure("newreno", "", 1, "died")])
    assert comparison.references == {"": "cubic"}
    del results[next(cell for cell in cells if (cell.label, cell.run.seed) == ("cubic", 2)).key]
    failures = [Failure("newreno", "", 1, "died"), Failure("cubic", "", 2, "died")]
    comparison = compare_rewards(cells, results, None, failures)
    assert [row.seeds for row in comparison.rows] == [0, 0]  # they have no seed in common


def test_a_reference_that_is_not_compared_is_refused():
    with pytest.raises(InvalidSetting, match="reference 'bbr' is not compared"):
        compare_rewards(*cells_and_results(), reference="bbr")


def test_the_command_compares_flows_by_their_reward(tmp_path):
    arguments = ["--scenario", "tcp", "--seeds", "1-2", "--duration", "1.5", "--jobs", "1"]
    arguments += ["--set", "bottleneck.rate_mbps=4", "--out", str(tmp_path), "--json"]
    done = CliRunner().invoke(app, ["compare", "--policies", "newreno,cubic", *arguments])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout.splitlines()[-1])
    assert [row["policy"] for row in found["rows"]] == ["newreno", "cubic"]
    assert {"mean_rtt_s", "jain_index_delivery_rate_mbps"} <= set(found["rows"][0]["observed"])
    assert (tmp_path / "comparison.md").read_text().startswith("| policy |")
    assert json.loads((tmp_path / "comparison.json").read_text()) == found


def test_what_cannot_be_asked_of_rewards_is_refused():
    arguments = ["compare", "--scenario", "tcp", "--policies", "cubic", "--precision", "0.1"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert "tcp has no tasks" in done.output


def test_a_delay_that_is_observed_is_none_of_tasks():
    run = {"policy": "mine", "seed": 1, "total_reward": 2.0, "mean_delay_s": 0.05}
    known = {"sim_time_s": 1.0, "slots": 10, "n_ue": None, "early_end": "killed"}
    assert ("mean delay_s", "0.05") in result_rows({**run, **known})
    assert pair_rows(run, run) == [("mean delay_s", "0.05", "0.05", "+0 %")]
    assert pair_sentence(run, run).startswith("Under seed 1 the reward was 2.000 with mine")


def test_a_table_of_a_scenarios_own_that_is_called_task_is_none_of_tasks():
    def schema(*columns):
        table = SimpleNamespace(name="task", dtype=np.dtype([(name, "f8") for name in columns]))
        return SimpleNamespace(tables=(table,))

    of_tasks = ("ue", "created_s", "uploaded_s", "compute_s", "computed_s", "done_s")
    assert records_tasks(schema(*of_tasks, "left_s"))
    assert not records_tasks(schema("delay_s"))
    assert not records_tasks(SimpleNamespace(tables=()))


def test_a_run_beside_its_baseline_shows_what_was_observed():
    run = {"policy": "fast-tcp", "seed": 1, "total_reward": -4.0, "mean_rtt_s": 0.05}
    baseline = {"policy": "cubic", "seed": 1, "total_reward": -6.5, "mean_rtt_s": 0.1}
    assert pair_rows(run, baseline) == [("mean rtt_s", "0.05", "0.1", "-50 %")]
    assert pair_sentence(run, baseline) == (
        "Under seed 1 the reward was -4.000 with fast-tcp: +2.500 beside the -6.500 with cubic."
    )
