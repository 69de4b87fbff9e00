# SPDX-License-Identifier: MIT
"""What happens in the slot."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

N_BS, N_UE, TASKS = 3, 20, 3
ACTIVE = 0.12  # of the users, that have something to send
SLOT_S, BAND_RB = 0.02, 25.0
REFERENCE_DBM, MAX_DBM, P0_DBM, SMALLEST_RB = 15.0, 23.0, -80.0, 3.0
NOISE_DBM = -114.0  # per resource block
MARGIN_DB, SLOPE_DB, NEEDED_MIN_DB, NEEDED_MAX_DB = -7.0, 0.7, -3.0, 20.0
OUTPUTS = ("sent_bit", "band_s", "finished", "heard_dbm", "busy")

Floats = NDArray[np.float32]


@dataclasses.dataclass(frozen=True)
class Case:
    """State of a batch of rollouts.

    Attributes:
        cell: that serves, ``[batch, n_ue]``.
        rsrp_dbm: ``[batch, n_ue, n_bs]``.
        sounded_db: SINR of the sounding signal, ``[batch, n_ue]``.
        full_rate_bps: with the whole band, undisturbed, ``[batch, n_ue]``.
        weight: shares of the band, ``[batch, n_ue]``.
        present_s: part of the slot in which a user can send, ``[batch, n_ue]``.
        before_rb: resource blocks that it had in the slot before, ``[batch, n_ue]``.
        size_bit: what is left of the tasks in its queue, in order, ``[batch, n_ue, tasks]``.
        heard_dbm: what station m heard of cell c, per resource block, ``[batch, m, c]``.
        busy: part of each band in use, ``[batch, c]``.
    """

    cell: NDArray[np.int32]
    rsrp_dbm: Floats
    sounded_db: Floats
    full_rate_bps: Floats
    weight: Floats
    present_s: Floats
    before_rb: Floats
    size_bit: Floats
    heard_dbm: Floats
    busy: Floats

    @property
    def batch(self) -> int:
        """Rollouts."""
        return len(self.cell)

    @classmethod
    def of(cls, batch: int) -> Case:
        """Always the same numbers."""
        rng = np.random.default_rng(1)
        users = (batch, N_UE)
        rsrp_dbm = rng.uniform(-120, -70, (*users, N_BS))
        active = rng.uniform(size=users) < ACTIVE
        places = np.arange(TASKS) < rng.integers(1, TASKS + 1, users)[..., None]
        size_bit = rng.uniform(2e4, 4e5, (*users, TASKS)) * places * active[..., None]
        values = {
            "rsrp_dbm": rsrp_dbm,
            "sounded_db": rng.uniform(-5, 25, users),
            "full_rate_bps": rng.uniform(5e5, 2e7, users),
            "weight": rng.uniform(0.01, 1, users),
            "present_s": np.where(rng.uniform(size=users) < 0.8, SLOT_S, rng.uniform(0, SLOT_S)),
            "before_rb": rng.uniform(0, BAND_RB, users) * (rng.uniform(size=users) < 0.7),
            "size_bit": size_bit,
            "heard_dbm": rng.uniform(-125, -90, (batch, N_BS, N_BS)),
            "busy": rng.uniform(0, 1, (batch, N_BS)) * (rng.uniform(size=(batch, N_BS)) < 0.6),
        }
        return cls(
            cell=rsrp_dbm.argmax(axis=-1).astype(np.int32),
            **{name: np.ascontiguousarray(value, np.float32) for name, value in values.items()},
        )
