# SPDX-License-Identifier: MIT
"""Rollouts that start from the twin's estimate of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.engine import _engine
from py_agent.learning.learning_settings import LearningSettings
from py_agent.twin.model.estimate import ModelState, NetworkEstimate, TaskQueue
from py_agent.twin.rollout.lagging_models import LaggingModels
from py_agent.twin.rollout.learning import LearningRollout
from py_agent.twin.rollout.random_streams import Seeds, Stream, spread_seeds
from py_agent.twin.rollout.rollout import Place, Rollout


def rollouts_of(
    estimate: NetworkEstimate,
    settings: Mapping[str, Any],
    batch: int,
    horizon_s: float,
    seed: int,
    copies: int = 1,
    threads: int = 1,
) -> Rollout:
    """Rollouts from an estimate on: each draws what the twin is not sure of, then goes its way.

    Args:
        estimate: the twin's belief.
        settings: all settings of the scenario, nested.
        batch: number of rollouts.
        horizon_s: how far they are meant to go.
        seed: of all rollouts.
        copies: the same rollouts so many times, one batch after the other: each may be decided upon
            by another policy.
        threads: that step them.
    """
    slot_s = estimate.parameters.timing.slot_s
    in_frame_s = estimate.slot_in_frame * slot_s
    place = Place(
        settings=settings,
        bs_position_m=estimate.bs_position_m,
        duration_s=horizon_s + in_frame_s,
        begin_s=estimate.time_s - in_frame_s,  # slots are counted from the start of the frame
    )
    rollout: Rollout
    if estimate.models is not None and settings["retraining"]["enabled"]:
        learning = LearningSettings(**settings.get("learning", {}))
        models = LaggingModels.following(estimate.models, learning, batch, copies, seed)
        rollout = LearningRollout(estimate.parameters, place, models, learning, threads)
        rollout.data_before(estimate.models.norm_samples, in_frame_s)
    else:
        rollout = Rollout(estimate.parameters, place, copies * batch, threads)
    _Start(estimate, rollout, np.tile(spread_seeds(seed, batch), copies)).fill()
    return rollout


class _Start:
    """Puts an estimate into a batch of rollouts."""

    def __init__(self, estimate: NetworkEstimate, rollout: Rollout, seeds: Seeds) -> None:
        self._estimate = estimate
        self._rollout = rollout
        self._state = rollout.state
        self._seeds = seeds
        self._drawn = 0

    def fill(self) -> None:
        rollout, estimate = self._rollout, self._estimate
        rollout.engine.clear(self._seeds)
        self._presence()
        self._places()
        self._links()
        self._sources()
        self._connections()
        rollout.engine.resume(estimate.slot_in_frame, _open_tasks(estimate))
        # Positions are kept as of the last measurement.
        since_s = estimate.slot_in_frame % rollout.slots_per_measurement * rollout.slot_s
        for axis in "xy":
            self._state[f"{axis}_m"][:] -= self._state[f"{axis}_mps"] * np.float32(since_s)
        before = estimate.tasks_created.astype(np.int64)
        self._state["created_before"][:] = before - self._state["created"]
        self._state["completed_before"][:] = estimate.tasks_completed
        self._state["created_bit"][:] = estimate.created_bit
        if "results" in self._state:
            self._state["result_bit"][:] = estimate.latest.get("result_bit", 0)
            unconfirmed_bit = estimate.latest.get("download_unconfirmed_bit", 0)
            self._state["download_unacknowledged_bit"][:] = unconfirmed_bit
        self._state["tasks_left"][:] = estimate.latest.get("tasks_left", 0)
        if rollout.retrains and estimate.models is not None:
            self._training(estimate.models)

    def _presence(self) -> None:
        estimate, state = self._estimate, self._state
        state["present"][:] = ~estimate.away
        # Who has been away for the longest time comes first.
        state["departure"][:] = np.argsort(np.argsort(-estimate.away_s, kind="stable"))

    def _places(self) -> None:
        estimate = self._estimate
        position_m = self._about(estimate.position_m, estimate.position_sd_m[:, None])
        velocity_mps = self._about(estimate.velocity_mps, estimate.velocity_sd_mps[:, None])
        for i, axis in enumerate("xy"):
            self._state[f"{axis}_m"][:] = position_m[..., i]
            self._state[f"{axis}_mps"][:] = velocity_mps[..., i]

    def _links(self) -> None:
        for name, (mean, sd) in self._estimate.links.uncertain().items():
            self._rollout.links[name][:] = self._about(mean, sd)
        self._rollout.radio.measure(self._rollout.engine)

    def _sources(self) -> None:
        estimate, state = self._estimate, self._state
        state["on_probability"][:] = estimate.on_probability
        rate_hz = self._about(estimate.rate_hz, estimate.rate_sd_hz)
        promised_hz = self._rollout.traffic.each(lambda law: law.rate_hz)
        rate_hz[:, estimate.away] = promised_hz[estimate.away]  # once they are back
        state["rate_hz"][:] = np.maximum(rate_hz, 0.0)
        state["cycles_per_bit"][:] = estimate.cycles_per_bit
        state["size"][:] = estimate.mean_bit / self._rollout.mean_bit

    def _connections(self) -> None:
        estimate, state = self._estimate, self._state
        now_s = estimate.slot_in_frame * self._rollout.slot_s
        cell = np.where(estimate.target_bs >= 0, estimate.target_bs, estimate.serving_bs)
        gap_s = np.maximum(self._about(estimate.gap_s, estimate.gap_sd_s), 0.0)
        state["cell"][:] = cell
        state["back_s"][:] = now_s + np.where(cell < 0, np.maximum(gap_s, 1e-3), gap_s)
        strongest = state["strength_db"].argmax(axis=-1)
        state["last_cell"][:] = np.where(cell < 0, strongest, cell)
        state["back_s"][:, estimate.away] = np.inf  # served by nobody, whatever comes

    def _training(self, models: ModelState) -> None:
        """What is left of a user's jobs counts as one."""
        state = self._state
        state["training_work_cycles"][:] = models.backlog_cycles
        state["training_head_cycles"][:] = models.backlog_cycles
        state["jobs_submitted"][:] = models.backlog_cycles > 0
        state["first_job_samples"][:] = models.backlog_samples
        state["trained_samples"][:] = models.trained_samples
        state["training_server"][:] = state["last_cell"]

    def _about(self, mean: NDArray[Any], sd: NDArray[Any]) -> NDArray[np.float64]:
        """Normal numbers, ``[batch, *shape]``."""
        self._drawn += 1
        normal = _engine.normal(self._seeds, Stream.ESTIMATE, self._drawn, mean.size)
        found: NDArray[np.float64] = mean + sd * normal.reshape(-1, *mean.shape)
        return found


def _open_tasks(estimate: NetworkEstimate) -> NDArray[np.float64]:
    """Tasks under way, the furthest first, as the engine takes them, ``[n_tasks, 7]``."""
    rows = _open_downloads(estimate)
    for queue, computing in ((estimate.compute, True), (estimate.upload, False)):
        rows += [_open_task(queue, computing, *place) for place in np.argwhere(queue.size_bit > 0)]
    return np.array(rows, np.float64).reshape(-1, 7)


def _open_task(queue: TaskQueue, computing: bool, ue: int, place: int) -> tuple[float, ...]:
    remaining = queue.remaining[ue, place]
    cycles = remaining if computing else queue.cycles[ue, place]
    queue_bit = 0.0 if computing else remaining
    bs = queue.bs[ue, place] if computing else -1
    return ue, bs, queue.age_s[ue, place], queue.size_bit[ue, place], cycles, queue_bit, 0.0


def _open_downloads(estimate: NetworkEstimate) -> list[tuple[float, ...]]:
    """Results on their way down: of typical tasks, the first one's what is left of them all.

    They are as old as the oldest task of their user.
    """
    law, bs = estimate.parameters.traffic, np.maximum(estimate.serving_bs, 0)
    tasks = estimate.latest.get("tasks_downloading")
    if tasks is None or law.result_bit + law.result_ratio <= 0:
        return []
    result_bit = law.result_bit + law.result_ratio * estimate.mean_bit
    rows: list[tuple[float, ...]] = []
    for ue in np.flatnonzero((estimate.download_bit > 0) & ~estimate.away).tolist():
        more = max(int(tasks[ue]), 1) - 1
        age_s, size_bit = float(estimate.latest["oldest_age_s"][ue]), estimate.mean_bit[ue]
        first_bit = max(estimate.download_bit[ue] - more * result_bit[ue], 1.0)
        for bits in (first_bit, *[result_bit[ue]] * more):
            rows.append((ue, bs[ue], age_s, size_bit, 0.0, 0.0, bits))
    return rows


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
