# SPDX-License-Identifier: MIT
"""Policies by name, and the user's own by ``package.module:Class``."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from py_agent.policies import share_rules
from py_agent.policies.association import LoadBalancing, MaxRsrp
from py_agent.policies.base import Policy
from py_agent.policies.oracle import Oracle
from py_agent.policies.random import RandomPolicy
from py_agent.policies.rules import RulePolicy

POLICIES: Mapping[str, tuple[str, Callable[[], Policy]]] = {
    "random": ("every action field uniformly at random", RandomPolicy),
    "max-rsrp-equal": (
        "strongest base station, equal shares",
        lambda: RulePolicy(MaxRsrp(), share_rules.equal),
    ),
    "max-rsrp-proportional": (
        "strongest base station, shares in proportion to the work",
        lambda: RulePolicy(MaxRsrp(), share_rules.proportional),
    ),
    "max-rsrp-sqrt": (
        "strongest base station, shares as the square root of the work",
        lambda: RulePolicy(MaxRsrp(), share_rules.square_root),
    ),
    "load-sqrt": (
        "greedy load balancing, shares as the square root of the work",
        lambda: RulePolicy(LoadBalancing(), share_rules.square_root),
    ),
    "cmu": (
        "greedy load balancing, shares by the index rule (1/remaining)^6",
        lambda: RulePolicy(LoadBalancing(), share_rules.index_rule, share_rules.training_urgency),
    ),
    "oracle": (
        "upper reference: tries 16 associations a frame on branches of the network, shares as cmu",
        Oracle,
    ),
}

_METHODS = ("begin", "decide_frame", "decide_slot")


class UnknownPolicy(LookupError):
    """Raised when a policy's name is not known or its class cannot be loaded."""


def load_policy(name: str) -> Policy:
    """Make a policy.

    Args:
        name: a key of `POLICIES`, or ``package.module:Class``; modules are also looked for in the
            current folder. The class is called without arguments.

    Raises:
        UnknownPolicy: the message lists the known names or says what is wrong with the class.
    """
    if name in POLICIES:
        return POLICIES[name][1]()
    module_name, colon, class_name = name.partition(":")
    if not colon:
        raise UnknownPolicy(
            f"unknown policy {name!r}; known: {', '.join(POLICIES)}, or package.module:Class"
        )
    return _load_own(name, module_name, class_name)


def _load_own(name: str, module_name: str, class_name: str) -> Policy:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise UnknownPolicy(f"policy {name!r}: cannot import {module_name}: {error}") from error
    made: Any = getattr(module, class_name, None)
    if made is None:
        raise UnknownPolicy(f"policy {name!r}: {module_name} has no {class_name}")
    policy = made()
    missing = [method for method in _METHODS if not callable(getattr(policy, method, None))]
    if missing:
        raise UnknownPolicy(f"policy {name!r} lacks the methods {', '.join(missing)}")
    loaded: Policy = policy
    return loaded
