# SPDX-License-Identifier: MIT
"""Fits the users' traffic to recorded runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from py_agent.calibration.recorded import RecordedRun
from py_agent.twin.model.parameters import TaskLaw

Floats = NDArray[np.float64]
Users = NDArray[np.intp]
Law = TypeVar("Law", bound=TaskLaw)

_ENOUGH = 20
_DOUBT = 0.7  # standard deviation of the logarithm of each time that the settings say
_PROMISE_DOUBT = 0.05  # the same of the mean rate, which users promise (field task_rate_hz)


def fit_traffic(runs: Sequence[RecordedRun], prior: Law, users: Users) -> Law:
    """Rate, sizes and work of tasks; on/off times as far as the gaps between tasks tell them.

    A network near saturation forgives no wrong rate, and some hundred tasks, which come in bursts,
    tell theirs within 7 % only. So what users promise of their mean rate counts as well.

    Args:
        runs: that are learnt from.
        prior: what the settings say.
        users: whose tasks follow this law, ``[n]``.
    """
    # Under one seed users create the same tasks, whatever the policy: the longest run has them all.
    longest_last = sorted(runs, key=lambda run: run.slots)
    runs = list({run.run.seed: run for run in longest_last}.values())
    tables = [_tasks_of(run, users) for run in runs]
    size_bit = np.concatenate([t["size_bit"] for t in tables]).astype(np.float64)
    cycles = np.concatenate([t["cycles"] for t in tables])
    if len(size_bit) < _ENOUGH:
        return prior
    if prior.off_s > 0:
        gaps = [_gaps_s(run, users) for run in runs]
        ended_s, open_s = (np.concatenate([g[i] for g in gaps]) for i in (0, 1))
        rate_hz, on_s, off_s = most_likely_times(ended_s, open_s, prior)
        active = {"rate_hz": rate_hz, "on_s": on_s, "off_s": off_s}
    else:
        user_s = sum(sum(to_s - from_s for _, from_s, to_s in stays_of(r, users)) for r in runs)
        created = sum(float(np.ptp(r.field("tasks_created"), axis=0)[users].sum()) for r in runs)
        promised = _PROMISE_DOUBT**-2  # tasks that are worth as much as the promise
        rate_hz = (created + promised) / (user_s + promised / max(prior.rate_hz, 1e-9))
        active = {"rate_hz": rate_hz}
    # The bounds of a law say more than the extremes of a sample; a trace's sizes have no law.
    of_trace = runs[0].run.settings["traffic"]["model"] == "trace"
    low, high = float(size_bit.min()), float(size_bit.max())
    bounds = {"size_min_bit": low, "size_max_bit": high} if of_trace else {}
    cycles_per_bit = float(cycles.sum() / size_bit.sum())
    return prior.model_copy(update={**active, **bounds, "cycles_per_bit": cycles_per_bit})


def most_likely_times(
    ended_s: Floats, open_s: Floats, prior: TaskLaw
) -> tuple[float, float, float]:
    """Rate while on, and mean lengths of on and off, of an interrupted Poisson process.

    Its gaps are independent and hyperexponential (Kuczura 1973), with λ the rate, ω = 1/on,
    σ = 1/off: ``f(t) = p μ₁ e^{−μ₁t} + (1 − p) μ₂ e^{−μ₂t}``, where ``μ₁,₂`` are
    ``½ (λ + ω + σ ± √((λ + ω + σ)² − 4λσ))`` and ``p = (λ − μ₂)/(μ₁ − μ₂)``. What the settings say
    is believed within a factor of two (one sd): few tasks, or periods with hardly one, say no more.
    The mean rate λσ/(ω + σ), which users promise, is believed within 5 %.

    Args:
        ended_s: gaps between a user's tasks, ``[n]``.
        open_s: from a user's last task to the end of the run, ``[n_users]``.
        prior: what the settings say; ``off_s`` above 0.

    Returns:
        per second, and two times in seconds.
    """
    declared = np.log([prior.rate_hz, prior.on_s, prior.off_s])
    promised_hz = prior.rate_hz * prior.on_s / (prior.on_s + prior.off_s)

    def cost(logarithms: Floats) -> float:
        rate, ending, beginning = np.exp(logarithms * [1, -1, -1])
        broken = np.log(rate * beginning / (ending + beginning) / promised_hz)
        total = rate + ending + beginning
        root = np.sqrt(total**2 - 4 * rate * beginning)
        fast, slow = (total + root) / 2, (total - root) / 2
        part = (rate - slow) / (fast - slow)
        dense = part * fast * np.exp(-fast * ended_s) + (1 - part) * slow * np.exp(-slow * ended_s)
        longer = part * np.exp(-fast * open_s) + (1 - part) * np.exp(-slow * open_s)
        likelihood = np.log(dense + 1e-300).sum() + np.log(longer + 1e-300).sum()
        doubted = (((logarithms - declared) / _DOUBT) ** 2).sum() + (broken / _PROMISE_DOUBT) ** 2
        return float(doubted / 2 - likelihood)

    rate_hz, on_s, off_s = np.exp(minimize(cost, declared, method="Nelder-Mead").x).tolist()
    return rate_hz, on_s, off_s


def _tasks_of(run: RecordedRun, users: Users) -> dict[str, NDArray[Any]]:
    """Columns of the table of tasks, those of some users."""
    table = run.table("task")
    theirs = np.isin(table["ue"], users)
    return {name: values[theirs] for name, values in table.items()}


def _gaps_s(run: RecordedRun, users: Users) -> tuple[Floats, Floats]:
    """Between the tasks of each stay of a user, and from its last one on."""
    table = _tasks_of(run, users)
    ended: list[Floats] = [np.empty(0)]
    still: list[float] = []
    for user, from_s, to_s in stays_of(run, users):
        created_s = np.sort(table["created_s"][table["ue"] == user])
        created_s = created_s[(created_s >= from_s) & (created_s <= to_s)]
        if len(created_s):
            ended.append(np.diff(created_s))
            still.append(to_s - float(created_s[-1]))
    return np.concatenate(ended), np.array(still)


def stays_of(run: RecordedRun, users: Users) -> list[tuple[int, float, float]]:
    """User, from when and until when, of those of some users who were there in the run."""
    start_s, end_s = (float(run.field("time_s")[i, 0]) for i in (0, -1))
    if not run.has_table("stay"):
        return [(ue, start_s, end_s) for ue in users.tolist()]
    stays = run.table("stay")
    theirs = np.isin(stays["ue"], users)
    from_s, to_s = np.maximum(stays["came_s"], start_s), np.fmin(stays["left_s"], end_s)
    columns = (stays["ue"], from_s, to_s)
    return list(zip(*(column[theirs].tolist() for column in columns), strict=True))
