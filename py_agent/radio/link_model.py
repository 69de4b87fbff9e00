# SPDX-License-Identifier: MIT
"""What a radio's plug-in offers, and how the one of a network is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from ns3_bridge.plugins import Plugins
from py_agent.contract import Network, Observation
from py_agent.radio.errors import UnknownRadio
from py_agent.radio.parameters import RadioParameters

Floats = NDArray[np.float64]
Integers = NDArray[np.int32]
Users = NDArray[np.intp]


class LinkModel(Protocol):
    """A radio under the settings of one network; all arrays may have leading batch dimensions.

    Attributes:
        name: as the scenario's schema says it.
        Parameters: its part of `TwinParameters`.
        weakest_db: strength that stands for a station which is not heard at all.
        needed: observation fields that `strength_db` and `rate_bps` read.
        needed_serving: those that `serving_rate_bps` and `quality_db` read.
        followed: those from which the twin learns links.
        parameters: constants; the settings' own unless others are given.
    """

    name: ClassVar[str]
    Parameters: ClassVar[type[RadioParameters]]
    weakest_db: ClassVar[float]
    needed: ClassVar[tuple[str, ...]]
    needed_serving: ClassVar[tuple[str, ...]]
    followed: ClassVar[tuple[str, ...]]

    def __init__(
        self, settings: Mapping[str, Any], parameters: RadioParameters | None = None
    ) -> None: ...

    @property
    def parameters(self) -> RadioParameters:
        """Constants in force."""
        ...

    def strength_db(self, observation: Observation) -> NDArray[Any]:
        """How well each user hears each station, ``[..., n_ue, n_bs]``."""
        ...

    def rate_bps(self, observation: Observation) -> Floats:
        """Of a user alone at each station, nothing measured of it there, ``[..., n_ue, n_bs]``."""
        ...

    def serving_rate_bps(self, observation: Observation) -> Floats:
        """Of a user alone at its serving station, by what is measured, ``[..., n_ue]``."""
        ...

    def quality_db(self, observation: Observation) -> Floats:
        """Measured quality of the serving link, on which its rate depends, ``[..., n_ue]``."""
        ...

    def granted(self, observation: Observation) -> Floats:
        """Part of the band that users were granted in the last slot, mean, ``[..., n_ue]``."""
        ...

    def estimator(self, n_ue: int, bs_position_m: Floats, *, online: bool) -> LinkEstimator:
        """A twin's belief of all links, from the parameters on.

        Args:
            n_ue: users.
            bs_position_m: ``[n_bs, 2]``.
            online: whether the parameters, too, go on learning.
        """
        ...

    def rebuilt(self, rollouts: RolloutState) -> Mapping[str, Callable[[], NDArray[Any]]]:
        """Functions that make the radio's observation fields of rollouts, by name."""
        ...

    def calibrated(self, runs: Sequence[Recorded]) -> RadioParameters:
        """The parameters, fitted to recorded runs.

        Raises:
            NothingToLearn: they hold too little.
        """
        ...


class RolloutState(Protocol):
    """What the fields of a radio are rebuilt from: the state of a batch of the twin's rollouts.

    Attributes:
        n_bs: base stations.
        slot_s: length of a slot.
        state: arrays by name, see `py_agent.twin.rollout.rollout.Rollout`.
        links: the same of the radio.
    """

    n_bs: int
    slot_s: float
    state: Mapping[str, NDArray[Any]]
    links: Mapping[str, NDArray[Any]]

    @property
    def pipeline_s(self) -> float:
        """What the upload of a task takes beside its bits over its rate."""
        ...


class LinkEstimator(Protocol):
    """Follows every user's links."""

    @property
    def parameters(self) -> RadioParameters:
        """In force now."""
        ...

    def advance(self, by_s: float) -> None:
        """Time passes."""

    def observe(self, report: LinkReport) -> None:
        """Take what some users have reported."""

    def refresh(self) -> None:
        """A frame starts: put in force what is learned slowly."""

    def belief(self, age_s: Floats, walked_m: Floats) -> LinkBelief:
        """What is believed, extrapolated from users' last reports.

        Args:
            age_s: of these, ``[n_ue]``.
            walked_m: since then, ``[n_ue]``.
        """
        ...


class LinkBelief(Protocol):
    """What is believed of all links at one moment: a dataclass, whose arrays are finite."""

    def uncertain(self) -> Mapping[str, tuple[Floats, Floats]]:
        """Mean and standard deviation of what rollouts draw, by name of the radio's arrays."""
        ...

    def strength_db(self, position_m: Floats) -> Floats:
        """Expected strength of every link, of users at ``[n_ue, 2]``, ``[n_ue, n_bs]``."""
        ...

    def strength_ahead_db(
        self, position_m: Floats, position_sd_m: Floats, walked_m: Floats
    ) -> tuple[Floats, Floats]:
        """The same and its standard deviation after a walk, ``[n_ue, n_bs]`` each.

        Args:
            position_m: where users will be, ``[n_ue, 2]``.
            position_sd_m: how surely, per axis, ``[n_ue]``.
            walked_m: until then, ``[n_ue]``.
        """
        ...

    def rate_ahead_bps(self, position_m: Floats, walked_m: Floats) -> Floats:
        """Rate of users alone at each station after a walk, ``[n_ue, n_bs]``."""
        ...

    def serving_rate_bps(
        self, position_m: Floats, serving_bs: Integers, latest: Observation
    ) -> tuple[Floats, Floats]:
        """Rate that a whole band would give users now, and the sd of its logarithm.

        Args:
            position_m: of users, ``[n_ue, 2]``.
            serving_bs: -1: none, ``[n_ue]``.
            latest: last reports of all fields: who has sent disturbs the others.

        Returns:
            ``[n_ue]`` each.
        """
        ...

    def failure(self, position_m: Floats, serving_bs: Integers) -> Floats:
        """Probability that a handover to each station fails, ``[n_ue, n_bs]``."""
        ...


@dataclasses.dataclass(frozen=True)
class LinkReport:
    """What some users have reported of one moment.

    Attributes:
        users: who, ``[n]``.
        during_s: since their last reports, ``[n]``.
        walked_m: meanwhile, ``[n]``.
        changed: whose serving station is another one than before, ``[n]``.
        values: their reports by field, NaN where not believable, ``[n, ...]``.
        latest: last believable values of all users, ``[n_ue, ...]``.
        position_m: where all users are believed, ``[n_ue, 2]``.
        located: users whose place is known, ``[n_ue]``.
    """

    users: Users
    during_s: Floats
    walked_m: Floats
    changed: NDArray[np.bool_]
    values: Mapping[str, Floats]
    latest: Mapping[str, Floats]
    position_m: Floats
    located: NDArray[np.bool_]


class Recorded(Protocol):
    """A recorded run."""

    @property
    def slot_s(self) -> float:
        """Length of a slot."""
        ...

    def field(self, name: str) -> NDArray[Any]:
        """An observation before every slot and after the last one, ``[n_slots + 1, ...]``."""
        ...

    def table(self, name: str) -> Mapping[str, NDArray[Any]]:
        """Columns of a table of records."""
        ...


#: Plug-ins by the name that a scenario's schema says.
RADIOS: Plugins[type[LinkModel]] = Plugins("ns3_twin.radios", "radio", UnknownRadio)


def load_radio(name: str) -> type[LinkModel]:
    """The plug-in of an access network.

    Raises:
        UnknownRadio: there is none.
        BrokenPlugin: a package registers it, and it cannot be imported.
    """
    if not name:
        raise UnknownRadio("the scenario declares no radio (C++: schema.DescribeRadio)")
    return RADIOS.load(name)


def link_model_of(network: Network) -> LinkModel:
    """The radio of a network, under its settings.

    Raises:
        UnknownRadio: no plug-in knows it.
    """
    return load_radio(network.schema.radio)(network.settings)


def strongest(strength_db: NDArray[Any]) -> Integers:
    """The station that each user hears best, ``[..., n_ue]``, of ``[..., n_ue, n_bs]``."""
    best: Integers = strength_db.argmax(axis=-1).astype(np.int32)
    return best


def candidates(strength_db: NDArray[Any], window_db: float) -> NDArray[np.bool_]:
    """Stations heard at most so much weaker than the best one, ``[..., n_ue, n_bs]``."""
    near: NDArray[np.bool_] = strength_db >= strength_db.max(axis=-1, keepdims=True) - window_db
    return near
