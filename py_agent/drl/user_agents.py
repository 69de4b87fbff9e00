# SPDX-License-Identifier: MIT
"""All users of all networks as one vector environment: how agents share their parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import VectorEnv
from numpy.typing import NDArray

from py_agent.contract import Decision, Network
from py_agent.drl.agent import ACTIONS
from py_agent.drl.alike_agents import AlikeAgents
from py_agent.drl.features import FEATURES
from py_agent.drl.local_reward import LocalReward
from py_agent.drl.policy import held
from py_agent.drl.user_decisions import UserDecisions
from py_agent.policies.association import AssociationRule


class UserAgents(AlikeAgents):
    """An environment of stable-baselines3 per user of every network.

    Observation: `user_features`; where agents see their cell, those of all users of the network
    follow, ``[n_ue, n]``, and who of them is in the same cell, ``[n_ue]``. Action: what
    `UserDecisions` takes, in [−1, 1]. Reward: `LocalReward`. Users are grouped by cell anew in
    every slot; a user that changes cells takes its agent along.

    Every episode begins where the rule has been deciding for a while, at the loads and accuracies
    that it leads to: what happens until then is no agent's.

    Works on any vector environment with the fields of edge computing: ns-3's and the twin's.

    Args:
        networks: many of one kind, which reset themselves within the step that ends an episode;
            all of their episodes are equally long.
        network: what is known of each.
        association: chooses base stations, for a batch.
        reach: β.
        sees_cell: agents see their cell.
        per_frame: a step is a frame, whose slots have one decision; its reward is their mean.
        raw: see `UserDecisions`.
        warmup_slots: that the rule decides in, at the start of every episode.
        accuracy_weights: w_A of each network and episode is drawn between these, its logarithm
            evenly; None: the settings'.
        foresight_s: see `LocalReward`.

    Example:
        >>> from py_agent.policies.association import LoadBalancing
        >>> from py_agent.twin.environment.env import make_vector
        >>> networks = make_vector(2, {"n_ue": 3, "n_bs": 2}, autoreset_mode="SameStep")
        >>> network = Network("cellular", networks.settings.model_dump(), networks.schema)
        >>> agents = UserAgents(networks, network, LoadBalancing(), reach=1.0)
        >>> len(agents.reset())  # three users in each of two networks
        6
        >>> observations, rewards, *_ = agents.step(np.zeros((6, *agents.action_space.shape)))
        >>> rewards.shape
        (6,)
        >>> agents.close()
    """

    def __init__(
        self,
        networks: VectorEnv[Any, Any, Any],
        network: Network,
        association: AssociationRule,
        reach: float,
        *,
        sees_cell: bool = False,
        per_frame: bool = False,
        raw: bool = False,
        warmup_slots: int = 0,
        accuracy_weights: tuple[float, float] | None = None,
        foresight_s: float = 0.0,
    ) -> None:
        self._networks = networks
        self._association = association
        self._network = network
        self._reach, self._raw, self._sees_cell = reach, raw, sees_cell
        self._warmup_slots, self._accuracy_weights = warmup_slots, accuracy_weights
        self._reward = LocalReward(network, 0.0 if raw else foresight_s)
        self._rng = np.random.default_rng()
        self._per_frame = per_frame
        self._slots = network.settings["slots_per_frame"] if per_frame else 1
        self._n_ue: int = network.settings["n_ue"]
        n = len(FEATURES) + sees_cell * self._n_ue * (len(FEATURES) + 1)
        super().__init__(
            networks.num_envs * self._n_ue,
            spaces.Box(-np.inf, np.inf, (n,), np.float32),
            spaces.Box(-1.0, 1.0, (len(ACTIONS),), np.float32),
        )
        self._outputs = np.zeros((networks.num_envs, self._n_ue, len(ACTIONS)), np.float32)

    def reset(self) -> NDArray[np.float32]:
        """Start all networks anew, under seeds drawn from the one given to `seed`."""
        seed = self._seeds[0]
        observation, _ = self._networks.reset(seed=seed)
        self._rng = np.random.default_rng(seed)
        self._reset_seeds()
        return self._start(observation)

    def step_async(self, actions: NDArray[np.float32]) -> None:
        """Take the agents' outputs, ``[num_envs, len(ACTIONS)]``."""
        self._outputs = actions.reshape(self._outputs.shape)

    def step_wait(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.bool_], list[dict[str, Any]]]:
        """Let a slot pass, or a frame."""
        decision = self._decisions.decide(self._outputs)
        told: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        rewards = np.zeros(self.num_envs, np.float32)
        for slot in range(self._slots):
            action = {**self._frame, **(decision if slot == 0 else held(decision))}
            observation, _, _, truncated, infos = self._networks.step(action)
            if truncated.any():
                if not truncated.all():
                    raise RuntimeError("episodes of networks that are trained on end together")
                final = {
                    name: np.stack([last[name] for last in infos["final_obs"]])
                    for name in observation
                }
                looked = self._look(final)
                rewards += self._reward.of(final, self._decisions).reshape(-1)
                # Episodes only end because their time is over: the value of what follows counts.
                for told_one, last in zip(told, looked, strict=True):
                    told_one |= {"terminal_observation": last, "TimeLimit.truncated": True}
                looked = self._start(observation)
                break
            looked = self._look(observation)
            rewards += self._reward.of(observation, self._decisions).reshape(-1)
        done = np.full(self.num_envs, truncated.all())
        return looked, rewards / self._slots, done, told

    @property
    def cell(self) -> NDArray[np.int32]:
        """Base station that serves each user, as agents saw it last, ``[networks, n_ue]``."""
        return self._decisions.work.cell

    def _start(self, observation: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        weight = None
        if self._accuracy_weights is not None:
            low, high = np.log(self._accuracy_weights)
            weight = np.exp(self._rng.uniform(low, high, (self._networks.num_envs, 1)))
        self._association.begin(self._network)
        self._decisions = UserDecisions(
            self._network, self._reach, self._raw, weight, per_frame=self._per_frame
        )
        decision: Decision = {}
        for slot in range(self._warmup_slots):
            self._watch(observation)
            if slot % self._slots == 0:
                decision = self._decisions.decide(np.zeros_like(self._outputs))
            observation, *_ = self._networks.step({**self._frame, **decision})
            decision = held(decision)
        looked = self._look(observation)
        self._reward.start(self._decisions)
        return looked

    def _watch(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """A slot begins, and maybe a frame."""
        if (observation["slot_in_frame"] == 0).any():
            retrain = self._decisions.frame(observation)
            self._frame = {"association": self._association.associate(observation), **retrain}
        self._association.watch(observation)
        self._decisions.watch(observation)

    def _look(self, observation: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
        self._watch(observation)
        features = self._decisions.features()
        if self._sees_cell:
            cell = self._decisions.work.cell
            same = (cell[..., :, None] == cell[..., None, :]).astype(np.float32)
            everybody = features.reshape(len(features), 1, -1).repeat(self._n_ue, axis=1)
            features = np.concatenate([features, everybody, same], axis=-1)
        return features.reshape(self.num_envs, -1)

    def close(self) -> None:
        """End the networks."""
        self._networks.close()
