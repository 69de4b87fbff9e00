"""What becomes of runs that fail, of labels that share one, and of files that change meanwhile."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from py_agent.compare.execution import execute
from py_agent.compare.grid import Grid
from py_agent.compare.results_file import ResultsFile, RunResult

OWN = "class Own:\n    begin = decide_frame = decide_slot = lambda *_: {}\n"


class Scripted:
    """Hands out results and errors in place of running anything."""

    place = "nowhere"

    def __init__(self, *outcomes, between=lambda: None):
        self.outcomes, self.between = outcomes, between

    def run(self, work, items, callback=None):
        for number, outcome in zip(range(len(items)), self.outcomes, strict=True):
            future = Future()
            if isinstance(outcome, Exception):
                future.set_exception(outcome)
            else:
                future.set_result(outcome)
            yield number, future
            self.between()


def result():
    return RunResult({"mean_delay_s": 1.0, "sim_time_s": 5.0})


def test_a_run_that_has_two_labels_fails_under_both(tmp_path):
    cells = Grid(["load-fill", "load-fill@spare"], [1, 2], overrides={"retrain": "spare"}).cells()
    results = ResultsFile(tmp_path / "results.jsonl")
    done = execute(cells, results, Scripted(RuntimeError("it died"), result()), lambda *_: None)
    assert [(failure.policy, failure.seed) for failure in done] == [
        ("load-fill", 1),
        ("load-fill@spare", 1),
    ]
    assert [cell.key in results for cell in cells] == [False, False, True, True]


@pytest.mark.parametrize("remove", [False, True])
def test_a_run_whose_files_changed_meanwhile_is_not_kept(tmp_path, remove):
    own = tmp_path / f"changing_{remove}.py"  # modules of one name exclude each other
    own.write_text(OWN)
    cells = Grid([f"{own}:Own"], [1, 2]).cells()
    results = ResultsFile(tmp_path / "results.jsonl")
    told = []

    def change():
        if remove:
            own.unlink(missing_ok=True)
        else:
            own.write_text(OWN + "# better now\n")

    executor = Scripted(result(), result(), between=change)
    (failure,) = execute(cells, results, executor, lambda *done: told.append(done))
    assert (failure.seed, "changed while" in failure.reason) == (2, True)
    assert [cell.key in results for cell in cells] == [True, False]
    assert [error is None for _, error in told] == [True, False]
