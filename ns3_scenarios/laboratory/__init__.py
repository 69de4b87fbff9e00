# SPDX-License-Identifier: MIT
"""Small ns-3 programs that put one mechanism under a glass, for benchmarks and validation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ns3_bridge import ScenarioEnv
from ns3_bridge.settings import NestedSettings
from ns3_scenarios.registry import INSTALLED, make

__all__ = ["edge_queue", "large_scale", "lte_cell", "wifi_cell"]

_PROGRAMS = INSTALLED / "laboratory" / "bin"


def lte_cell(
    settings: NestedSettings | None = None, ns3_attributes: Mapping[str, Any] | None = None
) -> ScenarioEnv:
    """One LTE cell without mobility, fading or neighbours.

    Path loss, offered load and weights of every user are actions; every grant of the share
    scheduler and every transport block is a record.

    Args:
        settings: ``n_ue``, ``bandwidth_rb``, ``scheduler``, ``bandwidth_mode``, and those that
            every scenario has.
        ns3_attributes: ns-3 attributes by full name.
    """
    return make(str(_PROGRAMS / "lte-cell"), settings, ns3_attributes)


def edge_queue(settings: NestedSettings | None = None) -> ScenarioEnv:
    """One edge server to which jobs of known work come at random; every job is a record.

    Args:
        settings: ``discipline``, ``work``, ``classes``, ``load``, and those that every scenario
            has.
    """
    return make(str(_PROGRAMS / "edge-queue"), settings)


def large_scale(settings: NestedSettings | None = None) -> ScenarioEnv:
    """Path gains between users and the 57 cells of TR 38.901's large-scale calibration (7.8.1).

    The channel is that of ``cellular``; antennas, heights and buildings are those of Table 7.8-1.
    The first observation holds all: ``path_gain_db`` ``[n_ue, 57]``. Each seed is a new network.

    Args:
        settings: ``environment`` (``uma``, ``umi``), ``frequency_ghz``, ``n_ue``, and those that
            every scenario has.
    """
    return make(str(_PROGRAMS / "large-scale"), settings)


def wifi_cell(settings: NestedSettings | None = None) -> ScenarioEnv:
    """Stations of IEEE 802.11ax that always have data for one receiver, and nothing else.

    Path losses to the receiver are actions; every PPDU is a record.

    Args:
        settings: ``n_ue``, ``stations`` (``together``, ``hidden``), ``phy``, ``mcs``,
            ``width_mhz``, ``streams``, ``payload_byte``, ``ampdu_byte``, ``rts``, and those that
            every scenario has.
    """
    return make(str(_PROGRAMS / "wifi-cell"), settings)
