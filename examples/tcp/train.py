# SPDX-License-Identifier: MIT
"""Train the agent of the scenario `tcp` by PPO of stable-baselines3 (Schulman et al. 2017).

    python examples/tcp/train.py --steps 2000000 --output tcp.npz
    ns3-twin run --scenario tcp --policy tcp-agent=tcp.npz

It learns in a model of the bottleneck (fluid_model.py), some thousand round trips a second, and is
judged in ns-3: the settings lie beside this file, and are none that it has been trained on. All
flows are controlled by one network, from what each of them sees; all get the mean of the utilities.
Needs ``pip install 'ns3-twin[examples]'``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import torch
import tyro
from fluid_model import MOST_FLOWS, FluidModel
from stable_baselines3 import PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import VecEnv

from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.tcp_features import FIELDS, N_ACTIONS, N_FEATURES


@dataclasses.dataclass
class Arguments:
    """How long to train, and where the agent goes."""

    steps: int = 2_000_000
    """Decisions of flows."""
    networks: int = 16
    """Networks side by side, of four flows at most."""
    rollout: int = 128
    """Round trips between two updates."""
    seed: int = 1
    """Of the agent and of the networks that are drawn."""
    output: Path = Path("tcp.npz")
    """The trained agent."""


class Flows(VecEnv):
    """Every flow of the model as an environment."""

    def __init__(self, networks: int, seed: int) -> None:
        self._model = FluidModel(networks, seed)
        super().__init__(
            networks * MOST_FLOWS,
            gymnasium.spaces.Box(-3, 3, (N_FEATURES,), np.float32),
            gymnasium.spaces.Box(-1, 1, (N_ACTIONS,), np.float32),
        )

    def reset(self) -> Any:
        """What flows see now: episodes begin at different times."""
        return self._model.features()

    def step_async(self, actions: Any) -> None:
        """Decide."""
        self._actions = np.asarray(actions, np.float64)

    def step_wait(self) -> tuple[Any, Any, Any, list[dict[str, Any]]]:
        """Go on for a round trip."""
        features, utility, is_over = self._model.step(self._actions)
        is_over = np.repeat(is_over, MOST_FLOWS)
        infos = [{"terminal_observation": features[i]} if is_over[i] else {} for i in self._numbers]
        return features, np.repeat(utility, MOST_FLOWS), is_over, infos

    @property
    def _numbers(self) -> range:
        return range(self.num_envs)

    def close(self) -> None:
        """There is nothing to end."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Of every environment the same."""
        return [getattr(self, attr_name, None)] * self.num_envs

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Environments have none to set."""

    def env_method(self, method_name: str, *args: Any, indices: Any = None, **more: Any) -> Any:
        """Environments have none to call."""
        return []

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> Sequence[bool]:
        """None is."""
        return [False] * self.num_envs


class Progress(BaseCallback):
    """Prints the mean utility now and then."""

    def _on_step(self) -> bool:
        return True

    def _on_rollout_end(self) -> None:
        rewards = self.model.rollout_buffer.rewards
        print(f"{self.num_timesteps:8d} decisions, mean utility {rewards.mean():.3f}", flush=True)


def main(arguments: Arguments) -> None:
    """Train and save."""
    torch.set_num_threads(1)
    envs = Flows(arguments.networks, arguments.seed)
    agent = PPO(
        "MlpPolicy",
        envs,
        n_steps=arguments.rollout,
        batch_size=arguments.rollout * envs.num_envs // 8,
        n_epochs=8,
        gamma=0.98,  # some fifty round trips
        learning_rate=lambda left: 1e-3 * left + 5e-5,
        policy_kwargs={"log_std_init": -1.0, "net_arch": [32, 32]},
        seed=arguments.seed,
        device="cpu",
    )
    agent.set_logger(Logger(None, []))  # the default one leaves an empty folder in /tmp
    agent.learn(arguments.steps, callback=Progress())
    policy = agent.policy
    network = [*policy.mlp_extractor.policy_net, policy.action_net]
    FlatAgent.of_torch(network, FIELDS, N_ACTIONS).save(arguments.output)
    print(f"saved {arguments.output}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
