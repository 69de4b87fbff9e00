# SPDX-License-Identifier: MIT
"""What every map of a network is drawn of: colours of cells and the places of base stations."""

from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

UNSERVED = "0.75"


def colours(n_bs: int) -> Any:
    """A colour per base station, ``[n_bs, 4]``."""
    return mpl.colormaps["tab10" if n_bs <= 10 else "turbo"](
        np.arange(n_bs) if n_bs <= 10 else np.linspace(0, 1, n_bs)
    )


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
