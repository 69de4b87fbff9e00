# SPDX-License-Identifier: MIT
"""Train the agent of the scenario `rate-control`: a contextual bandit on frames of many channels.

    python examples/rate-control/train.py --output rate-agent.npz
    ns3-twin run --scenario rate-control --policy rate-agent=rate-agent.npz

What becomes of a frame depends on its own MCS, and hardly on those before, so there is nothing to
discount: the network learns from what is known of a link to the share of data frames that arrive
at each MCS, each frame teaching the one at which it went. Frames of the first round go at rates
around what their SNR suggests; those of later rounds at the network's choice, with exploration.
The settings in which the agent is judged lie beside this file; the run numbers are others.
Needs ``pip install 'ns3-twin[examples]'``.
"""

from __future__ import annotations

import dataclasses
import multiprocessing
from pathlib import Path
from typing import Any

import numpy as np
import torch
import tyro
from numpy.typing import NDArray

import ns3_scenarios
from py_agent.contract import Network, Observation
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.rate_agent import RatePolicy
from py_agent.drl.rate_history import FEATURES, N_MCS, LinkHistory

#: Run numbers of training; agents are judged under others (9001 and on).
RUNS = (1, 8000)
HIDDEN = 96
BATCH = 1024


@dataclasses.dataclass
class Arguments:
    """How long to train, and where the agent goes."""

    rounds: int = 3
    """Rounds of collecting frames and fitting the network to all of them."""
    episodes: int = 48
    """Runs of ns-3 in each."""
    episode_s: float = 2.5
    """Their simulated time."""
    epochs: int = 20
    """Passes over the frames in a fit."""
    processes: int = 2
    """Simulators side by side."""
    seed: int = 1
    """Of the network and of what is drawn."""
    output: Path = Path("rate-agent.npz")
    """The trained agent."""


def drawn_settings(generator: np.random.Generator, episode_s: float) -> dict[str, Any]:
    """The training distribution: what a network is like in an episode."""

    def between(low: float, high: float) -> float:
        return float(np.exp(generator.uniform(np.log(low), np.log(high))))

    speed_mps = between(0.5, 20)
    settings: dict[str, Any] = {
        "duration_s": episode_s,
        "n_stations": int(generator.choice([1, 1, 1, 2, 4])),
        "distance_m": 0.0,
        "area_m": between(20, 70),
        "radio": {"width_mhz": int(generator.choice([20, 20, 40]))},
        "mobility": {"model": "static"},
        "fading": {"model": "none"},
    }
    if generator.random() < 0.5:
        settings["mobility"] = {
            "model": "random-walk",
            "speed_min_mps": speed_mps,
            "speed_max_mps": speed_mps,
        }
    if generator.random() < 0.75:
        settings["fading"] = {"model": "jakes", "speed_mps": between(0.1, 25)}
    if generator.random() < 0.3:
        settings["interferer"] = {
            "distance_m": between(45, 90),
            "load": float(generator.uniform(0.05, 0.4)),
        }
    return settings


@dataclasses.dataclass
class Frames:
    """What was known, at which MCS a frame went, and what share of it arrived."""

    features: list[NDArray[np.float32]] = dataclasses.field(default_factory=list)
    mcs: list[int] = dataclasses.field(default_factory=list)
    arrived: list[float] = dataclasses.field(default_factory=list)


class Explorer(RatePolicy):
    """Takes another MCS than the best now and then, and keeps what became of each frame."""

    def __init__(self, network: FlatAgent, is_trained: bool, seed: int) -> None:
        super().__init__(network)
        self._is_trained = is_trained
        self._generator = np.random.default_rng(seed)
        self._sent: dict[int, tuple[NDArray[np.float32], int]] = {}
        self.frames = Frames()

    def choose(self, history: LinkHistory, observation: Observation, link: int) -> int:
        """See `RatePolicy`."""
        last = history.last
        known = self._sent.pop(link, None)
        if known is not None and last is not None and last.sent_mpdus > 0 and last.mcs == known[1]:
            self.frames.features.append(known[0])
            self.frames.mcs.append(last.mcs)
            self.frames.arrived.append(min(last.acknowledged_mpdus / last.sent_mpdus, 1.0))
        mcs = super().choose(history, observation, link)
        features = history.features()
        if self.asks_for_answer(history):
            return mcs
        mcs = self._explored(mcs, history)
        self._sent[link] = features, mcs
        return mcs

    def _explored(self, mcs: int, history: LinkHistory) -> int:
        draw = self._generator.random()
        if draw < 0.1:
            return int(self._generator.integers(N_MCS))
        if not self._is_trained:  # some 3 dB from one MCS to the next
            around = (history.mean_snr_db() - 5) / 3 + self._generator.normal(0, 2)
            return int(np.clip(round(around), 0, N_MCS - 1))
        if draw < 0.4:
            return int(np.clip(mcs + self._generator.choice([-2, -1, 1, 2]), 0, N_MCS - 1))
        return mcs


def collected(task: tuple[dict[str, Any], int, FlatAgent, bool]) -> Frames:
    """Frames of one episode."""
    settings, run, network, is_trained = task
    env = ns3_scenarios.make("rate-control", settings)
    policy = Explorer(network, is_trained, run)
    policy.begin(Network("rate-control", env.settings.model_dump(), env.schema), run)
    observation, _ = env.reset(seed=run)
    is_over = False
    while not is_over:
        observation, _, terminated, truncated, _ = env.step(policy.decide_slot(observation))
        is_over = terminated or truncated
    env.close()
    return policy.frames


def fitted(
    modules: torch.nn.Sequential, parts: list[Frames], arguments: Arguments
) -> tuple[FlatAgent, float]:
    """The network after some passes over the frames, and its loss on them."""
    features = torch.from_numpy(np.array([row for part in parts for row in part.features]))
    mcs = torch.tensor([m for part in parts for m in part.mcs])
    arrived = torch.tensor([share for part in parts for share in part.arrived])
    optimizer = torch.optim.Adam(modules.parameters(), lr=2e-3)
    steps = arguments.epochs * -(-len(mcs) // BATCH)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    loss_of = torch.nn.BCEWithLogitsLoss()
    total = 0.0
    for _ in range(arguments.epochs):
        total = 0.0
        for batch in torch.randperm(len(mcs)).split(BATCH):
            # (1 + tanh x) / 2 is the logistic function of 2 x.
            chosen = 2 * modules[:-1](features[batch])[torch.arange(len(batch)), mcs[batch]]
            loss = loss_of(chosen, arrived[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += float(loss.detach()) * len(batch)
    return FlatAgent.of_torch(modules, ["ack_snr_db"], N_MCS), total / len(mcs)


def main(arguments: Arguments) -> None:
    """Collect, fit, repeat, save."""
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)  # so small a network is no faster with more
    generator = np.random.default_rng(arguments.seed)
    modules = torch.nn.Sequential(
        torch.nn.Linear(FEATURES, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, HIDDEN),
        torch.nn.ReLU(),
        torch.nn.Linear(HIDDEN, N_MCS),
        torch.nn.Tanh(),
    )
    network = FlatAgent.of_torch(modules, ["ack_snr_db"], N_MCS)
    frames: list[Frames] = []
    with multiprocessing.get_context("spawn").Pool(arguments.processes) as pool:
        for number in range(arguments.rounds):
            tasks = [
                (
                    drawn_settings(generator, arguments.episode_s),
                    int(generator.integers(RUNS[0], RUNS[1] + 1)),
                    network,
                    number > 0,
                )
                for _ in range(arguments.episodes)
            ]
            frames += pool.map(collected, tasks, chunksize=1)
            network, loss = fitted(modules, frames, arguments)
            seen = sum(len(part.mcs) for part in frames)
            print(f"round {number + 1}: {seen} frames, loss {loss:.4f}", flush=True)
    network.save(arguments.output)
    print(f"saved {arguments.output}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
