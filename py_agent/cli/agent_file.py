# SPDX-License-Identifier: MIT
"""The option ``--agent``: a trained agent of one's own in place of the bundled one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from ns3_bridge import InvalidSetting

AgentFile = Annotated[
    Path | None,
    typer.Option(
        "--agent",
        help="File of a trained agent (ns3-twin train) for policies that have one: twin-drl, ….",
        show_default="the bundled ones",
    ),
]
_USUAL = "twin-drl"


def with_agent(policy: str | None, agent: Path | None) -> str | None:
    """The name of a policy, with another agent where one is given.

    >>> with_agent("load-drl@policy", Path("mine.npz"))
    'load-drl=mine.npz@policy'

    Args:
        policy: as `load_policy` takes it, perhaps with a retraining rule; None: not given.
        agent: its file, or None.

    Raises:
        InvalidSetting: the policy has no agent, or its name has a file already.
    """
    if agent is None:
        return policy
    name, at, rule = (policy or _USUAL).partition("@")
    if not _takes_agent(name):
        raise _refused(agent, name)
    return f"{name}={agent}{at}{rule}"


def with_agents(policies: Sequence[str], agent: Path | None) -> list[str]:
    """The names of policies; those that have an agent get another one, if one is given.

    >>> with_agents(["load-fill", "twin-drl", "load-drl=its.npz"], Path("mine.npz"))
    ['load-fill', 'twin-drl=mine.npz', 'load-drl=its.npz']

    Raises:
        InvalidSetting: none of them has an agent.
    """
    if agent is None:
        return list(policies)
    if not any(map(_takes_agent, policies)):
        raise _refused(agent, ", ".join(policies))
    return [str(with_agent(name, agent)) if _takes_agent(name) else name for name in policies]


def _takes_agent(policy: str) -> bool:
    from py_agent.policies.registry import takes_file  # only now: --help does without

    return takes_file(policy.partition("@")[0])


def _refused(agent: Path, policies: str) -> InvalidSetting:
    from ns3_bridge import InvalidSetting

    return InvalidSetting(
        f"--agent {agent}: policy {policies} takes no agent; {_USUAL}, load-drl, … do"
    )
