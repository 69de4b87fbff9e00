# SPDX-License-Identifier: MIT
"""A policy of one's own, compared with a bundled one, seed by seed.

    python examples/own_policy.py --reference strongest-equal --seeds 1 2 3

Copy the class and change it. Without this script the command line takes it as well:

    cd examples && ns3-twin run --policy own_policy:MarginPolicy

Needs ``pip install 'ns3-twin[examples]'``; ``--help`` lists all arguments.
"""

from __future__ import annotations

import contextlib
import dataclasses

import numpy as np
import tyro

import ns3_scenarios
from py_agent.experiment.task_statistics import delay_parts
from py_agent.policies import Decision, Network, Observation, Policy, load_policy


class MarginPolicy:
    """Hands a user over only to a clearly stronger cell; serves the shortest work first.

    The margin is that of event A3 of LTE (3GPP TS 36.331, 5.5.4.4), checked once a frame.

    Args:
        margin_db: by how much the other cell must be stronger.
    """

    def __init__(self, margin_db: float = 3.0) -> None:
        self.margin_db = margin_db

    def begin(self, network: Network, seed: int) -> None:
        """A run starts; this policy draws no random numbers and keeps no state."""
        network.require("rsrp_dbm", "upload_backlog_bit", "compute_backlog_cycles")

    def decide_frame(self, observation: Observation) -> Decision:
        """Base station of every user, ``[n_ue]``."""
        rsrp_dbm = observation["rsrp_dbm"]  # [n_ue, n_bs]
        serving = observation["serving_bs"]  # [n_ue]; -1: not connected
        handicap_db = np.full(rsrp_dbm.shape, self.margin_db)
        connected = np.flatnonzero(serving >= 0)
        handicap_db[connected, serving[connected]] = 0.0
        return {"association": (rsrp_dbm - handicap_db).argmax(axis=1).astype(np.int32)}

    def decide_slot(self, observation: Observation) -> Decision:
        """Weights of every user in band and servers, ``[n_ue]`` each, in [0, 1]."""
        upload_bit = observation["upload_backlog_bit"]
        compute_cycles = observation["compute_backlog_cycles"].sum(axis=1)
        return {
            "bandwidth_share": _shortest_first(upload_bit),
            "compute_share": _shortest_first(compute_cycles),
        }


def _shortest_first(work: np.ndarray) -> np.ndarray:
    """The largest weight for the least work; a little for those who have none yet."""
    waiting = work[work > 0]
    if not len(waiting):
        return np.ones_like(work, np.float32)
    return np.where(work > 0, waiting.min() / np.maximum(work, 1), 0.01).astype(np.float32)


@dataclasses.dataclass
class Arguments:
    """What to compare, and on which networks."""

    margin_db: float = 3.0
    """By how much a cell must be stronger for a handover."""
    reference: str = "strongest-equal"
    """The policy to compare with; `ns3-twin scenarios` lists them."""
    seeds: tuple[int, ...] = (1, 2, 3)
    """ns-3's run numbers; both policies meet the same trajectories, channels and tasks."""
    n_ue: int = 30
    """Users."""
    duration_s: float = 10.0
    """Simulated seconds of each run."""


def mean_delay_s(policy: Policy, seed: int, arguments: Arguments) -> float:
    """Mean delay of the tasks of one run; an unfinished one counts with its age."""
    env = ns3_scenarios.make(
        "cellular", {"n_ue": arguments.n_ue, "duration_s": arguments.duration_s}
    )
    with contextlib.closing(env):
        settings = env.settings.model_dump()
        policy.begin(Network("cellular", settings, env.schema), seed)
        observation, info = env.reset(seed=seed)
        truncated = False
        while not truncated:
            if info["slot"] % settings["slots_per_frame"] == 0:
                frame = policy.decide_frame(observation)
            action = {**frame, **policy.decide_slot(observation)}
            observation, _, _, truncated, info = env.step(action)
        tasks = env.take_records()["task"]
    return float(delay_parts(tasks, info["time_s"]).delay_s.mean())


def main(arguments: Arguments) -> None:
    """Simulate both policies on the same networks and print what comes out."""
    print(f"seed  mine [s]  {arguments.reference} [s]")
    ratios = []
    for seed in arguments.seeds:
        mine_s = mean_delay_s(MarginPolicy(arguments.margin_db), seed, arguments)
        reference_s = mean_delay_s(load_policy(arguments.reference), seed, arguments)
        ratios.append(mine_s / reference_s)
        print(f"{seed:4}  {mine_s:8.3f}  {reference_s:8.3f}")
    print(f"my mean delay is {np.mean(ratios):.2f} times that of {arguments.reference}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
