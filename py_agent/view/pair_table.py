# SPDX-License-Identifier: MIT
"""A run beside its baseline, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py_agent.experiment.run_summary import decider, has_tasks
from py_agent.view.observed import observed

Summary = Mapping[str, Any]
_SECONDS = (
    ("mean delay", "mean_delay_s"),
    ("  upload", "mean_upload_s"),
    ("  queue at the server", "mean_compute_queue_s"),
    ("  computation", "mean_compute_s"),
    ("  download", "mean_download_s"),
    ("95 % of tasks within", "p95_delay_s"),
)
_COUNTS = (
    ("tasks completed", "tasks_completed"),
    ("tasks unfinished", "tasks_unfinished"),
    ("handovers done", "handovers_ok"),
    ("handovers failed", "handovers_failed"),
    ("connections lost", "connections_lost"),
    ("models retrained", "training_jobs_done"),
    ("  on samples", "training_samples"),
)


def pair_rows(run: Summary, baseline: Summary) -> list[tuple[str, str, str, str]]:
    """What, the run's value, the baseline's value, the difference."""
    rows = []
    for what, name in _SECONDS if has_tasks(run) and has_tasks(baseline) else ():
        ours, theirs = run.get(name), baseline.get(name)
        if ours is not None and theirs is not None and (ours or theirs):
            rows.append((what, f"{ours:.3f} s", f"{theirs:.3f} s", _change(ours, theirs)))
    ours, theirs = run.get("share_below_target"), baseline.get("share_below_target")
    if ours is not None and theirs is not None:
        points = f"{100 * (ours - theirs):+.1f} points"
        rows.append(("accuracy below its target", _percent(ours), _percent(theirs), points))
    for what, name in _COUNTS:
        if name in run and name in baseline:
            ours, theirs = run[name], baseline[name]
            difference = f"{ours - theirs:+,}" if ours != theirs else "0"
            rows.append((what, f"{ours:,}", f"{theirs:,}", difference))
    for name, said in observed(run).items():
        if name in baseline:
            ours, theirs = run[name], baseline[name]
            rows.append((said, f"{ours:.4g}", f"{theirs:.4g}", _change(ours, theirs)))
    return rows


def pair_sentence(run: Summary, baseline: Summary) -> str:
    """What the pair shows, in plain words.

    Example:
        >>> run = {"policy": "rollout-drl", "seed": 1, "tasks_completed": 9, "mean_delay_s": 0.5}
        >>> pair_sentence(run, {**run, "policy": "strongest-equal", "mean_delay_s": 2.0})
        'Under seed 1 a task took 0.50 s with rollout-drl: 75 % less than the 2.00 s with \
strongest-equal.'
    """
    us, them = decider(run), decider(baseline)
    if not (has_tasks(run) or has_tasks(baseline)):
        gained = run["total_reward"] - baseline["total_reward"]
        return (
            f"Under seed {run['seed']} the reward was {run['total_reward']:.3f} with {us}: "
            f"{gained:+.3f} beside the {baseline['total_reward']:.3f} with {them}."
        )
    ours, theirs = (x["mean_delay_s"] if has_tasks(x) else None for x in (run, baseline))
    if ours is None or theirs is None:
        return f"Under seed {run['seed']} there is no delay to compare of {us} and {them}."
    if theirs == 0 or abs(ours / theirs - 1) < 0.005:
        said = f"as long as with {them}"
    else:
        less = "less" if ours < theirs else "more"
        change = f"{abs(ours / theirs - 1):.0%}".replace("%", " %")
        said = f"{change} {less} than the {theirs:.2f} s with {them}"
    sentence = f"Under seed {run['seed']} a task took {ours:.2f} s with {us}: {said}."
    below, theirs_below = run.get("share_below_target"), baseline.get("share_below_target")
    if below is not None and theirs_below is not None:
        sentence += (
            f" Users' models were below their accuracy target {_percent(below)} of the time, "
            f"with {them} {_percent(theirs_below)}."
        )
    return sentence


def _change(ours: float, theirs: float) -> str:
    return "–" if theirs == 0 else f"{100 * (ours / theirs - 1):+.0f} %"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
