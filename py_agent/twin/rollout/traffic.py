# SPDX-License-Identifier: MIT
"""The tasks that users will create: drawn at the start of a future, whatever is decided in it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from py_agent.twin.model.parameters import Traffic
from py_agent.twin.rollout.random_streams import RandomStreams, Stream

NEVER = math.inf


@dataclasses.dataclass(frozen=True)
class TaskDraw:
    """Tasks of every user, in order of creation, ``[n_rows, n_ue, n_tasks]`` each.

    Attributes:
        created_s: since the start of the future; `NEVER` beyond the last task.
        size_bit: data to upload.
        cycles: work at the edge server.
    """

    created_s: Tensor
    size_bit: Tensor
    cycles: Tensor


@dataclasses.dataclass(frozen=True)
class Users:
    """What is known of the users' sources when a future starts, ``[n_rows, n_ue]`` each.

    Attributes:
        on_probability: that the source is active.
        rate_hz: tasks per second while active.
        cycles_per_bit: work of a task over its size, mean of the user.
        size: of its tasks, over that of the settings.
    """

    on_probability: Tensor
    rate_hz: Tensor
    cycles_per_bit: Tensor
    size: Tensor


class TaskSources:
    """Draws the tasks of futures, as the scenario's traffic models create them.

    On-off: tasks come as a Poisson process on the clock of the active time, which is then
    stretched by the pauses. Without pauses this is a Poisson process. Periodic: a phase per user,
    jitter per task.

    Args:
        traffic: the twin's constants.
        settings: group ``traffic`` of the scenario's settings: model, jitter, sizes with a tail.
        n_ue: users.
        duration_s: of the futures.
    """

    def __init__(
        self, traffic: Traffic, settings: Mapping[str, Any], n_ue: int, duration_s: float
    ) -> None:
        self._traffic = traffic
        self._periodic = settings["model"] == "periodic"
        self._jitter_s = settings["jitter_s"]
        self._pareto_alpha = (
            settings["size_alpha"] if settings["size_model"] == "bounded-pareto" else None
        )
        self._n_ue = n_ue
        self._duration_s = duration_s

    def typical(self, streams: RandomStreams, rows: Tensor) -> Users:
        """Users of whom nothing is known but the settings."""
        traffic = self._traffic
        shape = (len(rows), self._n_ue)
        on = 1.0 if self._periodic else traffic.on_s / (traffic.on_s + traffic.off_s)
        uniform = streams.uniform(Stream.USER_CYCLES, rows, 0, self._n_ue)
        spread = 1 + traffic.cycles_ue_spread * (2 * uniform - 1)
        return Users(
            on_probability=torch.full(shape, on, device=rows.device),
            rate_hz=torch.full(shape, traffic.rate_hz, device=rows.device),
            cycles_per_bit=traffic.cycles_per_bit * spread,
            size=torch.ones(shape, device=rows.device),
        )

    def draw(self, streams: RandomStreams, rows: Tensor, users: Users) -> TaskDraw:
        """Draw the tasks of some futures.

        Args:
            streams: of all futures.
            rows: which futures, ``[n_rows]``.
            users: how their sources stand.
        """
        if self._periodic:
            created_s = self._periodic_s(streams, rows, users)
        else:
            created_s = self._on_off_s(streams, rows, users)
        n_tasks = max(1, int((created_s < self._duration_s).sum(-1).max()))
        created_s = created_s[..., :n_tasks].contiguous()
        created_s[created_s >= self._duration_s] = NEVER
        size_bit = self._per_task(self._size_bit, streams, Stream.TASK_SIZE, rows, n_tasks)
        size_bit = (size_bit * users.size[..., None]).round_()
        work = self._per_task(self._work, streams, Stream.TASK_CYCLES, rows, n_tasks)
        return TaskDraw(created_s, size_bit, size_bit * users.cycles_per_bit[..., None] * work)

    def mean_rate_hz(self) -> float:
        """Tasks per second that the settings promise of a user."""
        traffic = self._traffic
        on = 1.0 if self._periodic else traffic.on_s / (traffic.on_s + traffic.off_s)
        return traffic.rate_hz * on

    def mean_bit(self) -> float:
        """Mean size of a task."""
        quantiles = (torch.arange(100_000, dtype=torch.float64) + 0.5) / 100_000
        return float(self._size_bit(quantiles).mean())

    def _on_off_s(self, streams: RandomStreams, rows: Tensor, users: Users) -> Tensor:
        """Moments of creation, at least up to the end of the future."""
        traffic = self._traffic
        state = streams.uniform(Stream.TRAFFIC_STATE, rows, 0, self._n_ue)
        starts_on = state < users.on_probability
        most_per_s = max(float(users.rate_hz.max()), 1e-9)
        gaps = self._cumulated(
            lambda at: streams.uniform(Stream.TRAFFIC_GAP, rows, at, self._n_ue).log_().neg_(),
            self._duration_s * most_per_s,
        )
        active_s = gaps / users.rate_hz.clamp_min(1e-9)[..., None]  # on the clock of active time
        if traffic.off_s == 0:
            return active_s
        period = streams.uniform(Stream.TRAFFIC_PERIOD, rows, 0, self._n_ue).log_().neg_()
        first_off_s = torch.where(starts_on, 0.0, traffic.off_s * period)
        on_ends_s = self._cumulated(
            lambda at: (
                streams.uniform(Stream.TRAFFIC_PERIOD, rows, 2 * at + 1, self._n_ue)
                .log_()
                .mul_(-traffic.on_s)
            ),
            self._duration_s,
        )
        n_periods = on_ends_s.shape[-1]
        off_s = torch.stack(
            [
                streams.uniform(Stream.TRAFFIC_PERIOD, rows, 2 * at + 2, self._n_ue)
                for at in range(n_periods)
            ],
            dim=-1,
        )
        off_s = off_s.log_().mul_(-traffic.off_s).cumsum(-1)
        paused_s = torch.cat([torch.zeros_like(off_s[..., :1]), off_s], dim=-1)
        pauses = torch.searchsorted(on_ends_s, active_s)
        return active_s + first_off_s[..., None] + paused_s.gather(-1, pauses)

    def _periodic_s(self, streams: RandomStreams, rows: Tensor, users: Users) -> Tensor:
        period_s = 1 / users.rate_hz.clamp_min(1e-9)
        n = math.ceil(self._duration_s * max(float(users.rate_hz.max()), 1e-9)) + 1
        phase = streams.uniform(Stream.TRAFFIC_STATE, rows, 0, self._n_ue)
        late = self._per_task(lambda u: u * self._jitter_s, streams, Stream.TRAFFIC_GAP, rows, n)
        number = torch.arange(n, device=rows.device)
        return ((phase[..., None] + number) * period_s[..., None] + late).sort(dim=-1).values

    def _cumulated(self, draw: Any, until: float) -> Tensor:
        """Sums of steps ``draw(0), draw(1), …`` until all are beyond a bound, ``[…, n]``."""
        total = draw(0)
        sums = [total]
        while float(total.min()) < until:
            total = total + draw(len(sums))
            sums.append(total)
        return torch.stack(sums, dim=-1)

    def _per_task(
        self, law: Any, streams: RandomStreams, stream: Stream, rows: Tensor, n_tasks: int
    ) -> Tensor:
        uniform = [streams.uniform(stream, rows, i, self._n_ue) for i in range(n_tasks)]
        drawn: Tensor = law(torch.stack(uniform, dim=-1))
        return drawn

    def _work(self, uniform: Tensor) -> Tensor:
        return 1 + self._traffic.cycles_task_spread * (2 * uniform - 1)

    def _size_bit(self, uniform: Tensor) -> Tensor:
        traffic = self._traffic
        low, high = traffic.size_min_bit, traffic.size_max_bit
        if self._pareto_alpha is not None:
            tail = 1 - (low / high) ** self._pareto_alpha
            size_bit: Tensor = low * (1 - uniform * tail) ** (-1 / self._pareto_alpha)
            return size_bit
        if traffic.size_model == "lognormal":
            ends = torch.tensor([low, high], dtype=torch.float64) / traffic.size_median_bit
            cdf: list[float] = torch.special.ndtr(ends.log() / traffic.size_sigma).tolist()
            score: Tensor = torch.special.ndtri(cdf[0] + uniform * (cdf[1] - cdf[0]))
            return (traffic.size_median_bit * (traffic.size_sigma * score).exp()).clamp(low, high)
        return low + uniform * (high - low)
