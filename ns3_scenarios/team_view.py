# SPDX-License-Identifier: MIT
"""One network seen and decided by its base stations, each on its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ns3_bridge import InvalidSetting, Schema
from ns3_bridge.spaces import space_of
from ns3_scenarios.axes import element, without_axis

Fields: TypeAlias = dict[str, NDArray[Any]]

SERVED = "served"


class TeamView:
    """Who serves whom, what each base station sees of that, and what their decisions make together.

    A base station sees its own part of a field with an axis ``bs``, the whole of every other field,
    and in ``served [n_ue]`` (0 or 1) which users it serves. Each decides for all users, and for a
    user the decision of the base station that serves it counts. For a user without one, the one
    that served it last goes on to decide.

    Args:
        schema: of a scenario with users and base stations.

    Attributes:
        agents: names of the base stations, ``bs_0``, ``bs_1``, ….
        observation_space: what each of them sees.
        serving: who decides for each user, ``[n_ue]``.

    Raises:
        InvalidSetting: the scenario has no users and base stations.

    Example:
        >>> from ns3_bridge import Field
        >>> serving = Field("serving_bs", "int32", (2,), "1", -1, 1, dims=("ue",), missing=-1)
        >>> heard = Field("rsrp_dbm", "float32", (2, 2), "dBm", -140, 0, dims=("ue", "bs"))
        >>> share = Field("share", "float32", (2,), "1", 0, 1, dims=("ue",))
        >>> view = TeamView(Schema("toy", 0, 0, "1", "", (serving, heard), (share,), {}, ()))
        >>> view.begin({"serving_bs": np.array([1, 0])})
        >>> rsrp_dbm = np.array([[-90, -80], [-70, -99]], np.float32)
        >>> seen = view.split({"serving_bs": view.serving, "rsrp_dbm": rsrp_dbm})
        >>> seen["bs_1"]["rsrp_dbm"].tolist(), seen["bs_1"]["served"].tolist()
        ([-80.0, -99.0], [1, 0])
        >>> of_each = {"bs_0": {"share": np.zeros(2)}, "bs_1": {"share": np.ones(2)}}
        >>> view.joint(of_each)["share"].tolist()
        [1.0, 0.0]
    """

    def __init__(self, schema: Schema) -> None:
        sizes = schema.sizes
        if not {"ue", "bs"} <= set(sizes):
            raise InvalidSetting(
                f"scenario {schema.scenario} declares no axes ue and bs, only {list(sizes)}: "
                "it cannot be a team"
            )
        self._n_ue, self._n_bs = sizes["ue"], sizes["bs"]
        self._serving_bs = schema.observation("serving_bs")
        self._actions = [field.name for field in schema.actions]
        self._bs_axis = {field.name: field.axis("bs") for field in schema.observations}
        self.agents = [f"bs_{m}" for m in range(self._n_bs)]
        self.serving: NDArray[Any] = np.zeros(self._n_ue, int)
        own: dict[str, spaces.Space[Any]] = {
            field.name: space_of(without_axis(field, self._bs_axis[field.name]))
            for field in schema.observations
        }
        own[SERVED] = spaces.MultiBinary(self._n_ue)
        self.observation_space = spaces.Dict(own)

    def begin(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """An episode begins: who is not connected is the first base station's."""
        self.serving = np.zeros(self._n_ue, int)
        self.follow(observation)

    def follow(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """A slot has passed."""
        connected = self._serving_bs.present(observation["serving_bs"])
        self.serving = np.where(connected, observation["serving_bs"], self.serving)

    def split(self, observation: Mapping[str, NDArray[Any]]) -> dict[str, Fields]:
        """What each base station sees."""
        return {agent: self._own(observation, m) for m, agent in enumerate(self.agents)}

    def joint(self, actions: Mapping[str, Mapping[str, NDArray[Any]]]) -> Fields:
        """What all decide together, of the decisions of each: per action field ``[n_ue]``."""
        users = np.arange(self._n_ue)
        return {
            name: np.stack([actions[agent][name] for agent in self.agents])[self.serving, users]
            for name in self._actions
        }

    def _own(self, observation: Mapping[str, NDArray[Any]], m: int) -> Fields:
        own = {name: element(value, self._bs_axis[name], m) for name, value in observation.items()}
        served = self.serving == m
        if "present" in observation:  # nobody serves those who are away
            served &= observation["present"] > 0
        own[SERVED] = served.astype(np.int8)
        return own
