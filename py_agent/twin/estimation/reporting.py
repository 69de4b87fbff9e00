# SPDX-License-Identifier: MIT
"""How reports come to the twin: now and then, late, twice, or never, and at which cost."""

from __future__ import annotations

import dataclasses
import heapq
import itertools
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import numpy as np
import pydantic
from numpy.typing import NDArray

from ns3_bridge import Field

Probability = Annotated[float, pydantic.Field(ge=0, le=1)]


class ReportingSettings(pydantic.BaseModel):
    """The channel between the physical network and its twin.

    Attributes:
        period_s: time between two reports of a user, or of the cells; 0: one in every slot.
        loss: probability that a report never comes.
        delay_s: mean delay of a report, exponential; reports may overtake each other.
        duplicates: probability that a report comes twice.

    Example:
        >>> ReportingSettings(period_s=0.1, loss=0.05).delay_s
        0.0
    """

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)

    period_s: Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)] = 0.0
    loss: Probability = 0.0
    delay_s: Annotated[float, pydantic.Field(ge=0, allow_inf_nan=False)] = 0.0
    duplicates: Probability = 0.0


@dataclasses.dataclass(frozen=True)
class Report:
    """What some users, or the cells, had measured at one moment.

    Attributes:
        time_s: of the measurement.
        users: who reports, ``[n]``; None: the cells.
        values: by name of the field, ``[n, ...]``; of cells, whole fields.
    """

    time_s: float
    users: NDArray[np.intp] | None
    values: Mapping[str, NDArray[Any]]


def user_fields(fields: Iterable[Field]) -> list[Field]:
    """Those that users report: one row per user. What is neither theirs nor of cells is clocks."""
    return [field for field in fields if field.dims[:1] == ("ue",)]


def cell_fields(fields: Iterable[Field]) -> list[Field]:
    """Those that cells report: one row per cell."""
    return [field for field in fields if field.dims[:1] == ("bs",)]


class ReportingChannel:
    """Turns observations into reports, as `ReportingSettings` say.

    Users' periods start at random phases, so that they do not all report in one slot.

    Args:
        settings: of the channel.
        fields: declared observations.
        n_ue: users.
        seed: of phases, losses and delays.

    Attributes:
        bits: sent so far, lost and doubled reports included, in the fields' own types.

    Example:
        >>> seen = (Field("position_m", "float32", (4, 2), "m", -1e6, 1e6, dims=("ue", "xy")),)
        >>> channel = ReportingChannel(ReportingSettings(), seen, n_ue=4, seed=1)
        >>> observation = {"time_s": np.zeros(1), "position_m": np.zeros((4, 2), np.float32)}
        >>> users, cells = channel.carry(observation)
        >>> users.users.tolist()
        [0, 1, 2, 3]
        >>> channel.bits
        256.0
    """

    def __init__(
        self, settings: ReportingSettings, fields: tuple[Field, ...], n_ue: int, seed: int
    ) -> None:
        self._settings = settings
        self._rng = np.random.default_rng([seed, 7])
        self._cell_names = [field.name for field in cell_fields(fields)]
        self._user_names = [field.name for field in user_fields(fields)]
        bits = {f.name: 8 * np.dtype(f.dtype).itemsize * int(np.prod(f.shape)) for f in fields}
        self._user_bit = sum(bits[name] for name in self._user_names) / n_ue
        self._cell_bit = sum(bits[name] for name in self._cell_names)
        # One phase per user, one for the cells.
        self._due_s = self._rng.uniform(0, settings.period_s, n_ue + 1)
        self._due_s += -np.inf if settings.period_s == 0 else 0.0
        self._started = False
        self._under_way: list[tuple[float, int, Report]] = []
        self._order = itertools.count()
        self.bits = 0.0

    def carry(self, observation: Mapping[str, NDArray[Any]]) -> list[Report]:
        """Send what is due of an observation; return the reports that arrive until its time."""
        now_s = float(observation["time_s"][0])
        if not self._started:
            self._due_s += now_s
            self._started = True
        due = self._due_s <= now_s
        if self._settings.period_s > 0:
            periods = np.floor((now_s - self._due_s[due]) / self._settings.period_s) + 1
            self._due_s[due] += periods * self._settings.period_s
        users = np.flatnonzero(due[:-1])
        self.bits += len(users) * self._user_bit + bool(due[-1]) * self._cell_bit
        self._send(now_s, observation, users, bool(due[-1]))
        arrived = []
        while self._under_way and self._under_way[0][0] <= now_s:
            arrived.append(heapq.heappop(self._under_way)[2])
        return arrived

    def _send(
        self,
        now_s: float,
        observation: Mapping[str, NDArray[Any]],
        users: NDArray[np.intp],
        with_cells: bool,
    ) -> None:
        settings = self._settings
        if settings.loss == 0 and settings.delay_s == 0 and settings.duplicates == 0:
            if len(users):
                self._post(Report(now_s, users, self._values_of(users, observation)))
            if with_cells:
                cells = {name: observation[name] for name in self._cell_names}
                self._post(Report(now_s, None, cells))
            return
        for copy in range(2):
            # The second round carries the duplicates alone.
            chance = settings.duplicates if copy else 1.0
            sent = users[self._rng.random(len(users)) < chance]
            self.bits += copy * len(sent) * self._user_bit
            kept = sent[self._rng.random(len(sent)) >= settings.loss]
            groups = (
                [kept] if settings.delay_s == 0 else [kept[i : i + 1] for i in range(len(kept))]
            )
            for group in groups:
                if len(group):
                    self._post(Report(now_s, group, self._values_of(group, observation)))
            if with_cells and self._rng.random() < chance * (1 - settings.loss):
                cells = {name: observation[name] for name in self._cell_names}
                self._post(Report(now_s, None, cells))
            if settings.duplicates == 0:
                return

    def _values_of(
        self, users: NDArray[np.intp], observation: Mapping[str, NDArray[Any]]
    ) -> dict[str, NDArray[Any]]:
        if len(users) == len(self._due_s) - 1:  # all, in order
            return {name: np.asarray(observation[name]) for name in self._user_names}
        return {name: observation[name][users] for name in self._user_names}

    def _post(self, report: Report) -> None:
        delay_s = self._rng.exponential(self._settings.delay_s) if self._settings.delay_s else 0.0
        heapq.heappush(self._under_way, (report.time_s + delay_s, next(self._order), report))
