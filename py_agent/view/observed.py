# SPDX-License-Identifier: MIT
"""What the summary of a run without tasks has to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py_agent.experiment.run_summary import has_tasks

_KINDS = (("mean_", "mean "), ("jain_index_", "Jain's index of "))


def observed(summary: Mapping[str, Any]) -> dict[str, str]:
    """Names of the means of what was observed, and how they are called.

    Example:
        >>> observed({"seed": 1, "mean_rtt_s": 0.05, "jain_index_rate_mbps": 0.9})
        {'mean_rtt_s': 'mean rtt_s', 'jain_index_rate_mbps': "Jain's index of rate_mbps"}
    """
    if has_tasks(summary):
        return {}
    return {
        name: said + name.removeprefix(prefix)
        for prefix, said in _KINDS
        for name in summary
        if name.startswith(prefix)
    }
