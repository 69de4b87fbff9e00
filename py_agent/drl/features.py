# SPDX-License-Identifier: MIT
"""What the agent of a user sees: its own work beside that of its cell, on scales of order one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation, present
from py_agent.policies.cell_work import CellWork
from py_agent.policies.fill import Priorities
from py_agent.policies.groups import Groups
from py_agent.policies.spare_time import SpareTime
from py_agent.radio.link_model import LinkModel

Floats = NDArray[np.float64]

FEATURES = (
    *("upload_s", "uploading", "upload_priority", "upload_ahead_s", "upload_rank"),
    *("head_s", "compute_s", "computing", "compute_priority", "compute_ahead_s", "compute_rank"),
    *("cell_upload_s", "cell_uploading", "cell_compute_s", "cell_computing"),
    *("oldest_age_s", "frame_left", "connected", "rate", "strength_margin", "server_is_elsewhere"),
    *("accuracy_margin", "predicted_margin", "virtual_queue", "samples_needed", "training_s"),
    *("training_priority", "cell_training_s", "drift_rate", "ratio_left", "task_samples", "idle"),
    "accuracy_weight",
)
# Of these the logarithm of 1 plus the value is seen.
_LOGARITHMIC = [
    FEATURES.index(name)
    for name in (
        *("upload_s", "uploading", "upload_ahead_s", "upload_rank", "head_s", "compute_s"),
        *("computing", "compute_ahead_s", "compute_rank", "cell_upload_s", "cell_uploading"),
        *("cell_compute_s", "cell_computing", "oldest_age_s", "virtual_queue", "samples_needed"),
        *("training_s", "cell_training_s", "task_samples", "accuracy_weight"),
    )
]
_OF_MODELS = 12  # the last ones; 0 where there are no models

Columns: TypeAlias = Sequence[NDArray[Any]]  # of features, ``[..., n_ue]`` each


def user_features(
    work: CellWork,
    observation: Observation,
    priorities: Priorities,
    slots_per_frame: int,
    models: Columns,
    link: LinkModel,
) -> NDArray[np.float32]:
    """Features of every user; none depends on how many users or base stations there are.

    The rule is among them: priorities, ranks, and the work that stands before the user's own.

    Args:
        work: measured from the observation.
        observation: of one network or a batch.
        priorities: the rule's.
        slots_per_frame: slots from one association to the next.
        models: `model_features` or `without_models`.
        link: tells how well stations are heard.

    Returns:
        ``[..., n_ue, len(FEATURES)]``; of users that are away all are 0.
    """
    up, down = priorities["bandwidth_share"], priorities["compute_share"]
    busy_up, busy = work.upload_s > 0, work.computing > 0
    cells, servers = Groups(work.cell), Groups(work.server)
    up_before, up_rank = _ahead(up, work.upload_s, cells)
    before, rank = _ahead(down, work.compute_s, servers)
    strength_db = link.strength_db(observation).astype(np.float64)
    own = np.maximum(work.cell, 0)
    serves = own[..., None] == np.arange(strength_db.shape[-1])
    own_db = np.where(serves, strength_db, 0.0).sum(axis=-1)
    other_db = np.where(serves, link.weakest_db, strength_db).max(axis=-1)
    left = 1 - observation["slot_in_frame"] / slots_per_frame  # [..., 1]
    columns = (
        *(work.upload_s, work.uploading, np.where(busy_up, up, 0) / 3),
        *(up_before, up_rank, work.head_s, work.compute_s),
        *(work.computing, np.where(busy, down, 0) / 3, before, rank),
        *(_of_all(work.upload_s, cells), _of_all(work.uploading, cells)),
        *(_of_all(work.compute_s, servers), _of_all(work.computing, servers)),
        *(observation["oldest_age_s"], left + 0 * up, work.cell >= 0),
        *(np.log10(work.rate_bps) - 6, (own_db - other_db) / 20, own != work.server),
        *models,
    )
    rows = np.concatenate(columns, axis=-1, dtype=np.float64)
    rows = rows.reshape(*own.shape[:-1], len(columns), own.shape[-1])
    rows[..., _LOGARITHMIC, :] = np.log1p(rows[..., _LOGARITHMIC, :])
    if "present" in observation:
        rows *= present(observation)[..., None, :]
    return np.swapaxes(rows, -1, -2).astype(np.float32, order="C")


def model_features(
    work: CellWork,
    observation: Observation,
    priorities: Priorities,
    spare: SpareTime,
    accuracy_weight: Floats | float,
) -> Columns:
    """How accurate the users' models are and how their retraining stands.

    Args:
        work: measured from the observation.
        observation: of one network or a batch.
        priorities: the rule's.
        spare: has watched this slot.
        accuracy_weight: w_A, ``[..., 1]``.
    """
    priority = np.where(work.training_s > 0, priorities["training_share"], 0) / 3
    return (
        5 * (observation["accuracy"] - spare.models.target),
        5 * (spare.predicted() - spare.models.target),
        *(observation["virtual_queue"], spare.needed(observation) / 32),
        *(work.training_s, priority, _of_all(work.training_s, Groups(work.cell))),
        *(observation["drift_rate"], spare.ratio_left, observation["task_norm_samples"] / 100),
        *(spare.idle, accuracy_weight + 0 * priority),
    )


def without_models(observation: Observation) -> Columns:
    """The same where there are no models."""
    return [np.zeros(observation["serving_bs"].shape)] * _OF_MODELS


def _ahead(priority: Floats, need_s: Floats, groups: Groups) -> tuple[Floats, NDArray[np.int64]]:
    """Work and busy users before each user."""
    ahead = groups.ahead(-priority) & (need_s > 0)[..., None, :]
    return (ahead * need_s[..., None, :]).sum(axis=-1), ahead.sum(axis=-1)


def _of_all(value: NDArray[Any], groups: Groups) -> Floats:
    """The sum over each user's group."""
    return groups.of_users(groups.total(value))
