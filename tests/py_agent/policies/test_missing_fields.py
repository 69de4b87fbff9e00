"""Rules on scenarios that do not observe what the rules need, or take other decisions."""

from __future__ import annotations

import pytest

from ns3_bridge import Field, Ns3TwinError, Schema
from py_agent.contract import MissingObservation, Network
from py_agent.policies import load_policy, policy_names
from py_agent.policies.retraining import RETRAINING_RULES

SETTINGS = {"n_ue": 2, "n_bs": 2, "slot_s": 0.02, "slots_per_frame": 50, "warmup_s": 1.0}
# They need nothing, or branches, or decide elsewhere.
OWN = (
    *("random", "oracle", "oracle-fill", "rollout-fill", "rollout-drl"),
    *("newreno", "cubic", "bbr", "fast-tcp", "tcp-agent"),
    *("minstrel-ht", "ideal", "thompson", "rate-agent"),
)


def network(observed=(), actions=("association", "compute_share")):
    def fields(names):
        return tuple(Field(name, "float32", (2,), "1", 0, 1) for name in names)

    schema = Schema("mine", 0, 0, "1", "", fields(observed), fields(actions), {}, (), "lte")
    return Network("mine", {**SETTINGS, "learning": {"target_accuracy": 0.8}}, schema)


@pytest.mark.parametrize("name", [name for name in policy_names() if name not in OWN])
def test_a_rule_says_before_the_first_slot_what_it_needs(name):
    with pytest.raises(Ns3TwinError, match=r"rsrp_dbm.* mine|mine.* rsrp_dbm"):
        load_policy(name).begin(network(), 1)


def test_a_share_rule_names_the_field_of_tasks_that_is_missing():
    with pytest.raises(MissingObservation, match="needs compute_backlog_cycles, compute_head"):
        load_policy("strongest-srpt").begin(network(["rsrp_dbm", "serving_bs"]), 1)


def test_a_rule_asks_for_no_more_than_it_uses():
    load_policy("strongest-equal").begin(network(["rsrp_dbm", "serving_bs"]), 1)


def test_a_rule_names_the_decision_that_the_scenario_does_not_take():
    with pytest.raises(MissingObservation, match="decides on association, compute_share, which"):
        load_policy("strongest-equal").begin(network(["rsrp_dbm", "serving_bs"], ["gain_db"]), 1)


@pytest.mark.parametrize("name", sorted(RETRAINING_RULES))
def test_a_retraining_rule_says_what_it_needs(name):
    with pytest.raises(MissingObservation, match="accuracy"):
        RETRAINING_RULES.load(name)().begin(network())
