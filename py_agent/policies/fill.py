# SPDX-License-Identifier: MIT
"""Shares by priority: who is first gets what it can use in a slot, the next one what is left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation
from py_agent.engine import _engine
from py_agent.policies.association import ByAssociation
from py_agent.policies.cell_work import CellWork, WorkMeter
from py_agent.policies.groups import Groups

Floats = NDArray[np.float64]
Priorities: TypeAlias = Mapping[str, Floats]  # by action field, ``[..., n_ue]`` each

_LEAST_S = 1e-6
_TASKS_PER_DEFICIT = 10.0
_LEAST_TASKS = 1e-6  # the order among those who keep their target: the shortest job first


class FillPolicy(ByAssociation):
    """Shares by priority, to each what it can use in a slot.

    At a server the priority of a user is the largest number of its next tasks over the work of
    these, ``max(1/head, n/all)``, in the band tasks over bits, ``n/all``. The former is the
    order that minimises the sum of delays where tasks of a user follow each other (Sidney
    1975). With hard quotas this is what the other rules lack: no share goes to somebody who
    cannot use it. Where idle shares of the band go to others (work-conserving), all users of a
    cell have a tenth of it alike: one without a share would wait even while the band idles, and
    one of its directions often does.

    Retraining jobs stand in the same order as inference tasks: a job counts as ``Z + 10·deficit``
    tasks, so it comes last as long as its user keeps the target.

    Args:
        association: chooses base stations.

    Attributes:
        batched: decides for any number of networks at once, as its association rule does.

    Example:
        >>> from py_agent.policies.association import Strongest
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> policy = FillPolicy(Strongest())
        >>> policy.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
        >>> sorted(policy.decide_slot(observation))
        ['bandwidth_share', 'compute_share']
        >>> env.close()
    """

    def begin(self, network: Network, seed: int) -> None:
        """Learn what can be divided; nothing here is random."""
        self._association.begin(network)
        network.require(actions=["association"])
        self._meter = WorkMeter(network)
        self._divider = FillDivider(network)

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the shares, ``[..., n_ue]`` each."""
        self._association.watch(observation)
        work = self._meter.measure(observation)
        return self._divider.divide(work, self.priorities(work, observation))

    def priorities(self, work: CellWork, observation: Observation) -> Priorities:
        """Who is first, by action field, ``[..., n_ue]`` each; of tasks and of retraining jobs."""
        return self._divider.priorities(work, observation)


class FillDivider:
    """Turns priorities into shares.

    Args:
        network: says which shares there are.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.policies.cell_work import WorkMeter
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> work, divider = WorkMeter(network).measure(observation), FillDivider(network)
        >>> sorted(divider.divide(work, divider.priorities(work, observation)))
        ['bandwidth_share', 'compute_share']
        >>> env.close()
    """

    def __init__(self, network: Network) -> None:
        actions = {field.name for field in network.schema.actions}
        self._divides_band = "bandwidth_share" in actions
        self._trains = "training_share" in actions
        quota = network.settings["radio"].get("bandwidth_mode") == "quota"
        self._alike = 0.0 if quota else _engine.laws.FILL_ALIKE
        self._slot_s = network.settings["slot_s"]
        network.require(actions=["compute_share"])
        if self._trains:
            network.require("virtual_queue", "accuracy_deficit", "training_backlog_cycles")

    def priorities(self, work: CellWork, observation: Observation) -> dict[str, Floats]:
        """The rule's: logarithms, of shares of the band, of servers and, with models, for these."""
        priorities = {
            "bandwidth_share": upload_priority(work),
            "compute_share": compute_priority(work),
        }
        if self._trains:
            priorities["training_share"] = training_priority(observation)
        return priorities

    def divide(self, work: CellWork, priorities: Priorities) -> Decision:
        """The shares of a slot, by these priorities."""
        compute, need = priorities["compute_share"], work.compute_s / self._slot_s
        decision: dict[str, NDArray[np.float32]] = {}
        if self._trains:
            own = np.maximum(work.cell, 0)
            shares = fill(
                np.concatenate([compute, priorities["training_share"]], axis=-1),
                np.concatenate([need, work.training_s / self._slot_s], axis=-1),
                np.concatenate([work.server, np.where(work.server < 0, -1, own)], axis=-1),
            )
            decision["compute_share"], decision["training_share"] = np.split(shares, 2, axis=-1)
        else:
            decision["compute_share"] = fill(compute, need, work.server)
        if self._divides_band:
            need = _engine.laws.FILL_MARGIN * work.upload_s / self._slot_s
            first = priorities["bandwidth_share"]
            decision["bandwidth_share"] = fill(first, need, work.cell, self._alike)
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
    tasks = training_tasks(queue, observation["accuracy_deficit"])
    work = np.maximum(observation["training_backlog_cycles"], 1.0)
    priority: Floats = np.log(tasks * observation["task_mean_cycles"])
    return priority - np.log(work)


def training_tasks(virtual_queue: Floats, deficit: Floats) -> Floats:
    """How many tasks a user's retraining job stands for, ``[..., n_ue]``."""
    tasks: Floats = np.maximum(virtual_queue + _TASKS_PER_DEFICIT * deficit, _LEAST_TASKS)
    return tasks


def fill(
    priority: Floats, need: Floats, group: NDArray[np.int32], alike: float = 0.0
) -> NDArray[np.float32]:
    """Shares by strict priority; what nobody needs is divided equally, for what may still come.

    Args:
        priority: any number, ``[..., n]``.
        need: share that would do, ``[..., n]``, ≥ 0.
        group: who shares with whom, ``[..., n]``.
        alike: the part of everything that is divided equally whoever is first.

    Returns:
        shares, ``[..., n]``; they add up to 1 in every group.

    Example:
        >>> need, cell = np.array([0.7, 0.5, 0.2]), np.array([0, 0, 0], np.int32)
        >>> fill(np.array([2.0, 3.0, 1.0]), need, cell).round(2).tolist()  # the second user first
        [0.5, 0.5, 0.0]
        >>> fill(np.array([2.0, 3.0, 1.0]), need, cell, alike=0.75).tolist()
        [0.375, 0.375, 0.25]
    """
    groups = Groups(group)
    # A user's place in the order of priority; those of equal priority as they are numbered.
    order = np.argsort(-priority, axis=-1, kind="stable")
    place = np.argsort(order, axis=-1).astype(np.int32)
    before = (groups.ahead(place) * need[..., None, :]).sum(axis=-1)
    share = (1 - alike) * np.minimum(need, np.maximum(1 - before, 0))
    left = np.maximum(1 - groups.total(share), 0)
    each = left / np.maximum(groups.members.sum(axis=-1), 1)
    shares: NDArray[np.float32] = np.minimum(share + groups.of_users(each), 1).astype(np.float32)
    return shares
