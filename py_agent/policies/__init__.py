# SPDX-License-Identifier: MIT
"""Policies: what decides, behind one protocol."""

from py_agent.contract import (
    BranchNow,
    Decision,
    LookAheadPolicy,
    MissingObservation,
    Network,
    Observation,
    Policy,
)
from py_agent.policies.registry import (
    UnknownPolicy,
    fingerprint,
    is_rule,
    load_policy,
    policy_names,
    rule_names,
)

__all__ = [
    "BranchNow",
    "Decision",
    "LookAheadPolicy",
    "MissingObservation",
    "Network",
    "Observation",
    "Policy",
    "UnknownPolicy",
    "fingerprint",
    "is_rule",
    "load_policy",
    "policy_names",
    "rule_names",
]
