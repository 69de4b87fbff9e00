# SPDX-License-Identifier: MIT
"""Delay over violations: what a policy trades by its knob and its retraining rule."""

from __future__ import annotations

from collections.abc import Sequence

from py_agent.compare.comparison import Point, Row
from py_agent.compare.labels import family


def undominated(rows: Sequence[Row]) -> dict[str, list[Point]]:
    """The points of each family that no other of it beats in both, by violations.

    Args:
        rows: of one setting.

    Returns:
        by family; none of policies without models.
    """
    points: dict[str, list[Point]] = {}
    for row in rows:
        if row.violations is not None and row.mean_delay_s is not None:
            point = Point(row.policy, row.violations.mean, row.mean_delay_s.mean)
            points.setdefault(family(row.policy), []).append(point)
    return {name: _by_violations(of_family) for name, of_family in points.items()}


def _by_violations(points: Sequence[Point]) -> list[Point]:
    kept: list[Point] = []
    for point in sorted(points, key=lambda p: (p.violations, p.delay_s)):
        if not kept or point.delay_s < kept[-1].delay_s:
            kept.append(point)
    return kept
