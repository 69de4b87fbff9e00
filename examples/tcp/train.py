# SPDX-License-Identifier: MIT
"""Train the agent of the scenario `tcp` by PPO of stable-baselines3 (Schulman et al. 2017).

    python examples/tcp/train.py --steps 60000 --output tcp.npz
    ns3-twin run --scenario tcp --policy tcp-agent=tcp.npz

All flows are controlled by one network. One of them learns, from the reward of all; the others play
what it has learned so far. Networks, flows and run numbers are drawn anew for every episode. The
settings in which the agent is judged lie beside this file and are not among them.
Needs ``pip install 'ns3-twin[examples]'``.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import torch
import tyro
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv

import ns3_scenarios
from py_agent.contract import Network
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.tcp_agent import FastTcp, asking
from py_agent.drl.tcp_features import FIELDS, N_ACTIONS, N_FEATURES

#: Run numbers of training; agents are judged under others (9001 and on).
RUNS = (1, 8000)
EPISODE_S = 6.0


@dataclasses.dataclass
class Arguments:
    """How long to train, and where the agent goes."""

    steps: int = 60_000
    """Decisions of the flow that learns, over all simulators."""
    n_envs: int = 2
    """Simulators side by side."""
    rollout: int = 512
    """Decisions per simulator between two updates."""
    seed: int = 1
    """Of the agent and of the networks that are drawn."""
    output: Path = Path("tcp.npz")
    """The trained agent."""


def drawn_settings(generator: np.random.Generator) -> dict[str, Any]:
    """The training distribution: what a network is like in an episode."""

    def between(low: float, high: float) -> float:
        return float(np.exp(generator.uniform(np.log(low), np.log(high))))

    def sometimes(probability: float, value: float) -> float:
        return value if generator.random() < probability else 0.0

    return {
        "n_flows": int(generator.integers(1, 5)),
        "duration_s": EPISODE_S,
        "bottleneck": {
            "rate_mbps": between(4, 24),
            "buffer_bdp": between(0.5, 5),
            "loss_rate": sometimes(0.3, generator.uniform(0, 0.01)),
        },
        "path": {"rtt_s": between(0.02, 0.12)},
        "flows": {"start_spread_s": 1.5},
        "cross": {
            "rate_share": sometimes(0.3, generator.uniform(0.2, 0.5)),
            "on_s": between(0.3, 2),
            "off_s": between(0.3, 2),
        },
        "reward": {"interval_s": 0.05},
    }


class OneFlow(gymnasium.Env[Any, Any]):
    """The network as one flow sees it, from one of its questions to the next."""

    observation_space = gymnasium.spaces.Box(-3, 3, (N_FEATURES,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (N_ACTIONS,), np.float32)

    def __init__(self) -> None:
        self._env: Any = None
        self._others: FlatAgent | None = None

    def play_others(self, agent: FlatAgent) -> None:
        """From now on the other flows are controlled by this agent."""
        self._others = agent

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Draw a network, and play until the flow that learns asks for the first time."""
        super().reset(seed=seed)
        while True:
            self.close()
            settings = drawn_settings(self.np_random)
            self._env = ns3_scenarios.make("tcp", settings)
            network = Network("tcp", self._env.settings.model_dump(), self._env.schema)
            self._rule = FastTcp()
            self._rule.begin(network, seed=0)
            self._n_flows = settings["n_flows"]
            self._rtt_s = settings["path"]["rtt_s"]
            self._own = int(self.np_random.integers(self._n_flows))
            run = int(self.np_random.integers(RUNS[0], RUNS[1] + 1))
            self._seen, _ = self._env.reset(seed=run)
            features, _, is_over = self._play(None)
            if not is_over:
                return features, {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Decide for the flow that learns; the reward is that of all flows, per round trip."""
        features, reward, is_over = self._play(np.asarray(action, np.float64))
        return features, reward / (self._n_flows * self._rtt_s), False, is_over, {}

    def _play(self, action: Any) -> tuple[Any, float, bool]:
        """Until it asks again: its features, the reward until then, whether the episode is over."""
        total = 0.0
        while True:
            if action is None:
                self._flows = asking(self._seen)
                self._features = self._rule.features.of(self._seen, self._flows)
                if self._own in self._flows:
                    own = self._flows == self._own
                    return self._features[own][0], total, False
            decided = self._decided_by_others()
            if action is not None:
                decided[self._flows == self._own] = action
                action = None
            decision = self._rule.decision(self._seen, self._flows, decided)
            self._seen, reward, _, truncated, _ = self._env.step(decision)
            total += reward
            if truncated:
                return np.zeros(N_FEATURES, np.float32), total, True

    def _decided_by_others(self) -> Any:
        by_rule = self._rule.decide(self._features)
        return by_rule if self._others is None else self._others(self._features).astype(np.float64)

    def close(self) -> None:
        """End the simulation."""
        if self._env is not None:
            self._env.close()


class Others(BaseCallback):
    """Gives the other flows what the agent has learned, before every rollout."""

    def _on_rollout_start(self) -> None:
        self.training_env.env_method("play_others", network_of(self.model))

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        rewards = self.model.rollout_buffer.rewards
        print(f"{self.num_timesteps:8d} decisions, mean reward {rewards.mean():.3f}", flush=True)


def network_of(agent: Any) -> FlatAgent:
    """The policy's network as data."""
    policy = agent.policy
    return FlatAgent.of_torch(
        [*policy.mlp_extractor.policy_net, policy.action_net], FIELDS, N_ACTIONS
    )


def main(arguments: Arguments) -> None:
    """Train and save."""
    torch.set_num_threads(1)  # the simulators need the others
    envs = make_vec_env(
        OneFlow,
        arguments.n_envs,
        seed=arguments.seed,
        vec_env_cls=SubprocVecEnv if arguments.n_envs > 1 else DummyVecEnv,
    )
    agent = PPO(
        "MlpPolicy",
        envs,
        n_steps=arguments.rollout,
        batch_size=256,
        n_epochs=8,
        gamma=0.98,  # some fifty round trips
        learning_rate=5e-4,
        policy_kwargs={"log_std_init": -1.0, "net_arch": [32, 32]},
        seed=arguments.seed,
        device="cpu",
    )
    agent.set_logger(Logger(None, []))  # the default one leaves an empty folder in /tmp
    agent.learn(arguments.steps, callback=Others())
    envs.close()
    network_of(agent).save(arguments.output)
    print(f"saved {arguments.output}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
