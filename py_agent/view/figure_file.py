# SPDX-License-Identifier: MIT
"""Figures as files: whole ones, of a kind that can be written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ns3_bridge import InvalidSetting
from py_agent.whole_files import check_place, replace

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KINDS = (".png", ".svg", ".pdf")
_DPI = 110


def check_figure(path: Path) -> None:
    """Find out before long work whether a figure can be written.

    Raises:
        InvalidSetting: its name does not end as a figure's does.
        OSError: no file can be made there.

    Example:
        >>> check_figure(Path("curve.xyz"))
        Traceback (most recent call last):
        ns3_bridge.errors.InvalidSetting: figure curve.xyz: must end with .png, .svg or .pdf
    """
    if path.suffix.lower() not in _KINDS:
        raise InvalidSetting(f"figure {path}: must end with {', '.join(_KINDS[:-1])} or .pdf")
    check_place(path)


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure; what was there is still there if that fails.

    Raises:
        OSError: it cannot be written.
    """
    replace(path, lambda fresh: figure.savefig(fresh, dpi=_DPI))
