# SPDX-License-Identifier: MIT
"""Policies by name, and the user's own by ``package.module:Class``."""

from __future__ import annotations

import functools
import hashlib
import importlib
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ns3_bridge import Ns3TwinError
from py_agent.contract import Policy
from py_agent.policies import share_rules
from py_agent.policies.association import AssociationRule, LoadBalancing, MaxRsrp
from py_agent.policies.fill import FillPolicy
from py_agent.policies.oracle import Oracle
from py_agent.policies.random import RandomPolicy
from py_agent.policies.rules import RulePolicy
from py_agent.policies.share_rules import ShareRule, TrainingRule
from py_agent.policies.single_timescale import SingleTimescale


def _twin_association() -> AssociationRule:
    from py_agent.policies.twin_association import TwinAssociation  # scipy is an extra

    return TwinAssociation()


ASSOCIATIONS: Mapping[str, tuple[str, Callable[[], AssociationRule]]] = {
    "max-rsrp": ("strongest base station", MaxRsrp),
    "load": ("greedy load balancing", LoadBalancing),
    "twin": ("local search over the twin's predictions", _twin_association),
}
_SHARES: Mapping[str, tuple[str, ShareRule, TrainingRule | None]] = {
    "equal": ("equal shares", share_rules.equal, None),
    "proportional": ("shares in proportion to the work", share_rules.proportional, None),
    "sqrt": ("shares as the square root of the work", share_rules.square_root, None),
    "cmu": (
        "shares by the index rule (1/remaining)^6",
        share_rules.index_rule,
        share_rules.training_urgency,
    ),
}

_AGENTS = Path(__file__).parent.parent / "drl" / "agents"  # those that come along
_FILL = {"fill": "shares by priority, to each what it can use in a slot"}


def _rule(association: str, share: str) -> Policy:
    chooser = ASSOCIATIONS[association][1]()
    if share == "fill":
        return FillPolicy(chooser)
    _, weights, training = _SHARES[share]
    return RulePolicy(chooser, weights, training)


def _drl(association: str, agent: Path) -> Policy:
    from py_agent.drl.agent import Agent  # it imports policies
    from py_agent.drl.policy import DrlPolicy

    return DrlPolicy(ASSOCIATIONS[association][1](), Agent.load(agent))


def _rollout_fill() -> Policy:
    from py_agent.policies.rollout_association import RolloutAssociation  # torch takes a second

    return FillPolicy(RolloutAssociation())


RULES: Mapping[str, tuple[str, Callable[[], Policy]]] = {
    f"{association}-{share}": (
        f"{ASSOCIATIONS[association][0]}, {summary}",
        functools.partial(_rule, association, share),
    )
    for association in ASSOCIATIONS
    for share, summary in {**{name: rule[0] for name, rule in _SHARES.items()}, **_FILL}.items()
}
POLICIES: Mapping[str, tuple[str, Callable[[], Policy]]] = {
    "random": ("every action field uniformly at random", RandomPolicy),
    **RULES,
    **{
        f"{association}-drl": (
            f"{summary}, a trained agent shifts the priorities of fill; =FILE: another agent",
            functools.partial(_drl, association, _AGENTS / "default.npz"),
        )
        for association, (summary, _) in ASSOCIATIONS.items()
    },
    "single-load-cmu": (
        "load-cmu on one timescale: shares, too, are decided once a frame and then stay",
        lambda: SingleTimescale(_rule("load", "cmu")),
    ),
    "single-twin-drl": (
        "twin-drl on one timescale: an agent trained to decide once a frame",
        functools.partial(_drl, "twin", _AGENTS / "frame.npz"),
    ),
    "no-twin-drl": (
        "load-drl without a twin: an agent trained on users' last reports alone",
        functools.partial(_drl, "load", _AGENTS / "raw.npz"),
    ),
    "rollout-fill": (
        "tries 6 associations a frame in the twin's futures, shares as twin-fill",
        _rollout_fill,
    ),
    "oracle": (
        "upper reference: tries 16 associations a frame on branches of the network, shares as cmu",
        Oracle,
    ),
}
_SHORT = {"cmu": "load-cmu"}

_METHODS = ("begin", "decide_frame", "decide_slot")


class UnknownPolicy(Ns3TwinError, LookupError):
    """Raised when a policy's name is not known or its class cannot be loaded."""


def load_policy(name: str) -> Policy:
    """Make a policy.

    Args:
        name: a key of `POLICIES`, ``cmu`` for ``load-cmu``, ``ASSOCIATION-drl=FILE`` for an
            agent of one's own, or ``package.module:Class``; modules are also looked for in the
            current folder. The class is called without arguments.

    Raises:
        UnknownPolicy: the message lists the known names or says what is wrong with the class.
    """
    known = _SHORT.get(name, name)
    if known in POLICIES:
        return POLICIES[known][1]()
    association, equals, agent = name.partition("-drl=")
    if equals and association in ASSOCIATIONS:
        return _drl(association, Path(agent))
    module_name, colon, class_name = name.partition(":")
    if not colon:
        raise UnknownPolicy(
            f"unknown policy {name!r}; known: {', '.join(POLICIES)}, or package.module:Class"
        )
    return _load_own(name, module_name, class_name)


def is_rule(name: str) -> bool:
    """Whether a policy is a rule: neither random nor learned, and with no look into the future."""
    return _SHORT.get(name, name) in RULES


def fingerprint(name: str) -> str:
    """What a policy's decisions depend on beside its name and the version of this package.

    Args:
        name: as `load_policy` takes it.

    Returns:
        a hash of the file of an agent or of a policy of one's own; empty for rules.
    """
    if "-drl" in name:
        return _hash_of(_agent_of(name))
    module_name, colon, class_name = name.partition(":")
    if not colon:
        return ""
    path = inspect.getfile(_own_class(name, module_name, class_name))
    return _hash_of(Path(path))


def _agent_of(name: str) -> Path:
    _, equals, file = name.partition("=")
    ours = {"single-twin-drl": "frame.npz", "no-twin-drl": "raw.npz"}
    return Path(file) if equals else _AGENTS / ours.get(name, "default.npz")


def _hash_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _own_class(name: str, module_name: str, class_name: str) -> Any:
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
    return made


def _load_own(name: str, module_name: str, class_name: str) -> Policy:
    policy = _own_class(name, module_name, class_name)()
    missing = [method for method in _METHODS if not callable(getattr(policy, method, None))]
    if missing:
        raise UnknownPolicy(f"policy {name!r} lacks the methods {', '.join(missing)}")
    loaded: Policy = policy
    return loaded
