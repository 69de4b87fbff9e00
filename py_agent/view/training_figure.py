# SPDX-License-Identifier: MIT
"""Learning curves: how agents did beside the rule in the course of their trainings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from py_agent import yaml_text
from py_agent.drl.learning_curve import CurvePoint

_COLOURS = {"ppo": "#2166ac", "sac": "#d6604d", "td3": "#5aae61"}


def draw_trainings(folders: Sequence[Path]) -> Figure:
    """Validations of trainings, one line each, coloured by algorithm.

    Args:
        folders: of `ns3-twin train`.

    Raises:
        NoCurve: a folder has no validations yet, or is none of a training.
    """
    figure = Figure(figsize=(11, 4.2), layout="constrained")
    cost, below = figure.subplots(1, 2)
    labelled: set[str] = set()
    of_rule: set[float] = set()
    for folder in folders:
        points = CurvePoint.all_of(folder)
        settings = yaml_text.read_mapping(folder / "settings.yaml")
        algorithm = str(settings["algorithm"])
        colour = _COLOURS[algorithm]
        steps = np.array([point.steps for point in points]) / 1e6
        mean = [point.cost.mean for point in points]
        label = None if algorithm in labelled else algorithm.upper()
        labelled.add(algorithm)
        cost.plot(steps, mean, color=colour, marker="o", markersize=3, label=label)
        if all(point.cost.ci_low is not None for point in points):
            low, high = (
                np.array([getattr(point.cost, end) for point in points], float)
                for end in ("ci_low", "ci_high")
            )
            cost.fill_between(steps, low, high, color=colour, alpha=0.12, linewidth=0)
        missed = [100 * point.below for point in points]
        below.plot(steps, missed, color=colour, marker="o", markersize=3)
        of_rule.add(100 * points[-1].below_of_rule)
    for rule in of_rule:
        below.axhline(rule, color="0.4", linestyle="--", linewidth=1)
        below.annotate("rule", (0.01, rule), xycoords=("axes fraction", "data"), fontsize=8)
    cost.axhline(1, color="0.4", linestyle="--", linewidth=1)
    cost.set(title="Cost per task beside the rule's, held-out networks", ylabel="paired ratio")
    below.set(title="User-seconds below the target of accuracy", ylabel="%")
    below.set_ylim(bottom=0)
    for axes in (cost, below):
        axes.set_xlabel("decisions of users, millions")
        axes.grid(alpha=0.25)
    cost.legend()
    return figure
