# SPDX-License-Identifier: MIT
"""The twin's estimate of a network at one moment, and its uncertainty."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.lag_model import LagModel
from py_agent.radio.link_model import LinkBelief
from py_agent.twin.model.parameters import TwinParameters

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]
Booleans = NDArray[np.bool_]


@dataclasses.dataclass(frozen=True)
class TaskQueue:
    """Tasks of every user in one stage, first come first served from column 0 on.

    Empty places have ``size_bit`` 0 and everything else 0; they come after the tasks. There is a
    column at least, and as many as the fullest queue needs.

    Attributes:
        size_bit: of the whole task, ``[n_ue, n_places]``; 0: no task.
        remaining: what is left to do, in bits (upload) or cycles (compute), ``[n_ue, n_places]``.
        cycles: work at the edge server, ``[n_ue, n_places]``.
        age_s: since creation, ``[n_ue, n_places]``.
        bs: server that holds the task, ``[n_ue, n_places]``; -1 in the upload queue and in empty
            places.
        remaining_sd: of all that a user has left, ``[n_ue]``, unit of `remaining`.

    Example:
        >>> bits = np.array([[4e5, 2e5], [0.0, 0.0]])  # two tasks of one user, none of the other
        >>> queue = TaskQueue(bits, bits, 1e3 * bits, bits * 0, np.full((2, 2), -1), np.zeros(2))
        >>> queue.tasks.tolist()
        [2, 0]
    """

    size_bit: Floats
    remaining: Floats
    cycles: Floats
    age_s: Floats
    bs: Integers
    remaining_sd: Floats

    @property
    def tasks(self) -> NDArray[np.int64]:
        """How many each user has, ``[n_ue]``."""
        count: NDArray[np.int64] = (self.size_bit > 0).sum(axis=1)
        return count


@dataclasses.dataclass(frozen=True)
class ModelState:
    """Of the users' models that are retrained; `NetworkEstimate.models` is None without them.

    Attributes:
        model: how lag becomes accuracy.
        lag_fast: F of every user, in the stream's unit, ``[n_ue]``.
        lag_slow: L, ``[n_ue]``.
        drift_rate: per second, ``[n_ue]``.
        bias: by how much predictions have been too high, ``[n_ue]``.
        accuracy: last measured, ``[n_ue]``.
        accuracy_sd: of a prediction, bias taken off, ``[n_ue]``.
        virtual_queue: Z of the accuracy constraint, ``[n_ue]``.
        target_accuracy: A_min.
        norm_samples: ``‖Q‖₂`` of the latest task data, ``[n_ue]``.
        backlog_cycles: what remains of retraining jobs, ``[n_ue]``.
        backlog_samples: of jobs under way, ``[n_ue]``.
        trained_samples: of finished jobs since the start, ``[n_ue]``.
    """

    model: LagModel
    lag_fast: Floats
    lag_slow: Floats
    drift_rate: Floats
    bias: Floats
    accuracy: Floats
    accuracy_sd: Floats
    virtual_queue: Floats
    target_accuracy: float
    norm_samples: Floats
    backlog_cycles: Floats
    backlog_samples: Floats
    trained_samples: Floats


@dataclasses.dataclass(frozen=True)
class NetworkEstimate:
    """The twin's belief at `time_s`: where a rollout starts.

    Every quantity is extrapolated to `time_s`, however old its last report is, and has its standard
    deviation beside it (``…_sd…``). All is finite. A user that has never been heard of is not
    `present`; its entries are what is typical.

    Attributes:
        time_s: the moment, in ns-3 time.
        slot_in_frame: 0: the next action's association is obeyed.
        parameters: constants in force now, calibrated as far as the run has gone.
        present: users that have been heard of, ``[n_ue]``.
        away_s: how long the user has been away, ``[n_ue]``; 0: it is there.
        position_m: ``[n_ue, 2]``.
        position_sd_m: per axis, ``[n_ue]``.
        velocity_mps: ``[n_ue, 2]``.
        velocity_sd_mps: per axis, ``[n_ue]``.
        bs_position_m: ``[n_bs, 2]``.
        links: what is believed of them, in the form of the radio's plug-in.
        serving_bs: -1: without a cell, ``[n_ue]``.
        target_bs: of a handover under way, else -1, ``[n_ue]``.
        gap_s: expected time until a user without a cell has one again, ``[n_ue]``; else 0.
        gap_sd_s: ``[n_ue]``.
        on_probability: that the user's traffic source is active, ``[n_ue]``.
        rate_hz: tasks per second while active, ``[n_ue]``.
        rate_sd_hz: ``[n_ue]``.
        mean_bit: expected size of the user's next task, ``[n_ue]``.
        cycles_per_bit: of the user's tasks, ``[n_ue]``.
        upload: tasks on their way up.
        compute: tasks at servers.
        download_bit: results that have not arrived, ``[n_ue]``.
        tasks_created: since the start, ``[n_ue]``.
        tasks_completed: since the start, ``[n_ue]``.
        created_bit: since the start, ``[n_ue]``.
        models: of the users' models, or None.
        age_s: since the last report of each field that reached the twin, ``[n_ue]``, ``[n_bs]`` or
            ``[n_ue, n_bs]``, by name of the field; infinite: never.
        latest: last reported value of every observation field, by name; for what is not modelled.

    Example:
        >>> import py_agent.twin.environment.env as without_ns3
        >>> from py_agent.contract import Network
        >>> from py_agent.twin.estimation.twin import Twin
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})
        >>> observation, _ = env.reset(seed=1)
        >>> twin = Twin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> twin.observe(observation)
        >>> estimate = twin.estimate()
        >>> estimate.n_ue, estimate.n_bs, estimate.strength_db().shape
        (3, 2, (3, 2))
        >>> env.close()
    """

    time_s: float
    slot_in_frame: int
    parameters: TwinParameters
    present: Booleans
    away_s: Floats
    position_m: Floats
    position_sd_m: Floats
    velocity_mps: Floats
    velocity_sd_mps: Floats
    bs_position_m: Floats
    links: LinkBelief
    serving_bs: Integers
    target_bs: Integers
    gap_s: Floats
    gap_sd_s: Floats
    on_probability: Floats
    rate_hz: Floats
    rate_sd_hz: Floats
    mean_bit: Floats
    cycles_per_bit: Floats
    upload: TaskQueue
    compute: TaskQueue
    download_bit: Floats
    tasks_created: Floats
    tasks_completed: Floats
    created_bit: Floats
    models: ModelState | None
    age_s: Mapping[str, Floats]
    latest: Mapping[str, NDArray[Any]]

    @property
    def n_ue(self) -> int:
        """Users."""
        return len(self.present)

    @property
    def n_bs(self) -> int:
        """Base stations."""
        return len(self.bs_position_m)

    @property
    def away(self) -> Booleans:
        """Users that have been heard of and are not there now, ``[n_ue]``."""
        flags = self.latest.get("present")
        if flags is None:
            return np.zeros(self.n_ue, bool)
        away: Booleans = self.present & (flags == 0)
        return away

    def strength_db(self) -> Floats:
        """How well the twin expects each user to hear each station now, ``[n_ue, n_bs]``."""
        return self.links.strength_db(self.position_m)
