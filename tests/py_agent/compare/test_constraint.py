"""The best rule is the fastest of those that keep users' accuracy."""

import numpy as np
import pytest

from py_agent.compare.constraint import best_rule
from py_agent.compare.grid import Grid
from py_agent.compare.results_file import RunResult
from py_agent.compare.table import compare
from py_agent.intervals import holm, paired_p_value
from py_agent.view.comparison import draw_comparison, setting_lines, short_table

DELAYS_S = {
    "load-fill@none": {1: 0.5, 2: 0.5},
    "load-fill@spare": {1: 0.6, 2: 0.6},
    "random@spare": {1: 0.1, 2: 0.1},
}


def shares(**violations):
    """The same share of user-seconds below the target under both seeds."""
    names = {"none": "load-fill@none", "spare": "load-fill@spare", "random": "random@spare"}
    return {names[name]: {1: share, 2: share} for name, share in violations.items()}


def test_a_rule_that_leaves_models_to_drift_is_not_the_best():
    violations = shares(none=0.8, spare=0.03, random=0.0)
    best = best_rule(DELAYS_S, violations, 0.05)
    assert (best.policy, best.keeps_constraint) == ("load-fill@spare", True)
    assert best_rule(DELAYS_S, violations, 0.9).policy == "load-fill@none"


def test_where_no_rule_keeps_the_constraint_it_is_the_one_that_violates_it_least():
    violations = shares(none=0.8, spare=0.3, random=0.0)
    best = best_rule(DELAYS_S, violations, 0.05)
    assert (best.policy, best.keeps_constraint, best.violations) == ("load-fill@spare", False, 0.3)


def test_without_models_the_fastest_rule_is_the_best():
    delays_s = {"load-fill": {1: 0.4}, "load-srpt": {1: 0.3}}
    best = best_rule(delays_s, {"load-fill": {}, "load-srpt": {}}, 0)
    assert (best.policy, best.keeps_constraint) == ("load-srpt", True)


def test_a_rule_without_models_does_not_count_beside_rules_with_models():
    delays_s = {"load-fill": {1: 0.4}, "srpt@spare": {1: 0.5}}
    best = best_rule(delays_s, {"load-fill": {}, "srpt@spare": {1: 0.01}}, 0.05)
    assert best.policy == "srpt@spare"


def test_a_rule_that_failed_under_some_seed_is_not_the_best():
    delays_s = {"load-fill": {1: 0.4}, "srpt": {1: 0.5, 2: 0.5}}
    assert best_rule(delays_s, {"load-fill": {}, "srpt": {}}, 0).policy == "srpt"
    assert best_rule({"random": {1: 0.4}}, {"random": {}}, 0) is None


def test_rules_that_failed_under_different_seeds_are_compared_under_those_that_both_have():
    hard, easy = 1, 2
    delays_s = {"load-fill": {easy: 1.1, 3: 1.1}, "load-srpt": {hard: 9.0, 3: 1.0}}
    assert best_rule(delays_s, {"load-fill": {}, "load-srpt": {}}, 0).policy == "load-srpt"
    apart = {"load-fill": {easy: 1.1}, "load-srpt": {hard: 9.0}}
    assert best_rule(apart, {"load-fill": {}, "load-srpt": {}}, 0) is None


@pytest.mark.parametrize(("n_seeds", "flattered"), [(5, 1.12), (20, 1.06)])
def test_a_policy_as_good_as_eight_rules_looks_a_little_worse_than_the_best(n_seeds, flattered):
    rng, repetitions = np.random.default_rng(11), 400
    logs = 0.2 * rng.standard_normal((repetitions, 9, n_seeds))  # the last is the policy
    looks, of_policy, of_rules = [], [], []
    for delays_s in np.exp(logs):
        best = int(np.argmin(delays_s[:8].mean(axis=1)))
        others = [number for number in range(9) if number != best]
        p_values = holm([paired_p_value(delays_s[n], delays_s[best]) for n in others])
        looks.append(np.log(delays_s[8] / delays_s[best]).mean())
        of_policy.append(p_values[-1] < 0.05)
        of_rules.append(min(p_values[:-1]) < 0.05)
    assert np.exp(np.mean(looks)) == pytest.approx(flattered, abs=0.015)
    assert np.mean(of_policy) < 0.02
    assert 0.05 < np.mean(of_rules) < 0.13


def results_of(grid, delays_s, violations):
    return {
        cell.key: RunResult(
            {
                "mean_delay_s": delays_s[cell.label] * (1 + 0.01 * cell.run.seed),
                "share_below_target": violations[cell.label],
                "sim_time_s": 5.0,
            }
        )
        for cell in grid.cells()
    }


def compared(violations, reference=None, tolerance=0.05):
    delays_s = {"load-fill@none": 0.5, "load-fill@spare": 0.6, "random@spare": 0.7}
    grid = Grid(list(delays_s), range(1, 7))
    results = results_of(grid, delays_s, violations)
    return compare(grid.cells(), results, reference, tolerance=tolerance)


def test_a_comparison_says_above_its_table_that_no_rule_keeps_the_constraint():
    violations = {"load-fill@none": 0.8, "load-fill@spare": 0.37, "random@spare": 0.4}
    comparison = compared(violations)
    assert comparison.best_rule == {"": "load-fill@spare"}
    told = "\n".join(setting_lines(comparison, ""))
    assert "no rule keeps the constraint (at most 5.0% of user-seconds below A_min)" in told
    assert "load-fill@spare, which has the fewest violations, 37.0%" in told
    assert "no rule" not in "\n".join(setting_lines(compared(violations, tolerance=0.4), ""))


def test_rows_say_who_keeps_the_constraint_and_by_how_much_others_miss_it():
    comparison = compared({"load-fill@none": 0.8, "load-fill@spare": 0.04, "random@spare": 0.4})
    rows = {row.policy: row for row in comparison.rows}
    assert [rows[name].keeps_constraint for name in rows] == [False, True, False]
    assert rows["random@spare"].violations_beyond_best_rule.mean == pytest.approx(0.36)
    header, cells = short_table(comparison, "")
    assert "ratio to load-fill@spare" in header
    shown = dict(zip(header, cells[0], strict=True))
    assert shown["below A_min"] == "80.0% !"
    assert dict(zip(header, cells[1], strict=True))["below A_min"] == "4.0%"


def test_p_values_are_corrected_for_the_number_of_policies():
    grid = Grid(["load-fill", "load-srpt", "load-sqrt"], range(1, 7))
    noise = np.random.default_rng(1).lognormal(0, 0.3, (6, 2))
    delays_s = {("load-fill", seed): 1.0 for seed in grid.seeds} | {
        (label, seed): mean_s * noise[seed - 1, place]
        for place, (label, mean_s) in enumerate([("load-srpt", 1.6), ("load-sqrt", 1.3)])
        for seed in grid.seeds
    }
    results = {
        cell.key: RunResult(
            {"mean_delay_s": delays_s[cell.label, cell.run.seed], "sim_time_s": 5.0}
        )
        for cell in grid.cells()
    }
    comparison = compare(grid.cells(), results, "load-fill")
    p_values = {row.policy: row.p_value for row in comparison.rows}
    alone = [
        paired_p_value([delays_s[label, seed] for seed in grid.seeds], [1.0] * 6)
        for label in ("load-srpt", "load-sqrt")
    ]
    assert p_values["load-fill"] is None
    assert [p_values["load-srpt"], p_values["load-sqrt"]] == pytest.approx(holm(alone))
    assert p_values["load-srpt"] == pytest.approx(2 * alone[0])


def test_without_intervals_no_axis_is_zoomed():
    delays_s = {"load-fill@none": 0.5, "load-fill@spare": 0.6, "random@spare": 0.7}
    violations = dict.fromkeys(delays_s, 0.0)
    few = Grid(list(delays_s), [1])
    one_seed = compare(few.cells(), results_of(few, delays_s, violations), None)
    assert {axes.get_xlim()[0] for axes in draw_comparison(one_seed).axes} == {0}
    many = draw_comparison(compared(violations)).axes
    assert {axes.get_xscale() for axes in many} == {"log"}
