# SPDX-License-Identifier: MIT
"""What the users of a cell wait for, as time that the whole band or server would need for it."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation, present
from py_agent.radio.link_model import link_model_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]

NEEDED = (
    *("serving_bs", "upload_backlog_bit", "tasks_uploading"),
    *("tasks_computing", "compute_head_cycles", "compute_backlog_cycles", "compute_capacity_hz"),
    *("task_mean_bit", "task_mean_cycles"),
)


@dataclasses.dataclass(frozen=True)
class CellWork:
    """Work by user, ``[..., n_ue]`` each.

    Attributes:
        cell: base station that serves the user; -1: none.
        rate_bps: of the user alone in its cell, by what is measured of its link.
        upload_s: time that its data take then.
        uploading: tasks among them.
        server: where most of its computing work is, or would be; -1: it is away.
        compute_s: time that the whole server needs for all its tasks.
        head_s: for the task in service alone.
        computing: tasks among them.
        typical_upload_s: of a task of the user.
        typical_compute_s: of a task of the user.
        training_s: time that the whole server of its cell needs for its retraining jobs; 0 where
            there are none.
    """

    cell: Integers
    rate_bps: Floats
    upload_s: Floats
    uploading: NDArray[np.int32]
    server: Integers
    compute_s: Floats
    head_s: Floats
    computing: NDArray[np.int32]
    typical_upload_s: Floats
    typical_compute_s: Floats
    training_s: Floats


class WorkMeter:
    """Makes `CellWork` of observations, of one network or of a batch.

    Args:
        network: whose radio tells how fast a link is.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> known = Network("cellular", env.settings.model_dump(), env.schema)
        >>> work = WorkMeter(known).measure(observation)
        >>> work.upload_s.shape, work.compute_s.shape
        ((3,), (3,))
        >>> env.close()
    """

    def __init__(self, network: Network) -> None:
        self._link = link_model_of(network)
        network.require(*NEEDED, *self._link.needed_serving)

    def measure(self, observation: Observation) -> CellWork:
        """Divide work by speed."""
        cell = observation["serving_bs"]
        own = np.maximum(cell, 0)
        rate_bps = self._link.serving_rate_bps(observation)
        waiting_bit = observation["upload_backlog_bit"]
        if "download_backlog_bit" in observation:  # the share counts in both directions
            waiting_bit = waiting_bit + observation["download_backlog_bit"]

        backlog = observation["compute_backlog_cycles"]  # [..., n_ue, n_bs]
        server = np.where(backlog.any(axis=-1), backlog.argmax(axis=-1), own)
        capacity_hz = np.take_along_axis(observation["compute_capacity_hz"], server, axis=-1)
        return CellWork(
            cell=cell,
            rate_bps=rate_bps,
            upload_s=waiting_bit / rate_bps,
            uploading=observation["tasks_uploading"],
            server=np.where(present(observation), server, -1).astype(np.int32),
            compute_s=backlog.sum(axis=-1) / capacity_hz,
            head_s=observation["compute_head_cycles"].sum(axis=-1) / capacity_hz,
            computing=observation["tasks_computing"].sum(axis=-1),
            typical_upload_s=observation["task_mean_bit"] / rate_bps,
            typical_compute_s=observation["task_mean_cycles"] / capacity_hz,
            training_s=_training_s(observation, own),
        )


def _training_s(observation: Observation, own: Integers) -> Floats:
    if "training_backlog_cycles" not in observation:
        return np.zeros(own.shape)
    capacity_hz = np.take_along_axis(observation["compute_capacity_hz"], own, axis=-1)
    training_s: Floats = observation["training_backlog_cycles"] / capacity_hz
    return training_s
