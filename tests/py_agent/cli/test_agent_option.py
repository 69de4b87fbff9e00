"""`--agent FILE` is the agent of the policies that have one."""

from __future__ import annotations

from pathlib import Path

import pytest

from ns3_bridge import InvalidSetting
from py_agent.cli.agent_file import with_agent, with_agents
from py_agent.drl.trained import AGENTS
from py_agent.policies import load_policy

MINE = Path("mine.npz")


def test_the_usual_policy_takes_it_where_none_is_named():
    assert with_agent(None, MINE) == "twin-drl=mine.npz"


def test_without_an_agent_names_stay():
    assert with_agent(None, None) is None
    assert with_agents(["load-fill", "twin-drl"], None) == ["load-fill", "twin-drl"]


def test_a_retraining_rule_and_its_parameters_stay_behind_it():
    assert with_agents(["twin-drl@policy+w_A=4"], MINE) == ["twin-drl=mine.npz@policy+w_A=4"]


@pytest.mark.parametrize("policy", ["load-fill", "twin-drl=its.npz", "no-twin-drl", "mine:Class"])
def test_a_policy_that_takes_none_is_refused(policy):
    with pytest.raises(InvalidSetting, match="takes no agent; twin-drl, load-drl, … do"):
        with_agent(policy, MINE)
    with pytest.raises(InvalidSetting, match="takes no agent"):
        with_agents([policy], MINE)


def test_the_name_loads():
    name = with_agent("load-drl", AGENTS / "default.npz")
    assert name is not None
    assert load_policy(name).__class__ is load_policy("load-drl").__class__
