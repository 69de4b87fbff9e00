# SPDX-License-Identifier: MIT
"""How much of what separates the best rule from the oracle a policy saves."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from py_agent.compare.comparison import Comparison


@dataclasses.dataclass(frozen=True)
class OracleGap:
    """The gap between best rule and oracle.

    Attributes:
        closed: part of it by policy, ``(D_rule − D) / (D_rule − D_oracle)`` with mean delays over
            the oracle's seeds; of policies that have all of these. Empty: there is no gap.
        note: between whom, over how many seeds; or why there is none.
    """

    closed: Mapping[str, float]
    note: str


def oracle_gap(comparison: Comparison, oracle: str, best_rule: str | None) -> OracleGap:
    """The gap in a comparison that the oracle takes part in.

    Args:
        comparison: over the oracle's seeds.
        oracle: its label.
        best_rule: of the whole table, whose seeds may be more.

    Example:
        >>> from py_agent.compare.comparison import Row
        >>> from py_agent.intervals import Estimate
        >>> def row(policy, delay_s):
        ...     return Row(policy, "", 1, [], mean_delay_s=Estimate(delay_s, None, None))
        >>> rows = [row("load-fill", 1.0), row("twin-drl", 0.9), row("oracle-fill", 0.8)]
        >>> gap = oracle_gap(Comparison(rows, None, {}), "oracle-fill", "load-fill")
        >>> {policy: round(part, 3) for policy, part in gap.closed.items()}
        {'load-fill': 0.0, 'twin-drl': 0.5, 'oracle-fill': 1.0}
        >>> gap.note
        'gap to oracle-fill: between it and load-fill, over 1 seeds'
    """
    rows = {row.policy: row for row in comparison.rows}
    delays_s = {
        row.policy: row.mean_delay_s.mean
        for row in comparison.rows
        if row.mean_delay_s is not None and not row.failed
    }
    if best_rule is None:
        return OracleGap({}, f"no gap to {oracle}: there is no best rule")
    for name in (best_rule, oracle):
        if name not in delays_s:
            return OracleGap({}, f"no gap to {oracle}: {name} has failed")
    if rows[oracle].keeps_constraint is False:
        return OracleGap({}, f"no gap to {oracle}: it does not keep the constraint")
    gap_s = delays_s[best_rule] - delays_s[oracle]
    if gap_s <= 0:
        return OracleGap({}, f"no gap to {oracle}: {best_rule} is as fast")
    return OracleGap(
        {policy: (delays_s[best_rule] - delay_s) / gap_s for policy, delay_s in delays_s.items()},
        f"gap to {oracle}: between it and {best_rule}, over {rows[oracle].seeds} seeds",
    )
