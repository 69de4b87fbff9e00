# SPDX-License-Identifier: MIT
"""Which policies a setting overloads: what waits under them rises as long as they run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from py_agent.intervals import LEAST_SEEDS
from py_agent.long_run.frame_series import FrameSeries
from py_agent.long_run.trend import trend

#: Column of a series → its name, and a rise that is too small to matter.
_WAITING = {"task_s": ("backlog", 1.0), "virtual_queue": ("virtual queue", 0.1)}


def rising(runs: Sequence[FrameSeries | None], cut: int) -> list[str] | None:
    """What rises over the runs of a policy: ``backlog``, ``virtual queue``.

    Args:
        runs: of different seeds.
        cut: first frame that counts.

    Returns:
        None: fewer than `LEAST_SEEDS` seeds, or results without series, cannot tell.

    Example:
        >>> frames = np.arange(20.0)
        >>> one = FrameSeries({"frame_s": np.ones(20), "task_s": 5 + frames})
        >>> rising([one] * 5, cut=0), rising([one] * 4, cut=0)
        (['backlog'], None)
    """
    known = [run for run in runs if run is not None]
    if len(known) < max(LEAST_SEEDS, len(runs)):
        return None
    found = []
    for column, (name, notable) in _WAITING.items():
        if any(column not in run.columns for run in known):
            continue
        length = min(map(len, known))
        values = [
            run.columns[column] / (run.columns["frame_s"] if column == "task_s" else 1.0)
            for run in known
        ]
        series = np.array([value[cut:length] for value in values])
        if trend(series, float(known[0].columns["frame_s"][0]), notable).is_upward:
            found.append(name)
    return found


def stability_notes(found: Mapping[str, Sequence[str] | None]) -> list[str]:
    """What of this has to be known before a table is read.

    Args:
        found: by policy, as `rising` returns it.

    Example:
        >>> stability_notes({"load-fill": [], "random": ["backlog"]})
        ['unstable: backlog rises under random, and its delay with the horizon']
        >>> stability_notes({"load-fill": [], "random": None})
        []
    """
    notes = []
    for name, _ in _WAITING.values():
        policies = [policy for policy, what in found.items() if what and name in what]
        if policies:
            delay = ", and its delay with the horizon" if name == "backlog" else ""
            notes.append(f"unstable: {name} rises under {', '.join(policies)}{delay}")
    return notes
