# SPDX-License-Identifier: MIT
"""Rollouts by the call of before version 0.2, for `py_agent.former_names`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py_agent.twin.model.estimate import NetworkEstimate
from py_agent.twin.rollout.rollout import Rollout
from py_agent.twin.rollout.start import rollouts_of


def futures_of(
    estimate: NetworkEstimate,
    settings: Mapping[str, Any],
    batch: int,
    horizon_s: float,
    seed: int,
    device: Any = "cpu",
    copies: int = 1,
) -> Rollout:
    """As `rollouts_of`; `device` is not looked at: rollouts are computed by the CPU alone."""
    return rollouts_of(estimate, settings, batch, horizon_s, seed, copies)
