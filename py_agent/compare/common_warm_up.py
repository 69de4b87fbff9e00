# SPDX-License-Identifier: MIT
"""One warm-up for all policies of a setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.long_run.frame_series import FrameSeries
from py_agent.long_run.warm_up import LEAST_FRAMES, WarmUp, warm_up

_STATIONARY = ("task_s", "deficit_s")  # what delays and violations are made of


@dataclasses.dataclass(frozen=True)
class CommonWarmUp:
    """What is left out of every run of a setting.

    Attributes:
        cut: first frame that counts.
        time_s: simulated time before it.
        unsettled: policies that are not stationary even with half of the run cut off.
        reason: why nothing could be cut; empty if something could.
    """

    cut: int
    time_s: float
    unsettled: Sequence[str] = ()
    reason: str = ""


def common_warm_up(series: Mapping[str, Sequence[FrameSeries | None]]) -> CommonWarmUp:
    """The largest of the policies' own cuts, each by MSER-5.

    All policies of a setting lose the same frames: they have the same tasks, users and radio maps
    in what is left, so that pairs stay pairs. The largest of many cuts is large by chance: a dozen
    stationary policies lose about a third of their runs. A cut for the mean of all policies would
    be smaller, and leave a part of a transient that only some have. Cuts are taken of means over
    seeds, for noise in single runs moves them about. The tasks in the system and by how much
    models miss their target both count. A policy that moves even where half of the run is cut has
    no stationary part: it is told, and does not take their data from the others.

    Args:
        series: of the runs of each policy.
    """
    runs = [run for of_policy in series.values() for run in of_policy]
    if any(run is None for run in runs):
        return CommonWarmUp(0, 0.0, reason="some results are of before runs kept series of frames")
    known = [run for run in runs if run is not None]
    frames = min((len(run) for run in known), default=0)
    if frames < LEAST_FRAMES:
        reason = f"runs of {frames} frames are too short for it: it takes {LEAST_FRAMES}"
        return CommonWarmUp(0, 0.0, reason=reason)
    found = {
        label: _warm_up([run for run in of_policy if run is not None], frames)
        for label, of_policy in series.items()
        if of_policy
    }
    unsettled = [label for label, own in found.items() if not own.is_settled]
    settled = [own for own in found.values() if own.is_settled]
    cut = max(own.cut for own in settled or found.values())
    return CommonWarmUp(cut, float(known[0].columns["frame_s"][:cut].sum()), unsettled)


def _warm_up(runs: Sequence[FrameSeries], frames: int) -> WarmUp:
    """The larger cut of the means over the seeds of one policy."""
    cuts = [
        warm_up(np.mean([rate[:frames] for rate in rates], axis=0))
        for name in _STATIONARY
        if (rates := _rates(runs, name))
    ]
    is_settled = all(own.is_settled for own in cuts)
    return WarmUp(max((own.cut for own in cuts), default=0), is_settled)


def _rates(runs: Sequence[FrameSeries], name: str) -> list[NDArray[np.float64]]:
    rates = [run.rate(name) for run in runs]
    return [rate for rate in rates if rate is not None]
