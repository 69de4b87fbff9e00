"""Agents of base stations play as they do in the team on which they were trained."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ns3_scenarios.flat_team import FlatTeam
from ns3_scenarios.multi_agent import BaseStationTeam
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.team_agent import SHARED, TeamAgent
from py_agent.experiment.run_data import slot_rewards
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run

NETWORK = {"n_ue": 4, "n_bs": 2, "duration_s": 1.0, "state": {"bearers": False}}
SEED = 3


def some_agent(n_in, n_out, fields, seed):
    generator = np.random.default_rng(seed)
    weight = generator.normal(0, 0.5, (n_in, n_out)).astype(np.float32)
    return FlatAgent([(weight, np.zeros(n_out, np.float32), "Tanh")], fields)


@pytest.fixture(scope="module")
def team():
    """A team, and what its vectors are made of."""
    made = FlatTeam(BaseStationTeam(settings=NETWORK))
    yield made
    made.close()


@pytest.mark.parametrize("names", [("bs_0", "bs_1"), (SHARED,)], ids=["separate", "shared"])
def test_a_run_of_the_file_is_the_episode_of_the_team(team, names, tmp_path):
    n_in, n_out = team.observation_space("bs_0").shape[0], team.action_space("bs_0").shape[0]
    fields = list(team.unwrapped.observation_space("bs_0"))
    agents = {name: some_agent(n_in, n_out, fields, seed) for seed, name in enumerate(names)}
    TeamAgent(agents).save(tmp_path / "team.npz")
    loaded = TeamAgent.load(tmp_path / "team.npz")
    seen, _ = team.reset(seed=SEED)
    rewards = []
    while team.agents:
        decided = {name: loaded.of(name)(vector) for name, vector in seen.items()}
        seen, reward, *_ = team.step(decided)
        rewards.append(reward["bs_0"])
    settings = RunSettings(
        policy=f"team={tmp_path / 'team.npz'}", settings=NETWORK, seed=SEED, runs_dir=tmp_path
    )
    played = slot_rewards(Run(settings).execute())
    # Association of the middle of a frame is not obeyed, and no run records it.
    assert played.tolist() == rewards
    assert len(set(rewards)) > 3


def test_a_team_that_does_not_fit_is_told_who_lacks_what(tmp_path):
    agents = {"bs_0": some_agent(3, 2, ["served"], 1)}
    TeamAgent(agents).save(tmp_path / "team.npz")
    settings = RunSettings(
        policy=f"team={tmp_path / 'team.npz'}", settings=NETWORK, runs_dir=tmp_path
    )
    with pytest.raises(InvalidAgent, match=r"bs_0, observes 3 numbers, and this network has 4"):
        Run(settings).execute()
    with pytest.raises(InvalidAgent, match="an agent per base station, or one named 'all'"):
        TeamAgent({SHARED: agents["bs_0"], "bs_0": agents["bs_0"]})
    slow = dataclasses.replace(agents["bs_0"], timescale="frame")
    with pytest.raises(InvalidAgent, match="one timescale"):
        TeamAgent({"bs_0": agents["bs_0"], "bs_1": slow})
    (tmp_path / "team.npz").write_bytes(b"PK nothing")
    with pytest.raises(InvalidAgent, match=r"^cannot read a team from .*team\.npz: "):
        TeamAgent.load(tmp_path / "team.npz")
