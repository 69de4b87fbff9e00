# SPDX-License-Identifier: MIT
"""A share rule."""

from __future__ import annotations

from py_agent.policies.share_rules import Weights, Work


def longest_first(backlog: Work, head: Work, typical: Work) -> Weights:
    """Shares as the square of the user's work."""
    return (backlog / typical) ** 2 + 1e-3
