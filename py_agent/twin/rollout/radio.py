# SPDX-License-Identifier: MIT
"""What a radio written in Python must be for the twin's rollouts; LTE's is compiled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from py_agent.engine._engine import Radio
from py_agent.twin.rollout.random_streams import Seeds

Array = NDArray[Any]
Rows = NDArray[np.int64]


class RadioModel(Protocol):
    """How links change while users move, for a whole batch at once.

    A user is known by its number in the batch, ``rollout * n_ue + ue``. Whatever happens in a
    rollout may depend on its own seed and slot alone, not on the rollouts beside it.

    Attributes:
        largest_bps: more no user gets, whatever its share.
        links: state of the links by name, ``[batch, …]`` each, written in place; those that a
            `LinkBelief` calls uncertain are drawn anew where rollouts start from an estimate.
    """

    largest_bps: float
    links: Mapping[str, Array]

    def resize(self, batch: int, n_ue: int) -> None:
        """So many rollouts of so many users are about to start."""

    def start(self, rows: Rows, seeds: Seeds, position_m: Array) -> Array:
        """Links of which nothing is known but the law.

        Args:
            rows: which rollouts, ``[n]``.
            seeds: theirs, ``[n]``.
            position_m: of their users, ``[n, n_ue, 2]``.

        Returns:
            how well each user hears each station in dB, float32 ``[n, n_ue, n_bs]``.
        """
        ...

    def measure(self, position_m: Array) -> Array:
        """The same of all rollouts, of links as they are now."""
        ...

    def advance(
        self, rows: Rows, seeds: Rows, slots: Rows, position_m: Array, walked_m: Array, by_s: float
    ) -> Array:
        """The users have walked.

        Args:
            rows: which rollouts, ``[n]``.
            seeds: of each, ``[n]``; a rollout that goes on from an estimate had no `start`, and a
                branch goes on with another.
            slots: number of the next one in each, ``[n]``.
            position_m: where they are, ``[n, n_ue, 2]``.
            walked_m: since the last call, ``[n, n_ue]``.
            by_s: how long that took.

        Returns:
            as of `start`.
        """
        ...

    def outages_s(self, rows: Rows, cell: Array, by_s: float) -> Array:
        """For how long links that fail now are gone, float32 ``[n, n_ue]``; 0: they hold.

        Args:
            rows: which rollouts, ``[n]``.
            cell: that serves, ``[n, n_ue]``; -1: none.
            by_s: since the last call.
        """
        ...

    def failure_probability(self, user: Array, cell: Array, target: Array) -> Array:
        """Of handovers from a cell to a target, float32 ``[n]``."""
        ...

    def moved(self, user: int, cell: int) -> None:
        """A user is in another cell than before."""

    def rates_bps(self, user: Array, cell: Array) -> Array:
        """Of users that send in this slot, with the whole band, float32 ``[n]``."""
        ...

    def sent(self, user: Array, cell: Array, band_s: Array) -> None:
        """These have had so much of the band's time in this slot, ``[n]``."""

    def copy_from(self, row: int, other: Any, other_row: int) -> None:
        """Put a rollout of another batch in the place of one of this."""


@runtime_checkable
class HasDownlink(Protocol):
    """A `RadioModel` over which users download results."""

    def download_rates_bps(self, user: Array, cell: Array) -> Array:
        """Of users that download in this slot, with the whole band, float32 ``[n]``."""
        ...


@runtime_checkable
class HasRolloutModel(Protocol):
    """A `LinkModel` whose links can be rolled out."""

    def rollout_model(self, bs_position_m: Array, slot_s: float) -> RadioModel | Radio:
        """Of links between users and stations at ``[n_bs, 2]``, in slots of a length.

        Returns:
            one in Python, or one that is compiled into the engine.
        """
        ...
