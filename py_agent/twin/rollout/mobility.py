# SPDX-License-Identifier: MIT
"""How users walk in a future: straight legs, and what comes after a leg."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from py_agent.twin.model.parameters import MobilityLaw
from py_agent.twin.rollout.random_streams import RandomStreams, Stream

_DRAWS = 4  # numbers that a new leg needs at most


@dataclasses.dataclass
class Walks:
    """Where the users are and go.

    Attributes:
        position_m: ``[n, n_ue, 2]``.
        velocity_mps: ``[n, n_ue, 2]``.
        left_s: until the next leg, ``[n, n_ue]``.
        legs: begun so far, ``[n, n_ue]``.
    """

    position_m: Tensor
    velocity_mps: Tensor
    left_s: Tensor
    legs: Tensor


class WalkLaw:
    """The scenario's mobility models.

    ``random-waypoint`` and ``hotspots`` walk to uniform places and pause; ``random-walk`` turns
    every ``turn_s``; ``gauss-markov`` remembers its velocity; ``static`` stays. Whoever follows a
    ``trace`` keeps direction and speed for `MobilityLaw.turn_s` on average, as a random walk.

    Args:
        law: the twin's constants.
        settings: group ``mobility`` of the scenario's settings.
        area_m: ``(min x, min y, max x, max y)``.
        device: where the tensors live.
    """

    def __init__(
        self,
        law: MobilityLaw,
        settings: Mapping[str, Any],
        area_m: tuple[float, float, float, float],
        device: torch.device,
    ) -> None:
        self._law = law
        self._model = settings["model"]
        self._pause_s = {
            "random-waypoint": settings["pause_max_s"],
            "hotspots": settings["hotspot_pause_max_s"],
        }.get(self._model, 0.0)
        self._memory = settings["memory"]
        self._turn_s = settings["turn_s"] if self._model == "random-walk" else law.turn_s
        self._low_m = torch.tensor(area_m[:2], device=device)
        self._high_m = torch.tensor(area_m[2:], device=device)

    def start(self, streams: RandomStreams, rows: Tensor, n_ue: int) -> Walks:
        """Users as they are long after the beginning (Navidi and Camp 2004), ``[n_rows, n_ue]``."""
        size_m = self._high_m - self._low_m
        place = streams.uniform(Stream.PLACE, rows, 0, 2 * n_ue).view(-1, n_ue, 2)
        shape = (len(rows), n_ue)
        walks = Walks(
            position_m=self._low_m + place * size_m,
            velocity_mps=torch.zeros(*shape, 2, device=rows.device),
            left_s=torch.zeros(shape, device=rows.device),
            legs=torch.zeros(shape, dtype=torch.int64, device=rows.device),
        )
        u = streams.uniform(Stream.PLACE, rows, 1, _DRAWS * n_ue).view(*shape, _DRAWS)
        if self._model in ("random-waypoint", "hotspots"):
            self._start_between_waypoints(walks, streams, rows)
        elif self._model != "static":
            speed_mps = self._speed_mps(u[..., 0])
            walks.velocity_mps = _towards(2 * math.pi * u[..., 1]) * speed_mps[..., None]
            walks.left_s = u[..., 2] * self._turn_s
        else:
            walks.left_s.fill_(math.inf)
        return walks

    def follow(self, streams: RandomStreams, rows: Tensor, walks: Walks) -> None:
        """Give users whose place and velocity are known a rest of their leg."""
        if self._model == "static":
            walks.left_s.fill_(math.inf)
        elif self._model in ("random-waypoint", "hotspots"):
            self._draw_rest_of_leg(walks, streams, rows)
        else:
            n_ue = walks.left_s.shape[1]
            walks.left_s = streams.uniform(Stream.PLACE, rows, 1, n_ue) * self._turn_s

    def advance(self, walks: Walks, streams: RandomStreams, rows: Tensor, by_s: float) -> None:
        """Let time pass, a small part of a leg; who has arrived begins another leg.

        Args:
            walks: of the futures `rows`.
            streams: of all futures.
            rows: ``[n_rows]``.
            by_s: how long.
        """
        moved_m = walks.position_m + walks.velocity_mps * by_s
        outside = (moved_m < self._low_m) | (moved_m > self._high_m)
        walks.velocity_mps = torch.where(outside, -walks.velocity_mps, walks.velocity_mps)
        walks.position_m = moved_m.clamp(self._low_m, self._high_m)
        walks.left_s -= by_s
        row, ue = (walks.left_s <= 0).nonzero(as_tuple=True)
        if len(row):
            self._turn(walks, streams, rows, row, ue)

    def _turn(
        self, walks: Walks, streams: RandomStreams, rows: Tensor, row: Tensor, ue: Tensor
    ) -> None:
        leg = walks.legs[row, ue] + 1
        u = torch.stack(
            [streams.uniform_each(Stream.LEG, rows[row], leg, _DRAWS * ue + i) for i in range(4)], 1
        )
        position_m, before_mps = walks.position_m[row, ue], walks.velocity_mps[row, ue]
        if self._model == "gauss-markov":
            velocity_mps, duration_s = self._remembered(before_mps, u), torch.ones_like(u[:, 0])
        elif self._model in ("random-waypoint", "hotspots"):
            target_m = self._low_m + u[:, :2] * (self._high_m - self._low_m)
            speed_mps = self._speed_mps(u[:, 2])
            distance_m = (target_m - position_m).norm(dim=1).clamp_min(1e-3)
            velocity_mps = (target_m - position_m) * (speed_mps / distance_m)[:, None]
            duration_s = distance_m / speed_mps
            if self._pause_s > 0:
                rests = before_mps.abs().sum(1) > 0
                velocity_mps = torch.where(rests[:, None], 0.0, velocity_mps)
                duration_s = torch.where(rests, u[:, 3] * self._pause_s, duration_s)
        else:
            speed_mps = self._speed_mps(u[:, 2])
            velocity_mps = _towards(2 * math.pi * u[:, 0]) * speed_mps[:, None]
            duration_s = torch.full_like(speed_mps, self._turn_s)
            if self._model == "trace":
                duration_s = -self._turn_s * u[:, 3].log()
        walks.legs[row, ue] = leg
        walks.velocity_mps[row, ue] = velocity_mps
        walks.left_s[row, ue] += duration_s

    def _remembered(self, before_mps: Tensor, u: Tensor) -> Tensor:
        """Gauss-Markov, one second later (Liang and Haas 1999)."""
        mean_mps = (self._law.speed_min_mps + self._law.speed_max_mps) / 2
        fresh_mps = mean_mps * math.sqrt(2 / math.pi) * math.sqrt(1 - self._memory**2)
        normal = math.sqrt(2) * torch.erfinv(2 * u[:, :2] - 1)
        after_mps: Tensor = self._memory * before_mps + fresh_mps * normal
        return after_mps

    def _speed_mps(self, u: Tensor) -> Tensor:
        law = self._law
        return law.speed_min_mps + u * (law.speed_max_mps - law.speed_min_mps)

    def _start_between_waypoints(self, walks: Walks, streams: RandomStreams, rows: Tensor) -> None:
        """A leg in progress is as likely as it is long, and its speed as it is slow."""
        law, size_m = self._law, self._high_m - self._low_m
        n_ue = walks.left_s.shape[1]
        open_row = torch.arange(len(rows), device=rows.device).repeat_interleave(n_ue)
        open_ue = torch.arange(n_ue, device=rows.device).repeat(len(rows))
        attempt = 2
        while len(open_row):
            u = torch.stack(
                [
                    streams.uniform_each(
                        Stream.PLACE,
                        rows[open_row],
                        torch.full_like(open_ue, attempt),
                        8 * open_ue + i,
                    )
                    for i in range(8)
                ],
                dim=1,
            )
            begin_m, end_m = self._low_m + u[:, :2] * size_m, self._low_m + u[:, 2:4] * size_m
            length_m = (end_m - begin_m).norm(dim=1)
            slowness = (law.speed_max_mps / max(law.speed_min_mps, 1e-3)) ** u[:, 5]
            speed_mps = law.speed_max_mps / slowness
            taken = u[:, 4] * size_m.norm() < length_m
            row, ue = open_row[taken], open_ue[taken]
            begin_m, end_m, part = begin_m[taken], end_m[taken], u[taken, 6]
            length_m, speed_mps = length_m[taken], speed_mps[taken]
            walks.position_m[row, ue] = begin_m + part[:, None] * (end_m - begin_m)
            walks.velocity_mps[row, ue] = (end_m - begin_m) * (speed_mps / length_m)[:, None]
            walks.left_s[row, ue] = (1 - part) * length_m / speed_mps
            self._start_pauses(walks, row, ue, u[taken, 7])
            open_row, open_ue = open_row[~taken], open_ue[~taken]
            attempt += 1

    def _start_pauses(self, walks: Walks, row: Tensor, ue: Tensor, u: Tensor) -> None:
        """Some rest at the end of their leg instead, as many as pauses are long."""
        if self._pause_s == 0:
            return
        law, size_m = self._law, self._high_m - self._low_m
        fast, slow = law.speed_max_mps, max(law.speed_min_mps, 1e-3)
        slowness = math.log(fast / slow) / (fast - slow) if fast > slow else 1 / fast
        leg_s = 0.5214 * float(size_m.mean()) * slowness  # mean distance in a unit square
        resting = self._pause_s / 2 / (self._pause_s / 2 + leg_s)
        chosen = u < resting
        row, ue, left = row[chosen], ue[chosen], 1 - (1 - u[chosen] / resting).sqrt()
        rest_m = walks.velocity_mps[row, ue] * walks.left_s[row, ue, None]
        walks.position_m[row, ue] += rest_m
        walks.velocity_mps[row, ue] = 0.0
        walks.left_s[row, ue] = left * self._pause_s

    def _draw_rest_of_leg(self, walks: Walks, streams: RandomStreams, rows: Tensor) -> None:
        """Where the waypoint lies ahead, given place and direction.

        Among the legs through a point in a given direction, those that reach r ahead of it have a
        density in proportion to ``r + a/2``, a being the way behind it to the edge of the area:
        begin and end of a leg are uniform over the area, which in polar coordinates about the
        point is ``(a' + r) da' dr``, integrated over a' from 0 to a.
        """
        speed_mps = walks.velocity_mps.norm(dim=-1)
        direction = walks.velocity_mps / speed_mps.clamp_min(1e-6)[..., None]
        ahead_m = self._to_edge_m(walks.position_m, direction)
        behind_m = self._to_edge_m(walks.position_m, -direction)
        u = streams.uniform(Stream.PLACE, rows, 1, speed_mps.shape[1])
        whole = u * (ahead_m**2 + behind_m * ahead_m)
        rest_m = ((behind_m**2 / 4 + whole).sqrt() - behind_m / 2).clamp_min(0.0)
        resting = speed_mps < 1e-3
        walks.left_s = torch.where(resting, u * self._pause_s, rest_m / speed_mps.clamp_min(1e-3))

    def _to_edge_m(self, position_m: Tensor, direction: Tensor) -> Tensor:
        room_m = torch.where(direction > 0, self._high_m - position_m, position_m - self._low_m)
        ways_m = room_m.clamp_min(0.0) / direction.abs().clamp_min(1e-6)
        return ways_m.min(dim=-1).values


def _towards(angle: Tensor) -> Tensor:
    return torch.stack([angle.cos(), angle.sin()], dim=-1)
