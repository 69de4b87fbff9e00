# SPDX-License-Identifier: MIT
"""PPO of TorchRL on many twins at once: networks as a batch, losses and estimates from the library.

    python examples/train_torchrl.py
    ns3-twin run --policy flat=torchrl-agent.npz --set n_ue=2 --set n_bs=2 --duration 10

The task is that of `train_cleanrl.py`, whose networks and evaluation are used: two users in cars
upload large tasks, and an agent that observes signal strength alone learns which station should
serve them. Needs ``pip install 'ns3-twin[examples]'``.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import torch
import train_cleanrl
import tyro
from gymnasium.vector import VectorEnv
from tensordict import TensorDict, TensorDictBase
from tensordict.nn import InteractionType, TensorDictModule, TensorDictSequential
from torch import nn
from torchrl.data import Composite, LazyTensorStorage, TensorDictReplayBuffer
from torchrl.data.replay_buffers import SamplerWithoutReplacement
from torchrl.data.tensor_specs import Bounded, Unbounded
from torchrl.envs import EnvBase
from torchrl.modules import MLP, IndependentNormal, ProbabilisticActor, ValueOperator
from torchrl.objectives import ClipPPOLoss
from torchrl.objectives.value import GAE
from train_cleanrl import FIELDS, make_envs, mean_return

from py_agent.drl.flat_agent import FlatAgent


@dataclasses.dataclass
class Arguments(train_cleanrl.Arguments):
    """The same constants of PPO, and where the agent goes."""

    output: Path = Path("torchrl-agent.npz")
    """The trained agent, for --policy flat=FILE."""


class Twins(EnvBase):
    """A vector environment whose episodes end together, as TorchRL's batch of environments."""

    def __init__(self, envs: VectorEnv[Any, Any, Any], seed: int) -> None:
        super().__init__(batch_size=[envs.num_envs])
        self._envs = envs
        self._next_seed: int | None = seed  # of the first episode: the others follow from it
        batch = (envs.num_envs,)
        n_in, n_out = envs.single_observation_space.shape[0], envs.single_action_space.shape[0]
        self.observation_spec = Composite(
            observation=Unbounded((*batch, n_in), dtype=torch.float32), shape=batch
        )
        self.action_spec = Bounded(-1, 1, (*batch, n_out), dtype=torch.float32)
        self.reward_spec = Unbounded((*batch, 1), dtype=torch.float32)

    def _reset(self, tensordict: TensorDictBase | None, **_: Any) -> TensorDictBase:
        observations, _ = self._envs.reset(seed=self._next_seed)
        self._next_seed = None
        return TensorDict({"observation": torch.from_numpy(observations)}, self.batch_size)

    def _step(self, tensordict: TensorDictBase) -> TensorDictBase:
        actions = tensordict["action"].numpy()
        observations, rewards, terminated, truncated, _ = self._envs.step(actions)
        told = {
            "observation": torch.from_numpy(observations),
            "reward": torch.from_numpy(rewards).float()[:, None],
            "terminated": torch.from_numpy(terminated)[:, None],
            "truncated": torch.from_numpy(truncated)[:, None],
            "done": torch.from_numpy(terminated | truncated)[:, None],
        }
        return TensorDict(told, self.batch_size)

    def _set_seed(self, seed: int | None) -> None:
        self._next_seed = seed


class Spread(nn.Module):
    """A standard deviation that is learned, beside a mean action."""

    def __init__(self, n_out: int) -> None:
        super().__init__()
        self.log_std = nn.Parameter(torch.full((n_out,), -0.3))

    def forward(self, mean: torch.Tensor) -> torch.Tensor:
        """Of every action."""
        return self.log_std.exp().expand_as(mean)


def networks(env: Twins) -> tuple[MLP, ProbabilisticActor, ValueOperator]:
    """The perceptron of the mean action, the actor around it, and the critic."""
    cells: dict[str, Any] = {"num_cells": [64, 64], "activation_class": nn.Tanh}
    n_in, n_out = env.observation_spec["observation"].shape[-1], env.action_spec.shape[-1]
    mean = MLP(n_in, n_out, **cells)
    distribution = TensorDictSequential(
        TensorDictModule(mean, ["observation"], ["loc"]),
        TensorDictModule(Spread(n_out), ["loc"], ["scale"]),
    )
    actor = ProbabilisticActor(
        distribution,
        in_keys=["loc", "scale"],
        distribution_class=IndependentNormal,
        default_interaction_type=InteractionType.RANDOM,  # else it never tries anything
        return_log_prob=True,
    )
    return mean, actor, ValueOperator(MLP(n_in, 1, **cells), ["observation"])


def main(arguments: Arguments) -> None:
    """Evaluate, train, evaluate again, save."""
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    env = Twins(make_envs(arguments.n_envs), arguments.seed)
    mean, actor, critic = networks(env)
    loss = ClipPPOLoss(
        actor,
        critic,
        clip_epsilon=arguments.clip,
        entropy_bonus=False,
        critic_coeff=0.5,
        loss_critic_type="l2",
        normalize_advantage=True,
    )
    estimate = GAE(gamma=arguments.gamma, lmbda=arguments.gae_lambda, value_network=critic)
    optimiser = torch.optim.Adam(loss.parameters(), lr=arguments.learning_rate)
    frames = arguments.n_envs * arguments.n_steps
    seen = TensorDictReplayBuffer(
        storage=LazyTensorStorage(frames),
        sampler=SamplerWithoutReplacement(),
        batch_size=arguments.minibatch,
    )
    before = mean_return(mean)
    state = env.reset()
    for iteration in range(1, arguments.iterations + 1):
        with torch.no_grad():
            batch = env.rollout(
                arguments.n_steps,
                actor,
                auto_reset=False,
                break_when_any_done=False,
                tensordict=state,
            )
            state = env.step_mdp(batch[:, -1])
            if state["done"].any():
                state = env.reset()
            reward = batch["next", "reward"]
            print(f"{iteration:4}  mean reward of a frame {reward.mean():9.3f} s")
            batch["next", "reward"] = reward / (reward.std() + 1e-8)  # delays differ in size
            estimate(batch)
        seen.empty()
        seen.extend(batch.reshape(-1))
        for _ in range(arguments.epochs * frames // arguments.minibatch):
            terms = loss(seen.sample())
            optimiser.zero_grad()
            (terms["loss_objective"] + terms["loss_critic"]).backward()
            nn.utils.clip_grad_norm_(loss.parameters(), 0.5)
            optimiser.step()
    env.close()
    after = mean_return(mean)
    FlatAgent.of_torch(mean, FIELDS, env.action_spec.shape[-1], "frame").save(arguments.output)
    print(f"mean return in the twin (0: no task ever waits), saved {arguments.output}")
    print(f"  untrained {before:9.2f} s")
    print(f"  trained   {after:9.2f} s")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
