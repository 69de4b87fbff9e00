# SPDX-License-Identifier: MIT
"""Train PPO of stable-baselines3 on ns-3 itself: several simulators side by side, no stand-in.

    python examples/train_sb3.py --frames 2048 --n-envs 2

or on a simulation behind a gateway, also on another machine (`ns3-twin serve`):

    python examples/train_sb3.py --address tcp://HOST:5757 --key agent/agent.key_secret

The task is small, so that a minute or two are enough: two users in cars upload large tasks, and an
agent that observes signal strength alone learns which station should serve them. Untrained it sends
them where uploads take for ever. It prints where it stands beside a rule that knows from the start.
Needs ``pip install 'ns3-twin[examples]'``.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import tyro
from gymnasium.wrappers import FilterObservation
from stable_baselines3 import PPO
from stable_baselines3.common.env_util import make_vec_env
from stable_baselines3.common.logger import Logger
from stable_baselines3.common.vec_env import DummyVecEnv, SubprocVecEnv, VecNormalize

import ns3_bridge
import ns3_scenarios
from py_agent.driver import play
from py_agent.policies import Network, load_policy


@dataclasses.dataclass
class Arguments:
    """What to train on, how long, and where the agent goes."""

    frames: int = 2048
    """Decisions to learn from, one per frame of ten slots, over all simulators."""
    n_envs: int = 2
    """Simulators side by side; 1 if there is an address."""
    n_ue: int = 2
    """Users (the gateway decides on that if there is an address)."""
    n_bs: int = 2
    """Base stations (likewise)."""
    episode_s: float = 10.0
    """Simulated seconds of an episode (likewise)."""
    seed: int = 1
    """Of agent and ns-3; the agent is evaluated under other run numbers."""
    test_seeds: tuple[int, ...] = (1001, 1002)
    """ns-3's run numbers for judging."""
    reference: str = "strongest-equal"
    """The rule to stand beside."""
    output: Path = Path("ppo-agent.zip")
    """The trained agent, for PPO.load."""
    address: str | None = None
    """Of a gateway; without it ns-3 runs on this machine."""
    key: Path | None = None
    """Secret key file for the gateway."""


class OncePerFrame(gymnasium.Wrapper[Any, Any, Any, Any]):
    """One decision per frame, held over its slots: association is obeyed once a frame."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Decide for a frame; the reward is the sum of its slots'."""
        total = 0.0
        for _ in range(self.env.unwrapped.settings.slots_per_frame):
            observation, reward, terminated, truncated, info = self.env.step(action)
            total += float(reward)
            if terminated or truncated:
                break
        return observation, total, terminated, truncated, info


def make_env(arguments: Arguments) -> gymnasium.Env[Any, Any]:
    """The network as a flat vector in, a flat vector out, all in [-1, 1], once per frame."""
    if arguments.address is not None:
        env = ns3_bridge.connect(arguments.address, key=arguments.key)
    else:
        env = ns3_scenarios.make("cellular", network(arguments))
    return OncePerFrame(ns3_bridge.FlatBox(FilterObservation(env, ["rsrp_dbm"])))


def network(arguments: Arguments) -> dict[str, Any]:
    """Fast users with large uploads: where they are served is what counts."""
    return {
        "n_ue": arguments.n_ue,
        "n_bs": arguments.n_bs,
        "duration_s": arguments.episode_s,
        "slots_per_frame": 10,
        "mobility": {"speed_max_mps": 20.0},
        "traffic": {
            "model": "poisson",
            "rate_hz": 2.0,
            "size_min_bit": 5e5,
            "size_max_bit": 2e6,
            "cycles_per_bit": 100.0,
        },
        "state": {"bearers": False},  # what this agent does without
    }


def agent_return(agent: PPO, env: gymnasium.Env[Any, Any], seed: int) -> float:
    """Minus the sum of all delays of an episode in which the agent decides, in seconds."""
    observation, _ = env.reset(seed=seed)
    total, truncated = 0.0, False
    while not truncated:
        action, _ = agent.predict(observation, deterministic=True)
        observation, reward, _, truncated, _ = env.step(action)
        total += float(reward)
    return total


def rule_return(rule: str, env: gymnasium.Env[Any, Any], seed: int) -> float:
    """The same for a bundled policy; it decides in fields, not in a flat vector."""
    scenario = env.unwrapped
    assert isinstance(scenario, ns3_bridge.ScenarioEnv)
    policy = load_policy(rule)
    network = Network("cellular", scenario.settings.model_dump(), scenario.schema)
    policy.begin(network, seed)
    observation, _ = scenario.reset(seed=seed)
    return sum(float(slot.reward) for slot in play(scenario, policy, network, observation))


def main(arguments: Arguments) -> None:
    """Evaluate, train, evaluate again, save."""
    n_envs = 1 if arguments.address else arguments.n_envs
    networks = make_vec_env(
        lambda: make_env(arguments),
        n_envs,
        seed=arguments.seed,
        vec_env_cls=SubprocVecEnv if n_envs > 1 else DummyVecEnv,
    )
    # Rewards are delays of very different size: scale them. Observations are in [-1, 1] already.
    networks = VecNormalize(networks, norm_obs=False, gamma=0.5)
    agent = PPO(
        "MlpPolicy",
        networks,
        n_steps=32,
        batch_size=32,
        gamma=0.5,  # an association shows what it is worth within some frames
        learning_rate=1e-3,
        policy_kwargs={"log_std_init": -0.3},
        seed=arguments.seed,
        device="cpu",
    )
    agent.set_logger(Logger(None, []))  # the default one leaves an empty folder in /tmp

    def evaluate() -> float:
        return float(np.mean([agent_return(agent, test, s) for s in arguments.test_seeds]))

    test = networks.envs[0] if arguments.address else make_env(arguments)
    before = evaluate()
    agent.learn(arguments.frames, progress_bar=False)
    agent.save(arguments.output)
    after = evaluate()
    rule = np.mean([rule_return(arguments.reference, test, s) for s in arguments.test_seeds])
    test.close()
    networks.close()
    print(f"mean return over {len(arguments.test_seeds)} episodes (0: no task ever waits)")
    print(f"  {'untrained':16} {before:9.2f} s")
    print(f"  {'trained':16} {after:9.2f} s   {arguments.frames} frames, saved {arguments.output}")
    print(f"  {arguments.reference:16} {rule:9.2f} s")
    if before < 0:  # in short episodes no task may wait
        print(f"training has saved {1 - after / before:.0%} of the waiting")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
