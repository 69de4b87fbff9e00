"""A precision adds seeds or simulated time, and says what it has reached."""

import numpy as np
import pytest

from ns3_bridge import InvalidSetting
from py_agent.compare.comparison import Failure
from py_agent.compare.grid import Grid
from py_agent.compare.precision import Precision, run_comparison
from py_agent.compare.results_file import ResultsFile, RunResult
from py_agent.intervals import paired_ratio
from py_agent.long_run.frame_series import FrameSeries
from py_agent.view.comparison import precision_line

STEADY = np.tile([0.9, 1.1, 1.0, 1.2, 0.8], 1000)


class Simulator:
    """Runs whose ratio to `load-srpt` varies by seed; all empty a queue within `warm_up_s`."""

    def __init__(self, path, spread=0.1, warm_up_s=1):
        self.results = ResultsFile(path / "results.jsonl")
        self.spread, self.warm_up_s = spread, warm_up_s
        self.runs = []

    def __call__(self, cells):
        for cell in cells:
            if cell.key not in self.results:
                self.runs.append((cell.label, cell.run.seed, cell.run.settings["duration_s"]))
                self.results.append(cell.key, self.result(cell))
        return []

    def result(self, cell):
        frames = round(cell.run.settings["duration_s"])
        effect = np.random.default_rng(cell.run.seed).normal(0, self.spread)
        factor = 1.0 if cell.label == "load-srpt" else np.exp(effect)
        queue = 9 * np.maximum(0, 1 - np.arange(frames) / self.warm_up_s)
        task_s = factor * (STEADY[:frames] + queue)
        ones = np.ones(frames)
        series = {"frame_s": ones, "tasks": ones, "delay_s": task_s, "task_s": task_s}
        return RunResult({"sim_time_s": float(frames)}, FrameSeries(series))


def grid(duration_s=60, **options):
    return Grid(
        ["load-srpt", "random"], range(1, 6), assignments=[f"duration_s={duration_s}"], **options
    )


def test_seeds_are_added_until_the_interval_is_narrow_enough(tmp_path):
    simulator = Simulator(tmp_path)
    comparison = run_comparison(
        grid(), simulator.results, simulator, precision=Precision(0.03, most_seeds=200)
    )
    ratio = comparison.rows[1].ratio
    assert (ratio.ci_high - ratio.ci_low) / 2 / ratio.mean <= 0.03
    assert comparison.precision.limit == ""
    assert comparison.precision.reached <= 0.03
    seeds = comparison.rows[1].seeds
    assert 25 < seeds < 110  # (2 · 0.1 / 0.03)² are 44
    assert len(simulator.runs) == 2 * seeds  # none twice
    assert {duration for _, _, duration in simulator.runs} == {60}


def test_the_same_again_runs_nothing(tmp_path):
    first = Simulator(tmp_path)
    run_comparison(grid(), first.results, first, precision=Precision(0.05))
    again = Simulator(tmp_path)
    comparison = run_comparison(grid(), again.results, again, precision=Precision(0.05))
    assert again.runs == []
    assert comparison.rows[0].seeds == len(first.runs) / 2


def test_a_limit_of_seeds_is_kept_and_told(tmp_path):
    simulator = Simulator(tmp_path)
    comparison = run_comparison(
        grid(), simulator.results, simulator, precision=Precision(0.01, most_seeds=12)
    )
    assert comparison.rows[0].seeds == 12
    assert comparison.precision.limit == "more than 12 seeds"
    told = precision_line(comparison.precision)
    assert "± 0.01 was asked for; it would take more than 12 seeds" in told


@pytest.mark.parametrize(("longest_s", "reached_s"), [(480.0, 240), (200.0, 200), (100.0, 100)])
def test_runs_too_short_for_their_warm_up_are_made_longer(tmp_path, longest_s, reached_s):
    simulator = Simulator(tmp_path, spread=0.001, warm_up_s=80)
    comparison = run_comparison(
        grid(), simulator.results, simulator, precision=Precision(0.05, longest_s=longest_s)
    )
    row = comparison.rows[0]
    assert (row.seeds, row.horizon_s) == (5, reached_s)
    if reached_s >= 200:
        assert 70 <= row.warm_up_s <= 80
        assert comparison.precision.limit == ""
    else:
        assert comparison.precision.limit == "runs of more than 100 s"


def test_fewer_than_five_seeds_are_filled_up(tmp_path):
    simulator = Simulator(tmp_path, spread=0.001)
    few = Grid(["load-srpt", "random"], [7], assignments=["duration_s=60"])
    comparison = run_comparison(few, simulator.results, simulator, precision=Precision(0.05))
    assert sorted({seed for _, seed, _ in simulator.runs}) == [7, 8, 9, 10, 11]
    assert comparison.precision.limit == ""


class Failing(Simulator):
    """Runs of one policy fail from some seed on."""

    def __init__(self, path, policy, from_seed):
        super().__init__(path)
        self.fails = lambda cell: cell.label == policy and cell.run.seed >= from_seed
        self.tried = []

    def __call__(self, cells):
        failed = [cell for cell in cells if self.fails(cell)]
        self.tried += [cell.run.seed for cell in failed]
        super().__call__([cell for cell in cells if not self.fails(cell)])
        return [Failure(cell.label, "", cell.run.seed, "no ns-3") for cell in failed]


@pytest.mark.parametrize(
    "policies", [["load-srpt", "random", "load-equal"], ["load-srpt", "load-equal"]]
)
def test_a_policy_that_fails_keeps_no_other_from_its_precision(tmp_path, policies):
    simulator = Failing(tmp_path, "load-equal", from_seed=2)
    among = Grid(policies, range(1, 6), assignments=["duration_s=60"])
    comparison = run_comparison(
        among, simulator.results, simulator, precision=Precision(0.05, most_seeds=60)
    )
    assert len(simulator.tried) == len(set(simulator.tried))  # nobody tries what has failed again
    by_policy = {row.policy: row for row in comparison.rows}
    assert comparison.precision.limit == ""
    assert by_policy["load-equal"].seeds == 1
    assert len(by_policy["load-equal"].failed) == by_policy["load-srpt"].seeds - 1
    if "random" in policies:
        assert comparison.precision.reached <= 0.05
        assert by_policy["random"].seeds > 10
    else:
        assert by_policy["load-srpt"].seeds == 5


def test_nothing_runs_under_a_reference_that_is_not_compared(tmp_path):
    simulator = Simulator(tmp_path)
    with pytest.raises(InvalidSetting, match="reference 'load-srp' is not compared"):
        run_comparison(grid(), simulator.results, simulator, "load-srp")
    varied = grid(varied=["duration_s=60,70"])
    with pytest.raises(InvalidSetting, match="a precision chooses how long runs are"):
        run_comparison(varied, simulator.results, simulator, precision=Precision(0.1))
    assert simulator.runs == []


def test_a_precision_that_means_nothing_is_refused(tmp_path):
    simulator = Simulator(tmp_path)
    with pytest.raises(InvalidSetting, match="precision = 0 must be above 0"):
        Precision(0)
    nobody = Grid(["random"], [1], assignments=["duration_s=60"])
    with pytest.raises(InvalidSetting, match="compare a rule, or give a reference"):
        run_comparison(nobody, simulator.results, simulator, precision=Precision(0.1))


@pytest.mark.parametrize("spread", [0.1, 0.4])
def test_intervals_keep_most_of_their_coverage_though_their_width_ends_the_runs(spread):
    rng = np.random.default_rng(4)
    holds = []
    for _ in range(1500):
        effects = rng.lognormal(0, spread, 40)
        precision, seeds = Precision(0.05), list(range(1, 6))
        while True:
            ratio = paired_ratio(effects[: len(seeds)].tolist(), [1.0] * len(seeds))
            width = (ratio.ci_high - ratio.ci_low) / 2 / ratio.mean
            more = precision.seeds_after(seeds, width)
            if width <= precision.wanted or len(more) == len(seeds):
                break
            seeds = more
        holds.append(ratio.ci_low <= 1 <= ratio.ci_high)
    assert 0.92 < np.mean(holds) < 0.97
