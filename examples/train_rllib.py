# SPDX-License-Identifier: MIT
"""Train PPO of Ray's RLlib, in the twin or on ns-3 itself, on one machine or a cluster.

    python examples/train_rllib.py --iterations 20
    python examples/train_rllib.py --env ns3 --ray auto --runners 16
    ns3-twin run --policy flat=rllib-agent.npz --set n_ue=4 --set n_bs=2 --duration 5

or a team of base stations on ns-3, with a policy each or one that all share:

    python examples/train_rllib.py --team separate
    ns3-twin run --policy team=rllib-agent.npz --set n_ue=4 --set n_bs=2 --duration 5

Runners are processes on the nodes of the cluster, each with a network of its own; one learner gets
what they have seen. Needs ``pip install 'ns3-twin[ray,examples,multi-agent]'``.
"""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import Any, Literal

import gymnasium
import ray
import tyro
from gymnasium.wrappers import FilterObservation
from ray.rllib.algorithms.ppo import PPOConfig
from ray.rllib.core.rl_module.default_model_config import DefaultModelConfig
from ray.rllib.env.wrappers.pettingzoo_env import ParallelPettingZooEnv
from ray.tune.registry import register_env

from ns3_bridge import FlatBox
from ns3_scenarios.flat_team import FlatTeam
from ns3_scenarios.multi_agent import BaseStationTeam
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.team_agent import SHARED, TeamAgent

IDS = {"twin": "py_agent:ns3/CellularTwin-v0", "ns3": "ns3_scenarios:ns3/Cellular-v0"}
FIELDS = ("rsrp_dbm", "upload_backlog_bit", "compute_backlog_cycles", "serving_bs")


@dataclasses.dataclass
class Arguments:
    """What to train on, how long, and where the agent goes."""

    env: Literal["twin", "ns3"] = "twin"
    """The digital twin, or the physical network; a team is always on the latter."""
    team: Literal["shared", "separate"] | None = None
    """An agent per base station: all with one policy, or each with its own."""
    iterations: int = 20
    """Each learns from `batch` slots."""
    batch: int = 2000
    """Slots of all runners together."""
    runners: int = 2
    """Processes with a network each."""
    n_ue: int = 4
    """Users; the agent plays networks of this size."""
    n_bs: int = 2
    """Base stations."""
    episode_s: float = 5.0
    """Simulated seconds of an episode."""
    seed: int = 1
    """Of networks and learner."""
    ray: str | None = None
    """Address of a cluster, or auto; without it this machine alone."""
    output: Path = Path("rllib-agent.npz")
    """The trained agent, for --policy flat=FILE."""


def make_env(settings: dict[str, Any]) -> gymnasium.Env[Any, Any]:
    """The network as a flat vector in, a flat vector out, all in [-1, 1]."""
    env = gymnasium.make(IDS[settings["env"]], settings=settings["network"])
    return FlatBox(FilterObservation(env, FIELDS))


def make_team(settings: dict[str, Any]) -> FlatTeam:
    """The same for each base station."""
    return FlatTeam(BaseStationTeam(settings=settings["network"]))


def main(arguments: Arguments) -> None:
    """Train, and keep the policy as data."""
    ray.init(address=arguments.ray, log_to_driver=False, logging_level=logging.ERROR)
    network = {
        **{"n_ue": arguments.n_ue, "n_bs": arguments.n_bs},
        "duration_s": arguments.episode_s,
    }
    chosen = {"env": arguments.env, "network": network}
    team = make_team(chosen) if arguments.team else None
    if team is None:
        register_env("ns3-twin", make_env)
    else:
        register_env("ns3-twin", lambda chosen: ParallelPettingZooEnv(make_team(chosen)))
    config = (
        PPOConfig()
        .environment("ns3-twin", env_config=chosen)
        .env_runners(num_env_runners=arguments.runners)
        .training(train_batch_size_per_learner=arguments.batch, gamma=0.95, lr=5e-4)
        .rl_module(
            model_config=DefaultModelConfig(
                fcnet_hiddens=[64, 64], fcnet_activation="tanh", vf_share_layers=False
            )
        )
        .debugging(seed=arguments.seed, log_level="ERROR")
    )
    if team is not None:
        names = [SHARED] if arguments.team == "shared" else team.possible_agents
        config.multi_agent(
            policies=set(names),
            policy_mapping_fn=lambda agent, *_, **__: agent if agent in names else SHARED,
        )
    algorithm = config.build_algo()
    for iteration in range(1, arguments.iterations + 1):
        seen = algorithm.train()["env_runners"]
        print(f"{iteration:4}  mean return {seen.get('episode_return_mean', float('nan')):9.2f}")
    if team is None:
        env = make_env(chosen)
        below: Any = env.env
        agent = perceptron(algorithm, None, below.observation_space, env.action_space)
        env.close()
    else:
        seen, acted = team.unwrapped.observation_space("bs_0"), team.action_space("bs_0")
        agent = TeamAgent({name: perceptron(algorithm, name, seen, acted) for name in names})
        team.close()
    agent.save(arguments.output)
    algorithm.stop()
    ray.shutdown()
    kind = "flat" if team is None else "team"
    print(
        f"saved {arguments.output}: ns3-twin run --policy {kind}={arguments.output} "
        f"--set n_ue={arguments.n_ue} --set n_bs={arguments.n_bs}"
    )


def perceptron(algorithm: Any, name: str | None, seen: Any, acted: Any) -> FlatAgent:
    """What a module of RLlib decides without noise, on the fields that it observes."""
    module = algorithm.get_module(*([] if name is None else [name]))
    layers = [module.encoder.actor_encoder.net.mlp, module.pi.net.mlp]
    return FlatAgent.of_torch(layers, list(seen), acted.shape[0])


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
