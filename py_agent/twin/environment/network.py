# SPDX-License-Identifier: MIT
"""A network that exists in the twin only: its declarations are the scenario's own."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import pydantic

import ns3_scenarios
from ns3_bridge import InvalidSetting, LocalHost, Schema
from ns3_bridge.episode_settings import check_same_spaces
from ns3_bridge.settings import NestedSettings, merged
from py_agent.learning.learning_settings import check_reset_settings
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.model.declaration import check_arrivals, check_replaced
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import parameters_of
from py_agent.twin.model.traffic import check_drawn
from py_agent.twin.rollout.rollout import Place, Rollout


class NetworkSource(NamedTuple):
    """What a `TwinNetwork` is made of.

    Attributes:
        settings: nested, as given.
        parameters: constants, if they were given.
        scenario: its name, or the path of its program.
    """

    settings: NestedSettings | None
    parameters: TwinParameters | None
    scenario: str


@dataclasses.dataclass(frozen=True)
class TwinNetwork:
    """Settings, fields and constants of a network whose rollouts the twin computes.

    Attributes:
        settings: all settings of the scenario, checked.
        schema: fields and tables that it declares under them.
        ns3_version: of the ns-3 that the scenario is built with.
        parameters: the twin's constants.
        place: the network as `Rollout` takes it.
        source: what it was made of.

    Example:
        >>> network = TwinNetwork.of({"n_ue": 2, "n_bs": 3})
        >>> network.schema.sizes["ue"], network.parameters.n_bs, len(network.place.bs_position_m)
        (2, 3, 3)
    """

    settings: pydantic.BaseModel
    schema: Schema
    ns3_version: str
    parameters: TwinParameters
    place: Place
    source: NetworkSource

    @classmethod
    def of(
        cls,
        settings: NestedSettings | None = None,
        parameters: TwinParameters | None = None,
        scenario: str = "cellular",
    ) -> TwinNetwork:
        """A scenario under these settings.

        Its program says, by ``--describe``, which fields there are and where the base stations
        stand; nothing is simulated in ns-3.

        Args:
            settings: nested settings of the scenario; the rest is default.
            parameters: constants, e.g. calibrated ones; None: what the settings say.
            scenario: an installed one's name, or the path of a program.

        Raises:
            InvalidSetting: a setting is unknown, out of bounds, or none that the twin can follow.
            UnsuitableNetwork: the scenario does not declare what the twin needs, or the parameters
                are those of another network.
            UnknownScenario: there is none of this name.
            UnknownRadio: no plug-in knows the scenario's radio.
        """
        source = NetworkSource(settings, parameters, scenario)
        host = LocalHost(ns3_scenarios.program(scenario), settings)
        check_replaced(host.schema)
        values = host.settings.model_dump()
        check_arrivals(host.schema, values)
        check_drawn(values["traffic"])
        parameters = parameters_of(values, host.schema.radio, host.schema.scenario, parameters)
        bs_position_m = host.schema.observation("bs_position_m").constant
        if bs_position_m is None:
            raise UnsuitableNetwork(
                f"{host.schema.scenario} does not declare where its base stations stand:"
                " bs_position_m is not constant"
            )
        place = Place(
            settings=values,
            bs_position_m=bs_position_m,
            duration_s=values["duration_s"],
            begin_s=values["warmup_s"],
        )
        return cls(host.settings, host.schema, host.ns3_version, parameters, place, source)

    def under(self, settings: NestedSettings) -> TwinNetwork:
        """This network under other settings, with the same spaces.

        Raises:
            InvalidSetting: a setting is unknown, out of bounds, or changes the spaces; or the
                constants were given, which are those of one network.
        """
        check_reset_settings(settings)
        given, parameters, scenario = self.source
        if parameters is not None:
            raise InvalidSetting(
                "the twin was given its constants (parameters=…), which are those of the settings"
                " that it was made with: make another environment"
            )
        network = TwinNetwork.of(merged(given, settings), None, scenario)
        check_same_spaces(self.schema, network.schema)
        return network

    def __reduce__(self) -> tuple[Any, ...]:
        return TwinNetwork.of, tuple(self.source)

    def rollout(self, batch: int, threads: int = 1) -> Rollout:
        """Rollouts of this network; `Rollout.start` them."""
        return Rollout(self.parameters, self.place, batch, threads)
