"""The network as a team of base stations."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from pettingzoo.test import parallel_api_test

from ns3_bridge import InvalidAction, InvalidSetting
from ns3_scenarios.multi_agent import BaseStationTeam

SETTINGS = {"n_ue": 4, "n_bs": 2, "duration_s": 0.6, "slots_per_frame": 10}


@pytest.fixture
def team():
    made = []

    def make(**options):
        settings = {**SETTINGS, **options.pop("settings", {})}
        made.append(BaseStationTeam(settings=settings, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


def sample(team):
    return {agent: team.action_space(agent).sample() for agent in team.agents}


def test_pettingzoo_accepts_it(team):
    parallel_api_test(team(), num_cycles=50)


def test_a_step_without_an_episode_says_so(team):
    one = team()
    with pytest.raises(gymnasium.error.ResetNeeded):
        one.step({})
    one.reset(seed=1)
    while one.agents:
        one.step(sample(one))
    with pytest.raises(gymnasium.error.ResetNeeded):
        one.step({})


def test_an_agent_sees_its_own_column(team):
    one = team()
    observations, _ = one.reset(seed=3)
    whole = one.env.channel.copy_observations()
    for m, agent in enumerate(one.agents):
        own = observations[agent]
        assert one.observation_space(agent).contains(own)
        assert (own["rsrp_dbm"] == whole["rsrp_dbm"][:, m]).all()
        assert (own["bs_position_m"] == whole["bs_position_m"][m]).all()
        assert (own["position_m"] == whole["position_m"]).all()  # [n_ue, 2] with two cells
        assert (own["served"] == (whole["serving_bs"] == m)).all()


def test_the_serving_base_station_decides(team, monkeypatch):
    one = team()
    one.reset(seed=3)
    serving = one.env.channel.observations["serving_bs"].copy()
    actions = sample(one)
    for m, agent in enumerate(one.agents):
        actions[agent]["compute_share"] = np.full(4, 0.25 + m / 2, np.float32)
        actions[agent]["association"] = np.full(4, m, np.int32)
    joint = []
    step = one.env.step
    monkeypatch.setattr(one.env, "step", lambda action: step(joint.append(action) or action))
    for _ in range(13):
        one.step(actions)
    assert (joint[0]["compute_share"] == np.where(serving == 0, 0.25, 0.75)).all()
    # Every serving base station kept its users.
    assert (one.env.channel.observations["serving_bs"] == serving).all()
    for agent in one.agents:
        actions[agent]["association"] = np.full(4, 1 - one.agents.index(agent), np.int32)
    for _ in range(9):
        one.step(actions)
    assert (one.env.channel.observations["handover_state"] != 0).any()


@pytest.mark.parametrize("settings", [{}, {"traffic": {"result_ratio": 3.0}}])
def test_local_rewards_follow_the_shared_one(team, settings):
    rewards = {}
    for kind in ("shared", "local"):
        one = team(reward=kind, settings=settings)
        one.reset(seed=3)
        one.action_space("bs_0").seed(1)
        total = dict.fromkeys(one.agents, 0.0)
        while one.agents:
            actions = {agent: one.action_space("bs_0").sample() for agent in one.agents}
            _, reward, *_ = one.step(actions)
            total = {agent: total[agent] + value for agent, value in reward.items()}
        rewards[kind] = total
    assert rewards["shared"]["bs_0"] == rewards["shared"]["bs_1"]
    assert sum(rewards["local"].values()) == pytest.approx(
        rewards["shared"]["bs_0"], rel=0.1, abs=0.05
    )


def test_what_is_wrong_is_named(team):
    one = team()
    one.reset(seed=1)
    actions = sample(one)
    del actions["bs_1"]
    with pytest.raises(InvalidAction, match="bs_1"):
        one.step(actions)
    with pytest.raises(InvalidSetting, match="'mine'"):
        team(reward="mine")
