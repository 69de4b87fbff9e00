# SPDX-License-Identifier: MIT
"""What every map of a network is drawn of: colours of cells and the places of base stations."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

UNSERVED = "0.75"
_MOST_VECTORS = 400
# Told apart by colour-blind readers, too (Okabe and Ito 2008).
_FEW = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")


def is_crowded(marks: int) -> bool:
    """Whether so many marks are better a picture than vectors, for the size of pages."""
    return marks > _MOST_VECTORS


def title(axes: Axes, text: str) -> None:
    """Name a panel: on the left, where long names have room."""
    axes.set_title(text, loc="left", fontsize=10)


def colours(n_bs: int) -> Any:
    """A colour per base station, ``[n_bs, 4]``."""
    if n_bs <= len(_FEW):
        return mpl.colors.to_rgba_array(_FEW[:n_bs])
    return mpl.colormaps["turbo"](np.linspace(0, 1, n_bs))


def shades(serving_bs: NDArray[Any], n_bs: int) -> NDArray[Any]:
    """Colours of users by the base station that serves them, ``[..., 4]``."""
    of_each = np.vstack([colours(n_bs), mpl.colors.to_rgba(UNSERVED)])
    chosen: NDArray[Any] = of_each[np.where(serving_bs >= 0, serving_bs, n_bs)]
    return chosen


def draw_sites(axes: Axes, sites_m: NDArray[Any]) -> None:
    """Draw the base stations, ``[n_bs, 2]``, with their names; and name the axes."""
    for bs, (site_m, colour) in enumerate(zip(sites_m, colours(len(sites_m)), strict=True)):
        axes.plot(*site_m, "^", color=colour, markersize=15, markeredgecolor="black")
        axes.annotate(
            f"BS {bs}",
            site_m,
            xytext=(0, 11),
            textcoords="offset points",
            ha="center",
            fontweight="bold",
        )
    axes.set(xlabel="x [m]", ylabel="y [m]")
    axes.grid(alpha=0.25)


def fit_square(axes: Axes, points_m: NDArray[Any]) -> None:
    """Let a map show all points, ``[n, 2]``, with some room around; those of NaN are nowhere."""
    low, high = np.nanmin(points_m, axis=0), np.nanmax(points_m, axis=0)
    (x, y), half = (low + high) / 2, 0.58 * max(*(high - low), 1.0)
    axes.set(xlim=(x - half, x + half), ylim=(y - half, y + half))
    axes.set_aspect("equal", adjustable="box")
