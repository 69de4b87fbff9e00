# SPDX-License-Identifier: MIT
"""The accuracy of users' models over a run, beside its target."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes

from py_agent.experiment.run_data import table_columns
from py_agent.experiment.run_folder import RunFolder


def draw_accuracy(axes: Axes, folder: RunFolder) -> None:
    """Draw every user's accuracy, their mean, and the target."""
    rows = table_columns(folder, "accuracy")
    target = folder.read_settings()["learning"]["target_accuracy"]
    time_s, frame = np.unique(rows["time_s"], return_inverse=True)
    accuracy = np.full((len(time_s), int(rows["ue"].max()) + 1), np.nan)  # [n_frames, n_ue]
    accuracy[frame, rows["ue"]] = rows["accuracy"]  # users that are not there have none
    below = float(np.mean(rows["deficit"] > 0))
    axes.plot(time_s, accuracy, color="0.75", linewidth=0.8)
    axes.plot(
        time_s,
        np.nanmean(accuracy, axis=1),
        color="black",
        label=f"mean: {rows['accuracy'].mean():.2f}",
    )
    axes.axhline(
        target,
        color="#d6604d",
        linestyle="--",
        linewidth=1,
        label=f"target: {target:g}, missed in {below:.0%} of user-frames",
    )
    axes.set(
        title="Accuracy of users' models on fresh samples (grey: each user)",
        xlabel="ns-3 time [s]",
        ylabel="accuracy",
        ylim=(0, 1.2),  # room for the legend
    )
    axes.legend(loc="upper right", ncols=2)
    axes.grid(alpha=0.25)
