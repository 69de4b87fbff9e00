# SPDX-License-Identifier: MIT
"""Shares by priority: who is first gets what it can use in a slot, the next one what is left."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from py_agent.policies.association import AssociationRule
from py_agent.policies.base import Decision, Network, Observation
from py_agent.policies.cell_work import CellWork, WorkMeter

Floats = NDArray[np.float64]

_MARGIN = 1.25  # of a user's need of the band: its rate is a guess
_LEAST_S = 1e-6
_TASKS_PER_DEFICIT = 10.0
_LEAST_TASKS = 1e-6  # the order among those who keep their target: the shortest job first


class FillPolicy:
    """An association rule per frame; shares by priority per slot.

    The priority of a user is the largest number of its next tasks over the work of these,
    ``max(1/head, n/all)``: the order that minimises the sum of delays where tasks of a user
    follow each other (Sidney 1975). With hard quotas this is what the other rules lack: no share
    goes to somebody who cannot use it.

    Retraining jobs stand in the same order as inference tasks: a job counts as ``Z + 10·deficit``
    tasks, so it comes last as long as its user keeps the target.

    Args:
        association: chooses base stations.

    Attributes:
        batched: decides for any number of networks at once, as its association rule does.
    """

    def __init__(self, association: AssociationRule) -> None:
        self._association = association
        self.batched = association.batched

    def begin(self, network: Network, seed: int) -> None:
        """Learn what can be divided; nothing here is random."""
        self._association.begin(network)
        self._meter = WorkMeter(network)
        self._divider = FillDivider(network)

    def decide_frame(self, observation: Observation) -> Decision:
        """Choose the association, ``[..., n_ue]``."""
        return {"association": self._association.associate(observation)}

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the shares, ``[..., n_ue]`` each."""
        self._association.watch(observation)
        return self._divider.divide(self._meter.measure(observation), observation, {})


class FillDivider:
    """Turns priorities into shares.

    Args:
        network: says which shares there are.
    """

    def __init__(self, network: Network) -> None:
        actions = {field.name for field in network.schema.actions}
        self._divides_band = "bandwidth_share" in actions
        self._trains = "training_share" in actions
        self._slot_s = network.settings["slot_s"]

    def divide(
        self, work: CellWork, observation: Observation, shift: Mapping[str, Floats]
    ) -> Decision:
        """The shares of a slot.

        Args:
            work: measured from the observation.
            observation: of this slot.
            shift: by action field, added to the logarithm of the rule's priority, ``[..., n_ue]``.
        """
        compute = compute_priority(work) + shift.get("compute_share", 0.0)
        need = work.compute_s / self._slot_s
        decision: dict[str, NDArray[np.float32]] = {}
        if self._trains:
            training = training_priority(observation) + shift.get("training_share", 0.0)
            training_s = observation["training_backlog_cycles"] / np.take_along_axis(
                observation["compute_capacity_hz"], np.maximum(work.cell, 0), axis=-1
            )
            shares = fill(
                np.concatenate([compute, training], axis=-1),
                np.concatenate([need, training_s / self._slot_s], axis=-1),
                np.concatenate([work.server, np.maximum(work.cell, 0)], axis=-1),
            )
            decision["compute_share"], decision["training_share"] = np.split(shares, 2, axis=-1)
        else:
            decision["compute_share"] = fill(compute, need, work.server)
        if self._divides_band:
            band = upload_priority(work) + shift.get("bandwidth_share", 0.0)
            need = _MARGIN * work.upload_s / self._slot_s
            decision["bandwidth_share"] = fill(band, need, work.cell)
        return decision


def compute_priority(work: CellWork) -> Floats:
    """Logarithm of the index at the servers, in typical tasks, ``[..., n_ue]``."""
    one = work.typical_compute_s / np.maximum(work.head_s, _LEAST_S)
    all_of_them = work.computing * work.typical_compute_s / np.maximum(work.compute_s, _LEAST_S)
    priority: Floats = np.log(np.maximum(np.maximum(one, all_of_them), _LEAST_S))
    return priority


def upload_priority(work: CellWork) -> Floats:
    """Logarithm of the index of the band, in typical tasks, ``[..., n_ue]``."""
    tasks = np.maximum(work.uploading, 1)
    priority: Floats = np.log(
        tasks
        * work.typical_upload_s.mean(axis=-1, keepdims=True)
        / np.maximum(work.upload_s, _LEAST_S)
    )
    return priority


def training_priority(observation: Observation) -> Floats:
    """Logarithm of the index of retraining jobs, in typical tasks, ``[..., n_ue]``."""
    queue = observation["virtual_queue"].astype(np.float64)
    tasks = queue + _TASKS_PER_DEFICIT * observation["accuracy_deficit"]
    work = np.maximum(observation["training_backlog_cycles"], 1.0)
    priority: Floats = np.log(np.maximum(tasks, _LEAST_TASKS) * observation["task_mean_cycles"])
    return priority - np.log(work)


def fill(priority: Floats, need: Floats, group: NDArray[np.int32]) -> NDArray[np.float32]:
    """Shares by strict priority; what nobody needs is divided equally, for what may still come.

    Args:
        priority: any number, ``[..., n]``.
        need: share that would do, ``[..., n]``, ≥ 0.
        group: who shares with whom, ``[..., n]``.

    Returns:
        shares, ``[..., n]``; they add up to 1 in every group.
    """
    n = priority.shape[-1]
    same = group[..., :, None] == group[..., None, :]  # [..., n, n]: one, another
    first = priority[..., None, :] > priority[..., :, None]
    tied = priority[..., None, :] == priority[..., :, None]
    ahead = same & (first | (tied & (np.arange(n) < np.arange(n)[:, None])))
    before = (ahead * need[..., None, :]).sum(axis=-1)
    share = np.minimum(need, np.maximum(1 - before, 0))
    left = 1 - (same * share[..., None, :]).sum(axis=-1)
    share = share + np.maximum(left, 0) / same.sum(axis=-1)
    shares: NDArray[np.float32] = np.minimum(share, 1).astype(np.float32)
    return shares
