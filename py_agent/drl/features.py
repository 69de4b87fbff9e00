# SPDX-License-Identifier: MIT
"""What the agent of a user sees: its own work beside that of its cell, on scales of order one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.policies.base import Observation
from py_agent.policies.cell_work import CellWork
from py_agent.policies.fill import compute_priority, upload_priority

Floats = NDArray[np.float64]

FEATURES = (
    *("upload_s", "uploading", "upload_priority", "upload_ahead_s", "upload_rank"),
    *("head_s", "compute_s", "computing", "compute_priority", "compute_ahead_s", "compute_rank"),
    *("cell_upload_s", "cell_uploading", "cell_compute_s", "cell_computing"),
    *("oldest_age_s", "frame_left", "connected", "rate", "rsrp_margin", "server_is_elsewhere"),
)


def user_features(
    work: CellWork, observation: Observation, slots_per_frame: int
) -> NDArray[np.float32]:
    """Features of every user; none depends on how many users or base stations there are.

    The rule is among them: priorities, ranks, and the work that stands before the user's own.

    Args:
        work: measured from the observation.
        observation: of one network or a batch.
        slots_per_frame: slots from one association to the next.

    Returns:
        ``[..., n_ue, len(FEATURES)]``.
    """
    up, down = upload_priority(work), compute_priority(work)
    busy_up, busy = work.upload_s > 0, work.computing > 0
    up_before, up_rank, cell_up_s, cell_uploading = _beside(
        up, work.upload_s, work.uploading, work.cell
    )
    before, rank, cell_s, cell_computing = _beside(
        down, work.compute_s, work.computing, work.server
    )
    rsrp_dbm = observation["rsrp_dbm"].astype(np.float64)
    own = np.maximum(work.cell, 0)
    serves = own[..., None] == np.arange(rsrp_dbm.shape[-1])
    own_dbm = np.where(serves, rsrp_dbm, 0.0).sum(axis=-1)
    other_dbm = np.where(serves, -140.0, rsrp_dbm).max(axis=-1)
    left = 1 - observation["slot_in_frame"] / slots_per_frame  # [..., 1]
    columns = (
        *(_scaled(work.upload_s), _scaled(work.uploading), np.where(busy_up, up, 0) / 3),
        *(_scaled(up_before), _scaled(up_rank), _scaled(work.head_s), _scaled(work.compute_s)),
        *(_scaled(work.computing), np.where(busy, down, 0) / 3, _scaled(before), _scaled(rank)),
        *(_scaled(cell_up_s), _scaled(cell_uploading), _scaled(cell_s), _scaled(cell_computing)),
        *(_scaled(observation["oldest_age_s"]), left + 0 * up, work.cell >= 0),
        *(np.log10(work.rate_bps) - 6, (own_dbm - other_dbm) / 20, own != work.server),
    )
    return np.stack([np.asarray(c, np.float32) for c in columns], axis=-1)


def _beside(
    priority: Floats, need_s: Floats, tasks: NDArray[np.int32], group: NDArray[np.int32]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Work and busy users before each user, work and tasks of its whole group."""
    same = group[..., :, None] == group[..., None, :]
    busy = need_s > 0
    ahead = same & (priority[..., None, :] > priority[..., :, None]) & busy[..., None, :]
    return (
        (ahead * need_s[..., None, :]).sum(axis=-1),
        ahead.sum(axis=-1).astype(np.float64),
        (same * need_s[..., None, :]).sum(axis=-1),
        (same * tasks[..., None, :]).sum(axis=-1).astype(np.float64),
    )


def _scaled(value: NDArray[np.generic] | Floats) -> Floats:
    logarithm: Floats = np.log1p(np.asarray(value, np.float64))
    return logarithm
