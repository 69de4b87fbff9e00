# SPDX-License-Identifier: MIT
"""What policies of a comparison are called: ``POLICY@RULE+KNOB=VALUE``."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from ns3_bridge import InvalidSetting

WEIGHT = "w_A"  # the knob of a policy: learning.accuracy_weight; all others are its rule's

_LABEL = re.compile(r"(?P<name>.+?)(?P<knobs>(\+\w+=[^+]*)*)")


@dataclasses.dataclass(frozen=True)
class Label:
    """A label, taken apart.

    Attributes:
        policy: the name.
        retrain: the retraining rule; None: not given.
        accuracy_weight: w_A; None: not given.
        options: of the retraining rule.

    Example:
        >>> parse("twin-drl@policy+w_A=4")
        Label(policy='twin-drl', retrain='policy', accuracy_weight=4.0, options={})
        >>> parse("load-fill@spare+idle_margin=0.1").options
        {'idle_margin': 0.1}
        >>> parse("twin-drl=/home/ann@lab/agent.npz@policy").retrain
        'policy'
        >>> parse("/home/ann@lab/mine.py:Policy").policy
        '/home/ann@lab/mine.py:Policy'
    """

    policy: str
    retrain: str | None
    accuracy_weight: float | None
    options: Mapping[str, float]


def parse(label: str) -> Label:
    """Take a label apart.

    Raises:
        InvalidSetting: a knob's value is not a number.
    """
    found = _LABEL.fullmatch(label)
    if found is None:
        raise InvalidSetting(f"policy {label!r} is no POLICY@RULE+KNOB=VALUE")
    knobs: dict[str, float] = {}
    for knob in found["knobs"].split("+")[1:]:
        name, _, value = knob.partition("=")
        try:
            knobs[name] = float(value)
        except ValueError:
            raise InvalidSetting(f"policy {label!r}: {name} = {value!r} is not a number") from None
    weight = knobs.pop(WEIGHT, None)
    policy, retrain = _policy_and_rule(found["name"])
    return Label(policy, retrain or None, weight, knobs)


def with_rule(label: str, retrain: str) -> str:
    """The label, with a retraining rule where it names none.

    >>> with_rule("srpt", "spare"), with_rule("drl+w_A=4", "spare"), with_rule("a3@none", "spare")
    ('srpt@spare', 'drl@spare+w_A=4', 'a3@none')
    """
    found = parse(label)
    if found.retrain is not None:
        return label
    return f"{found.policy}@{retrain}{label[len(found.policy) :].removeprefix('@')}"


def family(label: str) -> str:
    """Whose knobs these are: the policy alone.

    >>> family("twin-drl@policy+w_A=4"), family("load-fill@spare"), family("srpt")
    ('twin-drl', 'load-fill', 'srpt')
    """
    return parse(label).policy


def _policy_and_rule(name: str) -> tuple[str, str]:
    """The parts before and after the ``@``; files of policies may have one in their path."""
    policy, _, retrain = name.rpartition("@")
    return (policy, retrain) if policy and "/" not in retrain else (name, "")
