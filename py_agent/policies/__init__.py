# SPDX-License-Identifier: MIT
"""Policies: what decides, behind one protocol."""

from typing import TYPE_CHECKING

from py_agent import former_names
from py_agent.contract import (
    BranchNow,
    Decision,
    LookAheadPolicy,
    MissingObservation,
    Network,
    Observation,
    Policy,
    PolicyFailed,
)
from py_agent.policies.own import UnknownPolicy
from py_agent.policies.registry import (
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
    "PolicyFailed",
    "UnknownPolicy",
    "fingerprint",
    "is_rule",
    "load_policy",
    "policy_names",
    "rule_names",
]

if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
