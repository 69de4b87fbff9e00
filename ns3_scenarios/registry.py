# SPDX-License-Identifier: MIT
"""The physical networks that can be simulated: names, programs, Gymnasium ids."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gymnasium
from gymnasium.vector import AutoresetMode

import ns3_bridge
from ns3_bridge import (
    Ns3TwinError,
    ScenarioEnv,
    ScenarioPool,
    ScenarioVectorEnv,
    _native,
)
from ns3_bridge.plugins import Plugins

# Compiled files lie beside the compiled module of the bridge, also in an editable installation,
# where this file does not.
INSTALLED = Path(_native.__file__).parent.parent / "ns3_scenarios"
_PROGRAMS = INSTALLED / "bin"
_SOURCES = (".cc", ".cpp", ".cxx")


class UnknownScenario(Ns3TwinError, LookupError):
    """Raised when no scenario has the name asked for."""


#: Paths of scenario programs, or functions that return one.
SCENARIOS: Plugins[Callable[[], Path] | Path | str] = Plugins(
    "ns3_twin.scenarios", "scenario", UnknownScenario
)


def cellular() -> Path:
    """Mobile users in LTE cells with edge servers."""
    return _PROGRAMS / "cellular"


def wifi() -> Path:
    """Moving Wi-Fi stations at access points with edge servers."""
    return _PROGRAMS / "wifi"


def tcp() -> Path:
    """TCP flows through one bottleneck, which ask for their windows."""
    return _PROGRAMS / "tcp"


def rate_control() -> Path:
    """Wi-Fi stations whose modulation and coding scheme is chosen frame by frame."""
    return _PROGRAMS / "rate-control"


def names() -> list[str]:
    """Names of the scenarios that are installed, ours and other packages'."""
    return sorted(SCENARIOS)


def program(scenario: str | os.PathLike[str]) -> str:
    """Path of a scenario's program.

    Args:
        scenario: an installed scenario's name, or the path of a scenario program of your own.

    Raises:
        UnknownScenario: there is neither; the message lists the known names.
    """
    scenario = os.fspath(scenario)
    if scenario in SCENARIOS:
        registered = SCENARIOS.load(scenario)
        return str(registered() if callable(registered) else registered)
    own = Path(scenario)
    if os.sep in scenario and own.is_file() and os.access(own, os.X_OK):
        return str(own.resolve())
    if own.suffix in _SOURCES:
        raise UnknownScenario(
            f"scenario {scenario!r} is source code: ns3-twin build {scenario} makes a program of it"
        )
    raise UnknownScenario(
        f"{SCENARIOS.explain_unknown(scenario)}, "
        "or the path of a scenario program, e.g. ./my-scenario"
    )


def make(
    scenario: str | os.PathLike[str],
    *arguments: Any,
    render_mode: str | None = None,
    **options: Any,
) -> ScenarioEnv:
    """Make the environment of a scenario.

    Args:
        scenario: an installed scenario's name, or the path of a program.
        arguments: as of `ns3_bridge.LocalHost`, after the program.
        render_mode: as of `ns3_bridge.ScenarioEnv`.
        options: as of `ns3_bridge.LocalHost`.
    """
    return ns3_bridge.make(program(scenario), *arguments, render_mode=render_mode, **options)


def make_vector(
    scenario: str | os.PathLike[str],
    num_envs: int,
    autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
    max_episode_steps: int | None = None,
    **options: Any,
) -> ScenarioVectorEnv:
    """Make `num_envs` environments of a scenario that are stepped at once."""
    return ns3_bridge.make_vector(
        program(scenario), num_envs, autoreset_mode, max_episode_steps, **options
    )


def make_pool(
    scenario: str | os.PathLike[str], num_envs: int, batch_size: int | None = None, **options: Any
) -> ScenarioPool:
    """Make `num_envs` environments of a scenario that are stepped as each of them is ready."""
    return ns3_bridge.make_pool(program(scenario), num_envs, batch_size, **options)


def gymnasium_id(scenario: str) -> str:
    """Gymnasium's name of an installed scenario: ``cellular`` is ``ns3/Cellular-v0``."""
    return f"ns3/{scenario.title()}-v0"


def register_environments() -> None:
    """Register every installed scenario with Gymnasium; those that are registered stay so."""
    for name in names():
        if gymnasium_id(name) in gymnasium.registry:
            continue
        gymnasium.register(
            id=gymnasium_id(name),
            entry_point="ns3_scenarios.registry:make",
            vector_entry_point="ns3_scenarios.registry:make_vector",
            kwargs={"scenario": name},
        )
