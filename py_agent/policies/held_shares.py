# SPDX-License-Identifier: MIT
"""Shares that are decided once a frame and hold for all of its slots: the one-timescale rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation
from py_agent.engine import _engine
from py_agent.policies.association import AssociationRule, ByAssociation
from py_agent.policies.cell_work import CellWork, WorkMeter
from py_agent.policies.groups import Groups

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

_JOB = 0.1  # of a task's part: retraining can wait
_LEAST = 1e-12


class HeldPolicy(ByAssociation):
    """Shares that hold for a frame, by what each user is expected to need in it.

    Args:
        association: chooses base stations.

    Attributes:
        batched: decides for any number of networks at once, as its association rule does.

    Example:
        >>> from py_agent.policies.association import Strongest
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> policy = HeldPolicy(Strongest())
        >>> policy.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
        >>> first = policy.decide_slot(observation)
        >>> later = {**observation, "slot_in_frame": observation["slot_in_frame"] + 1}
        >>> policy.decide_slot(later) is first
        True
        >>> env.close()
    """

    def __init__(self, association: AssociationRule) -> None:
        super().__init__(association)
        self._slot: Decision = {}

    def begin(self, network: Network, seed: int) -> None:
        """Learn what can be divided; nothing here is random."""
        self._association.begin(network)
        network.require("slot_in_frame", actions=["association"])
        self._meter = WorkMeter(network)
        self._held = HeldShares(network)
        self._slot = {}

    def decide_slot(self, observation: Observation) -> Decision:
        """Choose the shares in a frame's first slot, ``[..., n_ue]`` each."""
        self._association.watch(observation)
        if not self._slot or (observation["slot_in_frame"] == 0).any():
            work = self._meter.measure(observation)
            self._slot = self._held.divide(work, observation, work.training_s)
        return self._slot


class HeldShares:
    """Divides bands and servers for a frame ahead.

    Where an idle user's share goes to others (work-conserving), all users have the same, and
    retraining jobs a tenth of it: nobody knows who will need it. Where such a share is lost
    (quotas), each user has what it is expected to need for tasks that wait and those that will come
    and for its jobs, all of them less where that is too much; what nobody needs is divided as
    above.

    Args:
        network: says which shares there are, and how long a frame is.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> network = Network("cellular", env.settings.model_dump(), env.schema)
        >>> work = WorkMeter(network).measure(observation)
        >>> shares = HeldShares(network).divide(work, observation, work.training_s)
        >>> bool((shares["compute_share"] > 0).all())
        True
        >>> env.close()
    """

    def __init__(self, network: Network) -> None:
        actions = {field.name for field in network.schema.actions}
        network.require("task_rate_hz", actions=["compute_share"])
        settings = network.settings
        self._divides_band = "bandwidth_share" in actions
        self._trains = "training_share" in actions
        self._frame_s: float = settings["slot_s"] * settings["slots_per_frame"]
        self._band_quota = settings["radio"].get("bandwidth_mode") == "quota"
        self._server_quota = settings["compute"].get("mode") == "quota"

    def divide(
        self,
        work: CellWork,
        observation: Observation,
        jobs_s: Floats,
        shift: Mapping[str, Floats] | None = None,
    ) -> Decision:
        """The shares of a frame.

        Args:
            work: of its first slot.
            observation: of that slot.
            jobs_s: time that the whole server of its cell needs for the retraining jobs that each
                user has or gets now, ``[..., n_ue]``.
            shift: of the logarithm of what a user is given, by action field, ``[..., n_ue]`` each.
        """
        more = {name: np.exp(value) for name, value in (shift or {}).items()}
        alike = np.ones(work.cell.shape)
        to_come = observation["task_rate_hz"] * self._frame_s  # tasks, [..., n_ue]
        tasks, jobs = more.get("compute_share", alike), more.get("training_share", alike)
        need = work.compute_s + (work.uploading + to_come) * work.typical_compute_s
        need = self._server_quota * tasks * need / self._frame_s
        if self._trains:
            need_of_jobs = self._server_quota * jobs * jobs_s / self._frame_s
            own = np.where(work.server < 0, -1, work.cell).astype(np.int32)
            shares = divided(
                _both(need, need_of_jobs), _both(tasks, _JOB * jobs), _both(work.server, own)
            )
            compute, training = np.split(shares, 2, axis=-1)
            decision = {"compute_share": compute, "training_share": training}
        else:
            decision = {"compute_share": divided(need, tasks, work.server)}
        if self._divides_band:
            given = more.get("bandwidth_share", alike)
            need = _engine.laws.FILL_MARGIN * (work.upload_s + to_come * work.typical_upload_s)
            need = self._band_quota * given * need / self._frame_s
            decision["bandwidth_share"] = divided(need, given, work.cell)
        return decision


def divided(need: Floats, weight: Floats, group: Integers) -> NDArray[np.float32]:
    """Shares by need, all of them less where it is too much; what nobody needs by weight.

    Args:
        need: in parts of what is divided, ``[..., n]``.
        weight: in what nobody needs, ``[..., n]``, > 0.
        group: who shares with whom, ``[..., n]``.

    Returns:
        shares, ``[..., n]``; they add up to 1 in every group.

    Example:
        >>> group, alike = np.zeros(3, np.int32), np.ones(3)
        >>> divided(np.array([0.25, 0.0, 0.0]), alike, group).tolist()
        [0.5, 0.25, 0.25]
        >>> divided(np.array([1.5, 0.5, 0.0]), alike, group).tolist()
        [0.75, 0.25, 0.0]
    """
    groups = Groups(group)
    asked = groups.total(need)
    left = np.maximum(1 - asked, 0)
    share = need / np.maximum(groups.of_users(asked), 1)
    share += weight * groups.of_users(left / np.maximum(groups.total(weight), _LEAST))
    shares: NDArray[np.float32] = np.minimum(share, 1.0).astype(np.float32)
    return shares


def _both(tasks: NDArray[Any], jobs: NDArray[Any]) -> NDArray[Any]:
    """Of tasks and of retraining jobs, which share a server, ``[..., 2 n_ue]``."""
    return np.concatenate([tasks, jobs], axis=-1)
