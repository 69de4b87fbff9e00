# SPDX-License-Identifier: MIT
"""What `py_agent.capacity` has found, as tables and sentences."""

from __future__ import annotations

from py_agent.capacity.long_runs import Outcome
from py_agent.capacity.verdict import Verdict
from py_agent.long_run.trend import Trend

NamedTable = tuple[str, list[str], list[list[str]]]


def capacity_tables(judged: Verdict) -> list[NamedTable]:
    """Title, header and rows of each table."""
    load = judged.survey.load
    cells = zip(load.band, load.tasks, load.training, strict=True)
    rows = [[str(bs), *_loads(*of_cell)] for bs, of_cell in enumerate(cells)]
    rows.append(["all", *_loads(*load.total.values())])
    header = ["cell", "band", "server: tasks", "least training", "server in all"]
    title = f"Load over capacity, users at the station of rule {judged.survey.association}"
    tables: list[NamedTable] = [(title, header, rows)]
    if judged.outcomes:
        header = ["rule", "delay s", "below target", "worst accuracy", "waiting", "Z"]
        rows = [_outcome(outcome) for outcome in judged.outcomes]
        tables.append(("Long runs in the twin (↑: rises by; ?: may double)", header, rows))
    return tables


def conclusion(judged: Verdict) -> list[str]:
    """What follows, sentence by sentence."""
    least = judged.least
    lines = [
        f"least load: {least.load:.2f} of the busiest band or server, whoever is served where; "
        f"the {least.binds} bind"
    ]
    if judged.feasible is None:
        return [*lines, "feasible: not known, for nothing was tried in the twin"]
    if judged.feasible:
        best = judged.best
        spare = (
            ""
            if best is None or best.accuracy_slack is None
            else (f", its worst users' accuracy {best.accuracy_slack:.3f} above the target")
        )
        return [*lines, f"feasible: yes, {best.policy if best else ''} keeps all{spare}"]
    reason = "no rule that was tried keeps all" if judged.fits else "more is asked than there is"
    return [*lines, f"feasible: no, {reason}"]


def _loads(band: float, tasks: float, training: float) -> list[str]:
    return [f"{value:.2f}" for value in (band, tasks, training, tasks + training)]


def _outcome(outcome: Outcome) -> list[str]:
    slack, queue = outcome.accuracy_slack, outcome.virtual_queue
    has_models = slack is not None
    return [
        outcome.policy,
        f"{outcome.delay_s:.2f}",
        f"{outcome.violations:.1%}" if has_models else "",
        f"{slack:+.3f}" if slack is not None else "",
        _trend(outcome.backlog),
        "" if queue is None else _trend(queue),
    ]


def _trend(found: Trend) -> str:
    marks = {True: "", False: f" ↑ {found.rise.mean:.2f}", None: " ?"}
    return f"{found.mean:.2f}{marks[found.is_level]}"
