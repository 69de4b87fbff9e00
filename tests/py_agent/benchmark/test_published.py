"""Published results stand in for runs that would come out the same, and say so."""

from __future__ import annotations

import dataclasses
import lzma

import numpy as np
import pytest

from py_agent.benchmark.plan import Plan
from py_agent.benchmark.published import (
    NothingPublished,
    PublishedResults,
    is_published,
    note_of,
    try_here,
)
from py_agent.benchmark.setting import benchmark_setting
from py_agent.compare.comparison import Failure
from py_agent.compare.execution import run_result
from py_agent.compare.results_file import DamagedResults, ResultsFile
from py_agent.long_run.frame_series import FrameSeries

SETTING = benchmark_setting("vehicles")
PLAN = Plan(seeds=[8101], duration_s=3.0, policies=["load-fill", "random"])


@pytest.fixture(scope="module")
def cell():
    (cell,) = PLAN.cells_of(SETTING, "load-fill", [8101])
    return cell


@pytest.fixture(scope="module")
def result(cell):
    return dataclasses.replace(run_result(cell.run), commit="abc1234")


@pytest.fixture
def published(tmp_path, cell, result):
    published = PublishedResults(SETTING, tmp_path)
    assert published.publish("load-fill", {cell.key: result}) == 1
    return published


def run_here(results):
    def run(cells):
        for cell in cells:
            results.append(cell.key, run_result(cell.run))
        return []

    return run


def test_a_result_is_found_again_whatever_code_asks(published, cell, result):
    other_code = dataclasses.replace(cell)
    other_code.__dict__["key"] = cell.key.replace('"code": "', '"code": "other')
    found = published.of([other_code])[other_code.key]
    assert found.commit == "abc1234"
    assert found.summary["mean_delay_s"] == pytest.approx(result.summary["mean_delay_s"], rel=1e-6)
    for name, column in result.series.columns.items():
        np.testing.assert_allclose(found.series.columns[name], column, rtol=1e-6)


def test_no_other_run_gets_it(published):
    others = [
        *dataclasses.replace(PLAN, duration_s=4.0).cells_of(SETTING, "load-fill", [8101]),
        *PLAN.cells_of(SETTING, "load-fill", [8102]),
        *PLAN.cells_of(SETTING, "random", [8101]),
    ]
    assert published.of(others) == {}


def test_a_policy_with_all_seeds_is_taken_and_others_are_told(published):
    assert published.policies(PLAN) == ["load-fill"]
    more = dataclasses.replace(PLAN, seeds=[8101, 8102])
    with pytest.raises(
        NothingPublished, match=r"all seeds asked for; there are load-fill under 8101$"
    ):
        published.policies(more)


def test_published_again_it_takes_the_place_of_the_former(published, cell, result):
    again = dataclasses.replace(result, commit="def5678")
    assert published.publish("load-fill", {cell.key: again}) == 1
    assert published.of([cell])[cell.key].commit == "def5678"


def trial_of(published, cell, tmp_path):
    results = ResultsFile(tmp_path / "results.jsonl", published.of([cell]))
    return results, try_here(SETTING, PLAN, [cell], results, run_here(results), tried_s=2.0)


def test_what_comes_out_the_same_is_told(published, cell, tmp_path):
    results, trial = trial_of(published, cell, tmp_path)
    assert (trial.told, trial.failures) == ({}, [])
    assert len((tmp_path / "results.jsonl").read_text().splitlines()) == 1  # the trial alone
    other = PLAN.cells_of(SETTING, "load-fill", [8102])
    note = note_of([cell, *other], results, trial)
    assert "commit abc1234, not run here: load-fill (1 of 2 runs); " in note
    assert note.endswith("came out the same")


def test_what_comes_out_differently_is_told_with_the_second(published, cell, result, tmp_path):
    columns = {name: column.copy() for name, column in result.series.columns.items()}
    columns["cost_s"][1] *= 1.001
    other = dataclasses.replace(result, series=FrameSeries(columns))
    published.publish("load-fill", {cell.key: other})
    results, trial = trial_of(published, cell, tmp_path)
    assert trial.told == {"load-fill": "comes out differently from second 1 of seed 8101 on"}
    assert "another processor: load-fill comes out" in note_of([cell], results, trial)


def test_what_cannot_be_tried_is_told_and_fails(published, cell, tmp_path):
    results = ResultsFile(tmp_path / "results.jsonl", published.of([cell]))
    failure = Failure("load-fill", "", 8101, "the disk is full")
    trial = try_here(SETTING, PLAN, [cell], results, lambda cells: [failure], tried_s=2.0)
    assert trial.told == {"load-fill": "could not be tried"}
    assert trial.failures == [failure]


def test_a_result_of_this_place_goes_before_a_published_one(published, cell, result, tmp_path):
    own = dataclasses.replace(result, commit="")
    ResultsFile(tmp_path / "results.jsonl").append(cell.key, own)
    results = ResultsFile(tmp_path / "results.jsonl", published.of([cell]))
    assert not is_published(cell, results)


@pytest.mark.parametrize("damage", [b"", b"no xz", lzma.compress(b'{"key": 1}\n')])
def test_a_damaged_file_is_told_by_name(published, cell, tmp_path, damage):
    (file,) = tmp_path.rglob("load-fill.jsonl.xz")
    file.write_bytes(damage)
    with pytest.raises(DamagedResults, match=r"load-fill\.jsonl\.xz: no published results"):
        published.of([cell])
