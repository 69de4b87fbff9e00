# SPDX-License-Identifier: MIT
"""What the agent of a user sees: its own work beside that of its cell, on scales of order one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.policies.base import Observation
from py_agent.policies.cell_work import CellWork
from py_agent.policies.fill import compute_priority, training_priority, upload_priority
from py_agent.policies.spare_time import SpareTime

Floats = NDArray[np.float64]

FEATURES = (
    *("upload_s", "uploading", "upload_priority", "upload_ahead_s", "upload_rank"),
    *("head_s", "compute_s", "computing", "compute_priority", "compute_ahead_s", "compute_rank"),
    *("cell_upload_s", "cell_uploading", "cell_compute_s", "cell_computing"),
    *("oldest_age_s", "frame_left", "connected", "rate", "rsrp_margin", "server_is_elsewhere"),
    *("accuracy_margin", "foreseen_margin", "virtual_queue", "samples_needed", "training_s"),
    *("training_priority", "cell_training_s", "drift_rate", "ratio_left", "task_samples", "idle"),
)
_OF_MODELS = 11  # of these; 0 where there are no models


def user_features(
    work: CellWork, observation: Observation, slots_per_frame: int, models: Floats
) -> NDArray[np.float32]:
    """Features of every user; none depends on how many users or base stations there are.

    The rule is among them: priorities, ranks, and the work that stands before the user's own.

    Args:
        work: measured from the observation.
        observation: of one network or a batch.
        slots_per_frame: slots from one association to the next.
        models: `model_features` or `without_models`.

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
    of_tasks = np.stack([np.asarray(c, np.float32) for c in columns], axis=-1)
    return np.concatenate([of_tasks, models.astype(np.float32)], axis=-1)


def model_features(work: CellWork, observation: Observation, spare: SpareTime) -> Floats:
    """How accurate the users' models are and how their retraining stands, ``[..., n_ue, 11]``.

    Args:
        work: measured from the observation.
        observation: of one network or a batch.
        spare: has watched this slot.
    """
    capacity_hz = np.take_along_axis(
        observation["compute_capacity_hz"], np.maximum(work.cell, 0), axis=-1
    )
    training_s = observation["training_backlog_cycles"] / capacity_hz
    busy = training_s > 0
    priority = np.where(busy, training_priority(observation), 0) / 3
    _, _, cell_training_s, _ = _beside(priority, training_s, work.computing, work.cell)
    columns = (
        5 * (observation["accuracy"] - spare.models.target),
        5 * (spare.foreseen() - spare.models.target),
        *(_scaled(observation["virtual_queue"]), _scaled(spare.needed(observation) / 32)),
        *(_scaled(training_s), priority, _scaled(cell_training_s), observation["drift_rate"]),
        *(spare.ratio_left, _scaled(observation["task_norm_samples"] / 100)),
        spare.idle(observation),
    )
    return np.stack([np.asarray(c, np.float64) for c in columns], axis=-1)


def without_models(observation: Observation) -> Floats:
    """The same where there are no models."""
    return np.zeros((*observation["serving_bs"].shape, _OF_MODELS))


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
