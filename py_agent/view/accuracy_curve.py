# SPDX-License-Identifier: MIT
"""The accuracy of users' models over a run, beside its target."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from py_agent.experiment.run_data import table_columns
from py_agent.experiment.run_folder import RunFolder
from py_agent.view.map_parts import is_crowded, title
from py_agent.view.run_curves import BASELINE, RUN


def draw_accuracy(axes: Axes, folder: RunFolder, baseline: RunFolder | None = None) -> None:
    """Draw every user's accuracy, their mean, the target and the mean of a baseline."""
    rows = table_columns(folder, "accuracy")
    target = folder.read_settings()["learning"]["target_accuracy"]
    time_s, accuracy = _by_frame(rows)
    below = float(np.mean(rows["deficit"] > 0))
    as_picture = is_crowded(accuracy.size)
    axes.plot(time_s, accuracy, color="0.82", linewidth=0.7, rasterized=as_picture)
    label = f"mean: {rows['accuracy'].mean():.2f}\n{below:.0%} below target"
    axes.plot(time_s, np.nanmean(accuracy, axis=1), color=RUN, label=label)
    rows = {} if baseline is None else table_columns(baseline, "accuracy")
    if len(rows.get("ue", ())):
        time_s, accuracy = _by_frame(rows)
        below = float(np.mean(rows["deficit"] > 0))
        label = f"baseline: {rows['accuracy'].mean():.2f}\n{below:.0%} below target"
        axes.plot(time_s, np.nanmean(accuracy, axis=1), color=BASELINE, label=label)
    axes.axhline(target, color="black", linestyle="--", linewidth=1, label=f"target: {target:g}")
    title(axes, "Accuracy of users' models on fresh samples (grey: each user)")
    axes.set(ylabel="accuracy", ylim=(0, 1))
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8)
    axes.grid(alpha=0.25)


def _by_frame(rows: Mapping[str, Any]) -> tuple[NDArray[Any], NDArray[np.float64]]:
    """Ends of frames, and accuracy at them, ``[n_frames, n_ue]``; who is not there has none."""
    time_s, frame = np.unique(rows["time_s"], return_inverse=True)
    accuracy = np.full((len(time_s), int(rows["ue"].max()) + 1), np.nan)
    accuracy[frame, rows["ue"]] = rows["accuracy"]
    return time_s, accuracy
