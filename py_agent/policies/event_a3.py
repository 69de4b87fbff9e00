# SPDX-License-Identifier: MIT
"""Handover by event A3: a neighbour is better than the serving station, and stays so."""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Network, Observation, present
from py_agent.policies.knobs import check_knob
from py_agent.radio.link_model import link_model_of, strongest

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_MEASURED_EVERY_S = 0.2  # TS 36.133, 8.1.2.2.1.1: what the filter coefficient refers to
# TS 36.331, 6.3.5: what a network can configure.
_BOUNDS = {
    "offset_db": (-15.0, 15.0),
    "hysteresis_db": (0.0, 15.0),
    "time_to_trigger_s": (0.0, 5.12),
    "filter_coefficient": (0.0, 19.0),
}


class EventA3:
    """Stays until event A3 is reported of another station, then takes the best reported one.

    TS 36.331, 5.5.4.4, without offsets of single frequencies and cells: a station of strength M_n
    enters where ``M_n − Hys > M_p + Off`` holds for the time to trigger, M_p the serving one's,
    and leaves where ``M_n + Hys < M_p + Off`` holds as long. M are filtered by layer 3 (5.5.3.2):
    ``F ← (1 − a) F + a M``, ``a = 2^{−k/4}`` per 200 ms.

    Conditions are watched in every slot, handovers are commanded with the next frame: a time to
    trigger below a frame counts, but a frame is the earliest moment. Who has no station takes the
    strongest.

    The values in force are those that ``python -m benchmarks a3_sweep`` finds.

    Args:
        offset_db: Off, ``a3-Offset``.
        hysteresis_db: Hys.
        time_to_trigger_s: how long a condition must hold.
        filter_coefficient: k; 0: no filter.

    Raises:
        InvalidSetting: a value that TS 36.331 does not allow.

    Example:
        >>> import ns3_scenarios
        >>> env = ns3_scenarios.make("cellular", {"n_ue": 2, "n_bs": 2})
        >>> rule = EventA3(offset_db=3, hysteresis_db=0, time_to_trigger_s=0, filter_coefficient=0)
        >>> rule.begin(Network("cellular", env.settings.model_dump(), env.schema))
        >>> heard = np.array([[-80, -78], [-80, -76]])  # by 2 and by 4 dB better
        >>> seen = {"rsrp_dbm": heard, "serving_bs": np.zeros(2, np.int32), "time_s": np.ones(1)}
        >>> rule.associate(seen).tolist()
        [0, 1]
        >>> env.close()
    """

    batched = True

    def __init__(
        self,
        offset_db: float = 2.0,
        hysteresis_db: float = 0.0,
        time_to_trigger_s: float = 0.04,
        filter_coefficient: float = 4.0,
    ) -> None:
        given = (offset_db, hysteresis_db, time_to_trigger_s, filter_coefficient)
        for (name, (low, high)), value in zip(_BOUNDS.items(), given, strict=True):
            check_knob("event A3", name, value, low, high)
        self._offset_db = offset_db
        self._hysteresis_db = hysteresis_db
        self._trigger_s = time_to_trigger_s
        self._weight = 2 ** (-filter_coefficient / 4)
        self._memory: _Memory | None = None

    def begin(self, network: Network) -> None:
        """Nothing is remembered of runs before."""
        self._link = link_model_of(network)
        network.require(*self._link.needed, "serving_bs", "time_s")
        self._memory = None

    def watch(self, observation: Observation) -> None:
        """See whose conditions hold, and since when; once per moment."""
        memory = self._remembered(observation)
        time_s = observation["time_s"][..., None].astype(np.float64)  # [..., 1, 1]
        passed_s = time_s - memory.time_s
        if not (passed_s > 0).any():
            return
        memory.time_s = time_s
        strength_db = self._link.strength_db(observation).astype(np.float64)
        serving = observation["serving_bs"]
        there = np.broadcast_to(present(observation), serving.shape)
        memory.start_filters(~(memory.there & there), strength_db)
        memory.there = there.copy()
        memory.filter(strength_db, 1 - self._weight, passed_s)
        stays = (serving == memory.serving)[..., None]
        memory.serving = serving.copy()
        own_db = np.take_along_axis(memory.strength_db, np.maximum(serving, 0)[..., None], -1)
        better_db = memory.strength_db - own_db - self._offset_db
        own = serving[..., None]
        others = (np.arange(better_db.shape[-1]) != own) & (own >= 0)
        enters, leaves = better_db > self._hysteresis_db, better_db < -self._hysteresis_db
        memory.enters_s = _since(memory.enters_s, enters & others, stays, time_s)
        memory.leaves_s = _since(memory.leaves_s, leaves & others, stays, time_s)
        # A slot's start is known to some 1e-9 s only.
        entered, left = (
            time_s - since_s >= self._trigger_s - 1e-6
            for since_s in (memory.enters_s, memory.leaves_s)
        )
        memory.reported = ((memory.reported & stays) | entered) & ~left

    def associate(self, observation: Observation) -> NDArray[np.int32]:
        """The base station of every user, ``[..., n_ue]``."""
        self.watch(observation)
        memory = self._remembered(observation)
        reported_db = np.where(memory.reported, memory.strength_db, -np.inf)
        serving = np.where(memory.reported.any(axis=-1), strongest(reported_db), memory.serving)
        chosen: NDArray[np.int32] = np.where(
            serving >= 0, serving, strongest(memory.strength_db)
        ).astype(np.int32)
        return chosen

    def _remembered(self, observation: Observation) -> _Memory:
        """What is known of each network; nothing of those that have started anew."""
        time_s = observation["time_s"][..., None]
        strength_db = self._link.strength_db(observation).astype(np.float64)
        if self._memory is None or self._memory.strength_db.shape != strength_db.shape:
            self._memory = _Memory.empty(strength_db)
        elif (starts := time_s < self._memory.time_s).any():
            self._memory = self._memory.without(starts)
        return self._memory


@dataclasses.dataclass
class _Memory:
    """Of one network or of a batch.

    Attributes:
        time_s: of the last look; −inf: never, ``[..., 1, 1]``.
        serving: base stations then, ``[..., n_ue]``.
        there: users that were there then, ``[..., n_ue]``.
        strength_db: filtered, ``[..., n_ue, n_bs]``, as all that follows.
        enters_s: since when the entering condition holds; inf: it does not.
        leaves_s: likewise the leaving condition.
        reported: stations of which the event is reported.
    """

    time_s: Floats
    serving: NDArray[np.int32]
    there: Flags
    strength_db: Floats
    enters_s: Floats
    leaves_s: Floats
    reported: Flags

    @classmethod
    def empty(cls, strength_db: Floats) -> _Memory:
        """Of networks that nobody has looked at."""
        return cls(
            time_s=np.full((*strength_db.shape[:-2], 1, 1), -np.inf),
            serving=np.full(strength_db.shape[:-1], -1, np.int32),
            there=np.zeros(strength_db.shape[:-1], bool),
            strength_db=strength_db,
            enters_s=np.full(strength_db.shape, np.inf),
            leaves_s=np.full(strength_db.shape, np.inf),
            reported=np.zeros(strength_db.shape, bool),
        )

    def start_filters(self, which: Flags, strength_db: Floats) -> None:
        """The first measurement of a user is its filtered value (5.5.3.2), ``which[..., n_ue]``."""
        self.strength_db = np.where(which[..., None], strength_db, self.strength_db)

    def without(self, which: Flags) -> _Memory:
        """The same, with nothing of some networks, ``[..., 1, 1]``."""
        empty = _Memory.empty(self.strength_db)
        kept = {}
        for field in dataclasses.fields(self):
            mine = getattr(self, field.name)
            mask = which[..., 0] if mine.ndim < which.ndim else which
            kept[field.name] = np.where(mask, getattr(empty, field.name), mine)
        return _Memory(**kept)

    def filter(self, measured_db: Floats, keeps: float, passed_s: Floats) -> None:
        """Layer 3: what is kept of the past falls to `keeps` within a measurement period."""
        past = keeps ** (passed_s / _MEASURED_EVERY_S)
        self.strength_db = past * self.strength_db + (1 - past) * measured_db


def _since(before_s: Floats, holds: Flags, stays: Flags, time_s: Floats) -> Floats:
    """Since when a condition holds; what held of another serving station does not count."""
    return np.where(holds, np.where(stays, np.minimum(before_s, time_s), time_s), np.inf)
