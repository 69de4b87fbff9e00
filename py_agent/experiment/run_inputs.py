# SPDX-License-Identifier: MIT
"""What a run depends on beside its settings' values, and settings that hold in any folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pydantic

import ns3_scenarios
from ns3_bridge.settings import flatten
from py_agent.experiment.run_settings import RunSettings
from py_agent.input_files import digest, digests, portable_scenario, with_absolute_paths

_PYTHON = ".py"


def changed_settings(settings: pydantic.BaseModel) -> dict[str, Any]:
    """Settings of a scenario that are not default, by full name.

    Args:
        settings: all of them, checked.
    """
    default = dict(flatten(type(settings)().model_dump()))
    return {
        name: value for name, value in flatten(settings.model_dump()) if value != default.get(name)
    }


def files_of(
    run: RunSettings, settings: pydantic.BaseModel, is_local: bool = True
) -> dict[str, str]:
    """Files that the simulation reads, and a program of one's own: absolute path to SHA-256.

    Args:
        run: the settings.
        settings: those of the scenario, checked. A file that is called like a choice is none.
        is_local: ns-3 runs on this machine; else its files are a gateway's.
    """
    if not is_local:
        return digests([run.learning.recording])
    changed = changed_settings(settings)
    texts = {name: value for name, value in changed.items() if _is_text(settings, name.split("."))}
    found = digests([texts, run.ns3, run.learning.recording])
    if run.scenario not in ns3_scenarios.names():
        program = Path(ns3_scenarios.program(run.scenario)).resolve()
        found[str(program)] = digest(program)
    return found


def portable(
    run: RunSettings, settings: pydantic.BaseModel, is_local: bool = True
) -> dict[str, Any]:
    """All settings of a run as its folder keeps them: files and programs are named absolutely.

    Args:
        run: the settings.
        settings: those of the scenario, checked.
        is_local: as of `files_of`.
    """
    of_network: dict[str, Any] = {"settings": settings.model_dump()}
    if is_local:
        of_network = {
            "scenario": portable_scenario(run.scenario),
            "settings": portable_settings(settings),
            "ns3": with_absolute_paths(run.ns3),
        }
    return {
        **run.model_dump(mode="json"),
        **of_network,
        "policy": portable_policy(run.policy),
        "learning": with_absolute_paths(
            run.learning.model_dump(mode="json"), lambda name: name == ("recording",)
        ),
    }


def portable_policy(policy: str) -> str:
    """A policy's name; an agent's file and a module in this folder are named absolutely."""
    rules, equals, agent = policy.partition("=")
    if equals and Path(agent).is_file():
        return f"{rules}={Path(agent).resolve()}"
    where, colon, name = policy.rpartition(":")
    file = Path(where if where.endswith(_PYTHON) else f"{where}{_PYTHON}")
    if colon and file.is_file():
        return f"{file.resolve()}:{name}"
    return policy


def portable_settings(settings: pydantic.BaseModel) -> dict[str, Any]:
    """All settings of a scenario, nested; files are named absolutely."""
    changed = changed_settings(settings)

    def is_path(name: Sequence[str]) -> bool:
        return ".".join(name) in changed and _is_text(settings, name)

    return with_absolute_paths(settings.model_dump(), is_path)


def _is_text(settings: pydantic.BaseModel, name: Sequence[str]) -> bool:
    """Whether a setting may hold any text, so that it may name a file."""
    *groups, leaf = name
    for group in groups:
        settings = getattr(settings, group)
    return type(settings).model_fields[leaf].annotation is str
