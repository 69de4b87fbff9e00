"""Those who ask as agents of PettingZoo, one by one and all at once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pettingzoo.test import api_test, parallel_api_test

from ns3_bridge import InvalidAction, InvalidSetting
from ns3_scenarios.asker_agents import AskerTeam, AskerTurns
from ns3_scenarios.build import build


@pytest.fixture(scope="module")
def asks(build_cache, tmp_path_factory):
    program = tmp_path_factory.mktemp("asks") / "asks"
    return str(build([Path(__file__).with_name("asks.cc")], [], program, build_cache))


@pytest.mark.filterwarnings("ignore:(Obs|Act|Agent|.*render).*:UserWarning:pettingzoo")
def test_pettingzoo_accepts_both(asks):
    turns = AskerTurns(asks)
    api_test(turns, num_cycles=30, verbose_progress=False)
    turns.close()
    team = AskerTeam(asks)
    parallel_api_test(team, num_cycles=30)
    team.close()


def test_whoever_asks_decides_in_its_turn(asks):
    env = AskerTurns(asks)
    env.reset(seed=1)
    order, values = [], []
    for agent in env.agent_iter():
        observation, reward, terminated, truncated, _ = env.last()
        if terminated or truncated:
            values.append(float(observation["value"]))
            env.step(None)
            continue
        order.append((float(observation["time_s"][0]), agent, reward))
        env.step({"decided": float(observation["time_s"][0]) + int(agent[-1]) / 10})
    env.close()
    assert [(time_s, agent) for time_s, agent, _ in order] == [
        *((1, "asker_0"), (2, "asker_0"), (2, "asker_1"), (3, "asker_0"), (3, "asker_2")),
        *((4, "asker_0"), (4, "asker_1"), (5, "asker_0")),
        *((6, "asker_0"), (6, "asker_1"), (6, "asker_2")),
    ]
    assert values == [6, 6.1, 6.2]


def test_a_wrong_action_leaves_the_turn(asks):
    env = AskerTurns(asks)
    env.reset(seed=1)
    with pytest.raises(InvalidAction, match="decided"):
        env.step({"decided": 1000.0})
    with pytest.raises(InvalidAction, match="asker_0: other is not an action field"):
        env.step({"other": 1.0})
    for wrong in (
        {"decided": None},
        {"decided": [1.0, 2.0]},
        {"decided": "much"},
        np.zeros(2),
        None,
    ):
        with pytest.raises(InvalidAction, match="asker_0: "):
            env.step(wrong)
    env.step({"decided": 5.0})
    assert env.observe("asker_0")["value"] == 5
    env.close()


def test_in_a_team_the_actions_of_those_who_ask_count(asks):
    env = AskerTeam(asks)
    seen, _ = env.reset(seed=1)
    assert [int(seen[agent]["asks"]) for agent in env.agents] == [1, 0, 0]
    seen, rewards, *_ = env.step({agent: {"decided": 7.0} for agent in env.agents})
    assert [float(seen[agent]["value"]) for agent in env.agents] == [7, 0, 0]
    assert set(rewards.values()) == {0.0}
    with pytest.raises(InvalidAction, match="no action of asker_2"):
        env.step({agent: {"decided": np.float64(1)} for agent in ("asker_0", "asker_1")})
    env.close()


# Gymnasium's own Box without axes draws what its `contains` has to cast.
@pytest.mark.filterwarnings("ignore:.*Casting input x:UserWarning")
@pytest.mark.parametrize("scenario", ["tcp", "rate-control"])
def test_actions_that_are_drawn_lie_in_their_space(scenario):
    for kind in (AskerTurns, AskerTeam):
        env = kind(scenario)
        space = env.action_space(env.possible_agents[0])
        assert all(space.contains(space.sample()) for _ in range(20))
        assert space["controller"].contains(0)
        env.close()


def test_where_nobody_asks_there_are_no_such_agents():
    for kind in (AskerTurns, AskerTeam):
        with pytest.raises(InvalidSetting, match="declares no askers"):
            kind("cellular")
