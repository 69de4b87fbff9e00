# SPDX-License-Identifier: MIT
"""A network that exists in the twin only: its declarations are the scenario's own."""

from __future__ import annotations

import dataclasses

import pydantic

import ns3_scenarios
from ns3_bridge import LocalHost, Schema
from ns3_bridge.settings import NestedSettings
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.model.declaration import check_replaced, check_users_stay
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.rollout.rollout import Place, Rollout


@dataclasses.dataclass(frozen=True)
class TwinNetwork:
    """Settings, fields and constants of a network whose rollouts the twin computes.

    Attributes:
        settings: all settings of the scenario, checked.
        schema: fields and tables that it declares under them.
        ns3_version: of the ns-3 that the scenario is built with.
        parameters: the twin's constants.
        place: the network as `Rollout` takes it.

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
        host = LocalHost(ns3_scenarios.program(scenario), settings)
        check_replaced(host.schema)
        check_users_stay(host.schema)
        values = host.settings.model_dump()
        if parameters is None:
            parameters = prior_parameters(values, host.schema.radio, host.schema.scenario)
        elif parameters.n_bs != values["n_bs"]:
            raise UnsuitableNetwork(
                f"the parameters are of {parameters.n_bs} base stations, not of {values['n_bs']}"
            )
        bs_position_m = host.schema.observation("bs_position_m").constant
        if bs_position_m is None:
            raise UnsuitableNetwork(
                f"{host.schema.scenario} does not declare where its base stations stand:"
                " bs_position_m is no constant"
            )
        place = Place(
            settings=values,
            bs_position_m=bs_position_m,
            duration_s=values["duration_s"],
            begin_s=values["warmup_s"],
        )
        return cls(host.settings, host.schema, host.ns3_version, parameters, place)

    def rollout(self, batch: int, threads: int = 1) -> Rollout:
        """Rollouts of this network; `Rollout.start` them."""
        return Rollout(self.parameters, self.place, batch, threads)
