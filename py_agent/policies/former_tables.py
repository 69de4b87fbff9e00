# SPDX-License-Identifier: MIT
"""Tables of policies as they were before version 0.2, for `py_agent.former_names`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

from py_agent.contract import Policy
from py_agent.policies.registry import load_policy, policy_names, rule_names, summary

RetrainingName: TypeAlias = Literal[
    "none", "fixed", "periodic", "need", "need-calibrated", "spare", "policy"
]


def _table(names: Sequence[str]) -> Mapping[str, tuple[str, Callable[[], Policy]]]:
    return {name: (summary(name), functools.partial(load_policy, name)) for name in names}


#: Line on a policy and what makes it, by name.
POLICIES = _table(policy_names())
RULES = _table(rule_names())
