# SPDX-License-Identifier: MIT
"""Policies by name, and the user's own by where they stand."""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ns3_bridge.plugins import Plugins
from py_agent import former_names
from py_agent.contract import Policy
from py_agent.policies.association import AssociationRule
from py_agent.policies.own import UnknownPolicy, make_own, own_class
from py_agent.policies.rules import RulePolicy
from py_agent.policies.share_rules import ShareRule

#: Classes, called without arguments, that choose base stations.
ASSOCIATIONS: Plugins[Callable[[], AssociationRule]] = Plugins(
    "ns3_twin.associations", "association", UnknownPolicy
)
#: Functions that weigh users (`ShareRule`), or classes of policies that take an association rule
#: and, where they have an attribute ``file``, another file in its place.
SHARE_RULES: Plugins[ShareRule | type[Any]] = Plugins(
    "ns3_twin.share_rules", "share rule", UnknownPolicy
)
#: Classes of whole policies, called without arguments.
WHOLE_POLICIES: Plugins[Callable[[], Policy]] = Plugins(
    "ns3_twin.policies", "policy", UnknownPolicy
)
#: Classes of whole policies of a file that is always given: ``NAME=FILE``.
FILE_POLICIES: Plugins[Callable[[Path], Policy]] = Plugins(
    "ns3_twin.file_policies", "policy of a file", UnknownPolicy
)

_SHORT = {"srpt": "load-srpt"}
# As they were once called; they go in version 0.3.
_FORMER_ASSOCIATIONS = {"max-rsrp": "strongest"}
_FORMER_SHARES = {"cmu": "srpt"}
_FORMER_POLICIES = {"single-load-srpt": "load-held"}
_METHODS = ("begin", "decide_frame", "decide_slot")


@dataclasses.dataclass(frozen=True)
class _Composed:
    """``ASSOCIATION-SHARE``, or ``ASSOCIATION-SHARE=FILE``."""

    association: str
    share: str
    file: str = ""

    @classmethod
    def read(cls, name: str) -> _Composed | None:
        """The two rules that a name is made of; None: it is not."""
        rules, _, file = name.partition("=")
        for association in ASSOCIATIONS:
            share = rules.removeprefix(f"{association}-")
            if share != rules and share in SHARE_RULES:
                return cls(association, share, file)
        return None

    def make(self) -> Policy:
        """The policy."""
        rule = SHARE_RULES.load(self.share)
        association = ASSOCIATIONS.load(self.association)()
        if self.file and not hasattr(rule, "file"):
            raise UnknownPolicy(f"share rule {self.share!r} takes no file, not {self.file!r}")
        if not isinstance(rule, type):
            return RulePolicy(association, rule)
        policy: Policy = rule(association, Path(self.file)) if self.file else rule(association)
        return policy


def policy_names() -> list[str]:
    """Names of all policies, known without importing any; those made of two rules first."""
    composed = [f"{association}-{share}" for association in ASSOCIATIONS for share in SHARE_RULES]
    return [*composed, *WHOLE_POLICIES]


def rule_names() -> list[str]:
    """Names of all rules: neither random nor learned, and with no look into the future."""
    return [name for name in policy_names() if is_rule(name)]


def summary(name: str) -> str:
    """One line on a policy of `policy_names`."""
    if (composed := _Composed.read(name)) is None:
        return WHOLE_POLICIES.summary(name)
    rules = (ASSOCIATIONS.summary(composed.association), SHARE_RULES.summary(composed.share))
    return "; ".join(rule.rstrip(".") for rule in rules)


def load_policy(name: str) -> Policy:
    """Make a policy.

    Args:
        name: one of `policy_names`, ``srpt`` for ``load-srpt``, ``ASSOCIATION-drl=FILE`` for an
            agent of one's own, ``flat=FILE`` for one of another trainer, or
            ``package.module:Class`` or ``path/to/file.py:Class``; modules are also looked for in
            the current folder. The class is called without arguments. Former names, ``cmu``,
            ``max-rsrp`` and ``single-load-srpt``, still load and warn.

    Raises:
        UnknownPolicy: the message lists the known names or says what is wrong with the class.
        PolicyFailed: an exception ends the import of its module, or the making of the policy.
        BrokenPlugin: a package registers it, and it cannot be imported.
    """
    known = _current(name)
    if known != _SHORT.get(name, name):
        warnings.warn(f"policy {name} is now {known}", FutureWarning, stacklevel=2)
    if known in WHOLE_POLICIES:
        return _checked(name, WHOLE_POLICIES.load(known)())
    if (composed := _Composed.read(known)) is not None:
        return _checked(name, composed.make())
    kind, _, file = known.partition("=")
    if kind in FILE_POLICIES:
        if not file:
            raise UnknownPolicy(f"policy {name!r} takes a file: {kind}=FILE")
        return _checked(name, FILE_POLICIES.load(kind)(Path(file)))
    if name.endswith(".py"):
        raise UnknownPolicy(f"policy {name!r} is a file: name its class, too, as {name}:Class")
    if ":" not in name:
        known_names = dict.fromkeys(policy_names())
        raise UnknownPolicy(
            f"{WHOLE_POLICIES.explain_unknown(name, known_names)}, or package.module:Class, or "
            "path/to/file.py:Class"
        )
    return _checked(name, make_own(name))


def _current(name: str) -> str:
    """A name in full, and of today."""
    full = _SHORT.get(name, name)
    full = _FORMER_POLICIES.get(full, full)
    if _Composed.read(full) is not None:
        return full
    rules, equals, file = full.partition("=")
    for old, new in _FORMER_ASSOCIATIONS.items():
        if rules.startswith(f"{old}-"):
            rules = new + rules.removeprefix(old)
    for old, new in _FORMER_SHARES.items():
        if rules == old:
            rules = f"load-{new}"
        elif rules.endswith(f"-{old}"):
            rules = rules.removesuffix(old) + new
    return rules + equals + file


def is_rule(name: str) -> bool:
    """Whether a policy is a rule: neither random nor learned, and with no look into the future."""
    composed = _Composed.read(_current(name))
    return composed is not None and not hasattr(SHARE_RULES.load(composed.share), "file")


def is_own_rule(name: str) -> bool:
    """Whether a policy is a rule, of those for one kind of scenario, too.

    These say so by an attribute ``rule = True`` of the class.

    >>> is_own_rule("cubic"), is_own_rule("load-fill"), is_own_rule("random")
    (True, True, False)
    """
    if name in WHOLE_POLICIES:
        return bool(getattr(WHOLE_POLICIES.load(name), "rule", False))
    return is_rule(name)


def takes_file(name: str) -> bool:
    """Whether ``NAME=FILE`` is a policy with another agent; not if the name has a file already.

    >>> takes_file("twin-drl"), takes_file("twin-fill")
    (True, False)
    """
    if name in FILE_POLICIES:
        return True
    composed = _Composed.read(_current(name))
    if composed is None or composed.file:
        return False
    return hasattr(SHARE_RULES.load(composed.share), "file")


def fingerprint(name: str) -> str:
    """What a policy's decisions depend on beside its name and the version of this package.

    Args:
        name: as `load_policy` takes it.

    Returns:
        a hash of the files of an agent, of another package's plug-ins, of a policy of one's own;
        empty for our rules.
    """
    files = [file.read_bytes() for file in _files_of(_current(name))]
    return hashlib.sha256(b"".join(files)).hexdigest()[:16] if files else ""


def _files_of(name: str) -> list[Path]:
    made_of: list[Any]
    if name in WHOLE_POLICIES:
        made_of = [WHOLE_POLICIES.load(name)]
    elif (composed := _Composed.read(name)) is not None:
        made_of = [SHARE_RULES.load(composed.share), ASSOCIATIONS.load(composed.association)]
        if composed.file:
            return [Path(composed.file), *_foreign(made_of)]
    elif (kind := name.partition("=")[0]) in FILE_POLICIES:
        return [Path(name.partition("=")[2]), *_foreign([FILE_POLICIES.load(kind)])]
    else:
        made_of = [own_class(name)]
    return [*(file for part in made_of for file in _agents_of(part)), *_foreign(made_of)]


def _agents_of(part: Any) -> list[Path]:
    """Files of agents that a rule or policy may read, over one radio or another."""
    return [part.file, *getattr(part, "of_radio", {}).values()] if hasattr(part, "file") else []


def _foreign(made_of: list[Any]) -> list[Path]:
    ours = __name__.partition(".")[0]
    foreign = [part for part in made_of if part.__module__.partition(".")[0] != ours]
    return [Path(inspect.getfile(part)) for part in foreign]


def _checked(name: str, policy: Any) -> Policy:
    missing = [method for method in _METHODS if not callable(getattr(policy, method, None))]
    if missing:
        raise UnknownPolicy(f"policy {name!r} lacks the methods {', '.join(missing)}")
    loaded: Policy = policy
    return loaded


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
