# SPDX-License-Identifier: MIT
"""Which policies a setting overloads: what waits under them rises as long as they run."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.compare.constraint import TOLERANCE
from py_agent.intervals import LEAST_SEEDS
from py_agent.long_run.frame_series import FrameSeries
from py_agent.long_run.trend import Trend, trend

_VIOLATIONS = "share below target"
#: What is watched → a rise that is too small to matter.
_NOTABLE = {"backlog": 1.0, "virtual queue": 0.1, _VIOLATIONS: 0.02}


@dataclasses.dataclass(frozen=True)
class Stability:
    """What the runs of a policy show: of ``backlog``, ``virtual queue``, ``share below target``.

    Attributes:
        rising: surely goes on rising.
        unsure: runs are too few or too short to tell it from what doubles while they last; the
            share below the target: from what does not keep the constraint at their end.
    """

    rising: tuple[str, ...]
    unsure: tuple[str, ...] = ()


def stability(
    runs: Sequence[FrameSeries | None], cut: int, tolerance: float = TOLERANCE
) -> Stability | None:
    """Look for what rises over the runs of a policy.

    Args:
        runs: of different seeds.
        cut: first frame that counts.
        tolerance: largest share of user-seconds below the target that keeps the constraint.

    Returns:
        None: fewer than `LEAST_SEEDS` seeds, or results without series, cannot tell.

    Example:
        >>> frames = np.arange(20.0)
        >>> one = FrameSeries({"frame_s": np.ones(20), "task_s": 5 + frames})
        >>> stability([one] * 5, cut=0), stability([one] * 4, cut=0)
        (Stability(rising=('backlog',), unsure=()), None)
    """
    known = [run for run in runs if run is not None]
    if len(known) < max(LEAST_SEEDS, len(runs)):
        return None
    length = min(map(len, known))
    step_s = float(known[0].columns["frame_s"][0])
    watched = [_watched(run) for run in known]
    rising, unsure = [], []
    for name in _NOTABLE:
        if any(name not in of_run for of_run in watched):
            continue
        series = np.array([of_run[name][cut:length] for of_run in watched])
        found = trend(series, step_s, _NOTABLE[name])
        if found.is_upward:
            rising.append(name)
        elif found.may_double and (name != _VIOLATIONS or _may_break(found, tolerance)):
            unsure.append(name)
    return Stability(tuple(rising), tuple(unsure))


def stability_notes(found: Mapping[str, Stability | None]) -> list[str]:
    """What of this has to be known before a table is read.

    Args:
        found: by policy, as `stability` returns it.

    Example:
        >>> stability_notes({"load-fill": Stability(()), "random": Stability(("backlog",))})
        ['unstable: backlog rises under random, and its delay with the horizon']
        >>> stability_notes({"load-fill": Stability(()), "random": None})
        []
    """
    known = {policy: of_policy for policy, of_policy in found.items() if of_policy is not None}
    notes = []
    for name in _NOTABLE:
        if rising := [policy for policy, of in known.items() if name in of.rising]:
            delay = ", and its delay with the horizon" if name == "backlog" else ""
            notes.append(f"unstable: {name} rises under {', '.join(rising)}{delay}")
        if unsure := [policy for policy, of in known.items() if name in of.unsure]:
            may = "break the constraint at the end" if name == _VIOLATIONS else "double meanwhile"
            notes.append(f"{name} is not shown to be level under {', '.join(unsure)}: it may {may}")
    return notes


def _watched(run: FrameSeries) -> dict[str, NDArray[np.float64]]:
    """What a run has of it, ``[n_frames]`` each."""
    columns = run.columns
    watched = {"backlog": columns["task_s"] / columns["frame_s"]} if "task_s" in columns else {}
    if "virtual_queue" in columns:
        watched["virtual queue"] = columns["virtual_queue"]
    if "below_s" in columns:
        user_s = np.where(columns["user_s"] > 0, columns["user_s"], 1.0)  # or nobody is there
        watched[_VIOLATIONS] = columns["below_s"] / user_s
    return watched


def _may_break(violations: Trend, tolerance: float) -> bool:
    """Whether the constraint is kept in the mean over the runs, but perhaps not at their end."""
    most = violations.mean if violations.rise.ci_high is None else violations.rise.ci_high
    return violations.mean <= tolerance < violations.mean + most / 2
