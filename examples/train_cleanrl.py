# SPDX-License-Identifier: MIT
"""PPO in one file, in the manner of CleanRL: every line of the learner can be read and changed.

    python examples/train_cleanrl.py
    ns3-twin run --policy flat=cleanrl-agent.npz --set n_ue=2 --set n_bs=2 --duration 10

Many twins are stepped as one batch, so a minute is enough. The task is that of `train_sb3.py`: two
users in cars upload large tasks, and an agent that observes signal strength alone learns which
station should serve them. Its weights are data, which plays on ns-3 without torch.
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
from gymnasium.vector import AutoresetMode, VectorEnv, VectorWrapper
from gymnasium.wrappers.vector import FilterObservation
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.distributions import Normal

import py_agent  # noqa: F401  # registers the twin's environments
from ns3_bridge import FlatVectorBox
from py_agent.drl.flat_agent import FlatAgent

SLOTS_PER_FRAME = 10
NETWORK = {
    "n_ue": 2,
    "n_bs": 2,
    "duration_s": 10.0,
    "slots_per_frame": SLOTS_PER_FRAME,
    "mobility": {"speed_max_mps": 20.0},
    "traffic": {
        "model": "poisson",
        "rate_hz": 2.0,
        "size_min_bit": 5e5,
        "size_max_bit": 2e6,
        "cycles_per_bit": 100.0,
    },
}
FIELDS = ("rsrp_dbm",)


@dataclasses.dataclass
class Arguments:
    """How long to train, by which constants of PPO."""

    iterations: int = 30
    """Each learns from `n_steps` frames of every network."""
    n_envs: int = 16
    """Networks of a batch."""
    n_steps: int = 32
    """Frames that pass between updates."""
    epochs: int = 10
    """Passes over what has been seen."""
    minibatch: int = 128
    """Frames of one gradient step."""
    gamma: float = 0.5
    """Discount per frame: an association shows what it is worth within some frames."""
    gae_lambda: float = 0.95
    """Of generalised advantage estimation (Schulman et al. 2016)."""
    clip: float = 0.2
    """Of the ratio of probabilities (Schulman et al. 2017, eq. 7)."""
    learning_rate: float = 1e-3
    """Of Adam."""
    seed: int = 1
    """Of agent and networks; the agent is evaluated in others."""
    output: Path = Path("cleanrl-agent.npz")
    """The trained agent, for --policy flat=FILE."""


class OncePerFrame(VectorWrapper):
    """One decision per frame, held over its slots: association is obeyed once a frame."""

    def step(self, actions: Any) -> Any:
        """Decide for a frame; the reward is the sum of its slots'."""
        total = np.zeros(self.num_envs)
        for _ in range(SLOTS_PER_FRAME):
            observations, rewards, terminated, truncated, infos = self.env.step(actions)
            total += rewards
        return observations, total, terminated, truncated, infos


class ActorCritic(nn.Module):
    """Two perceptrons: the mean action, and the value of an observation."""

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.actor = nn.Sequential(*_hidden(n_in), nn.Linear(64, n_out))
        self.critic = nn.Sequential(*_hidden(n_in), nn.Linear(64, 1))
        self.log_std = nn.Parameter(torch.full((n_out,), -0.3))

    def of(self, observations: Tensor) -> Normal:
        """The distribution of actions ``[..., n_out]``."""
        return Normal(self.actor(observations), self.log_std.exp())

    def value(self, observations: Tensor) -> Tensor:
        """The expected discounted return ``[...]``."""
        values: Tensor = self.critic(observations).squeeze(-1)
        return values


def _hidden(n_in: int) -> list[nn.Module]:
    return [nn.Linear(n_in, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh()]


@dataclasses.dataclass(frozen=True)
class Seen:
    """What a batch of networks has gone through: ``[n_steps, n_envs, ...]``."""

    observations: Tensor
    actions: Tensor
    log_probabilities: Tensor
    rewards: Tensor
    is_last: Tensor
    last_observations: Tensor


def make_envs(n_envs: int) -> VectorEnv[Any, Any, Any]:
    """Twins as one batch: flat vectors in, flat vectors out, all in [-1, 1], once per frame."""
    envs = gymnasium.make_vec(
        "ns3/CellularTwin-v0",
        num_envs=n_envs,
        settings=NETWORK,
        autoreset_mode=AutoresetMode.DISABLED,
    )
    return OncePerFrame(FlatVectorBox(FilterObservation(envs, FIELDS)))


@torch.no_grad()
def collect(
    agent: ActorCritic, envs: VectorEnv[Any, Any, Any], observations: NDArray[Any], n_steps: int
) -> Seen:
    """Let the agent act for `n_steps` frames."""
    rows = []
    for _ in range(n_steps):
        seen = torch.from_numpy(observations)
        distribution = agent.of(seen)
        action = distribution.sample()
        observations, rewards, _, truncated, _ = envs.step(action.numpy())
        probability = distribution.log_prob(action).sum(-1)
        rows.append((seen, action, probability, torch.from_numpy(rewards).float(), truncated))
        if truncated.all():  # episodes have one length, so they end together
            observations, _ = envs.reset()
    *columns, last = zip(*rows, strict=True)
    stacked = [torch.stack(column) for column in columns]
    return Seen(*stacked, torch.tensor(np.stack(last)).float(), torch.from_numpy(observations))


@torch.no_grad()
def advantages(agent: ActorCritic, seen: Seen, scale: float, arguments: Arguments) -> Tensor:
    """Generalised advantage estimates ``[n_steps, n_envs]`` of rewards that are divided by `scale`.

    An episode that ends is cut, so that what comes after it counts nothing.
    """
    values = agent.value(torch.cat([seen.observations, seen.last_observations[None]]))
    estimates = torch.zeros_like(seen.rewards)
    following = torch.zeros_like(seen.rewards[0])
    for t in reversed(range(len(seen.rewards))):
        goes_on = 1 - seen.is_last[t]
        ahead = arguments.gamma * goes_on * values[t + 1]
        error = seen.rewards[t] / scale + ahead - values[t]
        following = error + arguments.gamma * arguments.gae_lambda * goes_on * following
        estimates[t] = following
    return estimates


def update(
    agent: ActorCritic,
    optimiser: torch.optim.Optimizer,
    seen: Seen,
    advantage: Tensor,
    arguments: Arguments,
) -> None:
    """Improve the clipped objective on what has been seen."""
    with torch.no_grad():
        returns = (advantage + agent.value(seen.observations)).flatten()
    observations = seen.observations.flatten(0, 1)
    actions = seen.actions.flatten(0, 1)
    before, gain = seen.log_probabilities.flatten(), advantage.flatten()
    for _ in range(arguments.epochs):
        for rows in torch.randperm(len(gain)).split(arguments.minibatch):
            of_rows = (gain[rows] - gain[rows].mean()) / (gain[rows].std() + 1e-8)
            now = agent.of(observations[rows]).log_prob(actions[rows]).sum(-1)
            ratio = (now - before[rows]).exp()
            clipped = ratio.clamp(1 - arguments.clip, 1 + arguments.clip)
            objective = torch.min(ratio * of_rows, clipped * of_rows).mean()
            error = (agent.value(observations[rows]) - returns[rows]).square().mean()
            optimiser.zero_grad()
            (0.5 * error - objective).backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimiser.step()


@torch.no_grad()
def mean_return(actor: nn.Module, seed: int = 10_000, n_envs: int = 32) -> float:
    """Mean over whole episodes in which an agent takes its mean action."""
    envs = make_envs(n_envs)
    observations, _ = envs.reset(seed=seed)
    total, truncated = np.zeros(n_envs), np.zeros(n_envs, bool)
    while not truncated.all():
        action = actor(torch.from_numpy(observations)).clamp(-1, 1)
        observations, rewards, _, truncated, _ = envs.step(action.numpy())
        total += rewards
    envs.close()
    return float(total.mean())


def main(arguments: Arguments) -> None:
    """Evaluate, train, evaluate again, save."""
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    envs = make_envs(arguments.n_envs)
    observations, _ = envs.reset(seed=arguments.seed)
    n_in, n_out = observations.shape[1], envs.single_action_space.shape[0]
    agent = ActorCritic(n_in, n_out)
    optimiser = torch.optim.Adam(agent.parameters(), lr=arguments.learning_rate)
    before = mean_return(agent.actor)
    for iteration in range(1, arguments.iterations + 1):
        seen = collect(agent, envs, observations, arguments.n_steps)
        observations = seen.last_observations.numpy()
        scale = float(seen.rewards.std()) + 1e-8  # delays are of very different size
        update(agent, optimiser, seen, advantages(agent, seen, scale, arguments), arguments)
        print(f"{iteration:4}  mean reward of a frame {seen.rewards.mean():9.3f} s")
    envs.close()
    after = mean_return(agent.actor)
    FlatAgent.of_torch([agent.actor], FIELDS, n_out, "frame").save(arguments.output)
    print(f"mean return in the twin (0: no task ever waits), saved {arguments.output}")
    print(f"  untrained {before:9.2f} s")
    print(f"  trained   {after:9.2f} s")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
