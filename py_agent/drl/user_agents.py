# SPDX-License-Identifier: MIT
"""All users of all networks as one vector environment: how agents share their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv

from py_agent.drl.agent import ACTIONS
from py_agent.drl.features import FEATURES, user_features
from py_agent.policies.association import AssociationRule
from py_agent.policies.base import Network
from py_agent.policies.cell_work import CellWork, WorkMeter
from py_agent.policies.fill import FillDivider

_TASK_REWARD = 0.1  # keeps returns of order one


class UserAgents(VecEnv):
    """An environment of stable-baselines3 per user of every network.

    Observation: `user_features`. Action: shifts of the priorities of `fill` in [−1, 1], times
    `reach`. The reward of a slot is local to the base station: minus the tasks of all users that
    share the cell, over 10 (Little's law turns it into delay). Users are grouped by cell in every
    slot anew; a user that changes cells takes its agent along.

    Works on any vector environment with the fields of `cellular`: ns-3's and the twin's.

    Args:
        networks: many of one kind, which reset themselves within the step that ends an episode.
        network: what is known of each.
        association: chooses base stations, for a batch.
        reach: β.
    """

    def __init__(
        self,
        networks: VectorEnv[Any, Any, Any],
        network: Network,
        association: AssociationRule,
        reach: float,
    ) -> None:
        self._networks = networks
        self._reach = reach
        self._association = association
        self._association.begin(network)
        self._meter = WorkMeter(network)
        self._divider = FillDivider(network)
        self._slots_per_frame = network.settings["slots_per_frame"]
        self._n_ue: int = network.settings["n_ue"]
        shape = (len(FEATURES),)
        super().__init__(
            networks.num_envs * self._n_ue,
            spaces.Box(-np.inf, np.inf, shape, np.float32),
            spaces.Box(-1.0, 1.0, (len(ACTIONS),), np.float32),
        )
        self._shift = np.zeros((networks.num_envs, self._n_ue, len(ACTIONS)), np.float32)

    def reset(self) -> NDArray[np.float32]:
        """Start all networks anew, under seeds drawn from the one given to `seed`."""
        seed = self._seeds[0]
        self._observation, _ = self._networks.reset(seed=seed)
        self._reset_seeds()
        return self._look()

    def step_async(self, actions: NDArray[np.float32]) -> None:
        """Take the agents' outputs, ``[num_envs, len(ACTIONS)]``."""
        self._shift = actions.reshape(self._shift.shape)

    def step_wait(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Let a slot pass."""
        shift = {name: self._reach * self._shift[..., i] for i, name in enumerate(ACTIONS)}
        shares = self._divider.divide(self._work, self._observation, shift)
        decision = {"association": self._frame, **shares}
        self._observation, _, _, truncated, infos = self._networks.step(decision)
        last = self._look(), self._rewards()
        done = np.repeat(truncated, self._n_ue)
        told: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if truncated.any():
            self._tell_ends(truncated, infos, told)
        return last[0], last[1], done, told

    def _tell_ends(
        self, truncated: NDArray[np.bool_], infos: Mapping[str, Any], told: list[dict[str, Any]]
    ) -> None:
        """Episodes only end because their time is over: the value of what follows counts."""
        for i in np.flatnonzero(truncated).tolist():
            final = infos["final_obs"][i]
            work = self._meter.measure(final)
            features = user_features(work, final, self._slots_per_frame)
            for ue in range(self._n_ue):
                told[i * self._n_ue + ue] = {
                    "terminal_observation": features[ue],
                    "TimeLimit.truncated": True,
                }

    def _look(self) -> NDArray[np.float32]:
        first = self._observation["slot_in_frame"].reshape(-1) == 0
        if first.any():
            self._frame = self._association.associate(self._observation)
        self._work: CellWork = self._meter.measure(self._observation)
        features = user_features(self._work, self._observation, self._slots_per_frame)
        return features.reshape(self.num_envs, -1)

    def _rewards(self) -> NDArray[np.float32]:
        group = np.maximum(self._work.cell, 0)
        tasks = self._work.uploading + self._work.computing
        n_bs = self._observation["rsrp_dbm"].shape[-1]
        inside = group[..., None] == np.arange(n_bs)
        cell_tasks = (inside * tasks[..., None]).sum(axis=-2)
        local = np.take_along_axis(cell_tasks, group, axis=-1)
        return (-_TASK_REWARD * local).astype(np.float32).reshape(-1)

    def close(self) -> None:
        """End the networks."""
        self._networks.close()

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The same of every agent."""
        count = len(list(self._get_indices(indices)))
        return [getattr(self, attr_name, None)] * count

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Agents have no attributes of their own."""
        raise AttributeError(f"agents have no attribute {attr_name} of their own to set")

    def env_method(
        self, method_name: str, *arguments: Any, indices: Any = None, **options: Any
    ) -> list[Any]:
        """Agents have no methods of their own."""
        raise AttributeError(f"agents have no method {method_name} of their own")

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """Agents are not wrapped one by one."""
        return [False] * len(list(self._get_indices(indices)))
