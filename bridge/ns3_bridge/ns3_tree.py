# SPDX-License-Identifier: MIT
"""Programs in an ns-3 tree, as ``./ns3 run`` names them."""

from __future__ import annotations

import ast
import difflib
import itertools
import re
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from ns3_bridge.errors import DeadlineExceeded, HandshakeError, InvalidSetting
from ns3_bridge.tools import run_tool


def is_ns3_run(command: Sequence[str]) -> bool:
    """Is it ``./ns3 run …``?"""
    return len(command) > 1 and Path(command[0]).name == "ns3" and command[1] == "run"


def program_of_ns3_run(command: Sequence[str], deadline_s: float) -> list[str]:
    """Build what ``./ns3 run`` would run, and find it.

    The script itself would stand between agent and simulator and close what they share. The
    program is started in the tree's folder, as the script does.

    Args:
        command: ``["./ns3", "run", "name --argument=3"]``, also with ``--no-build`` and with
            arguments after ``--``.
        deadline_s: how long the build may take.

    Returns:
        the program and its arguments.

    Raises:
        InvalidSetting: another option of the script is given, or no program.
        HandshakeError: it is no ns-3 tree, it does not build, or it has no such program.
        DeadlineExceeded: it is not built in time.
    """
    script = Path(command[0]).absolute()
    if not script.is_file():
        raise HandshakeError(f"cannot start {command[0]}: no such file")
    options = list(itertools.takewhile(lambda word: word != "--", command[2:]))
    after = command[len(options) + 3 :]
    words = [option for option in options if not option.startswith("-")]
    others = [option for option in options if option.startswith("-") and option != "--no-build"]
    if others or len(words) != 1 or not words[0].split():
        raise InvalidSetting(
            f"{shlex.join(command)}: give one program, --no-build, and arguments after --; "
            "a debugger, a template or a folder cannot stand between agent and simulator"
        )
    target, *arguments = shlex.split(words[0])
    if "--no-build" not in options:
        _build(script, target, deadline_s)
    program = _find(script.parent, target)
    return ["env", f"--chdir={script.parent}", program, *arguments, *after]


def _build(script: Path, target: str, deadline_s: float) -> None:
    name = PurePath(target).name.removesuffix(".cc")
    try:
        status, said = run_tool(
            [sys.executable, script, "build", name], deadline_s=deadline_s, folder=script.parent
        )
    except TimeoutError as error:
        raise DeadlineExceeded(f"{script} build {name}: {error}") from None
    if status != 0:
        raise HandshakeError(f"{script} build {name} failed:\n{said}")


def _find(tree: Path, target: str) -> str:
    lock = tree / f".lock-ns3_{sys.platform}_build"
    if not lock.is_file():
        raise HandshakeError(f"{tree} is not configured: run ./ns3 configure there")
    told = _assignments(lock.read_text(encoding="utf-8"))
    prefix, suffix = f"ns{told['VERSION']}-", f"-{told['BUILD_PROFILE']}"
    names: dict[str, str] = {}
    for program in told["ns3_runnable_programs"]:
        path = PurePath(program)
        short = path.name.removeprefix(prefix).removesuffix(suffix)
        names[program] = str(path.relative_to(told["out_dir"]).with_name(short))
    wanted = target.removesuffix(".cc")
    found = [p for p, name in names.items() if f"/{name}".endswith(f"/{wanted}")]
    if len(found) == 1:
        return found[0]
    if found:
        all_names = ", ".join(names[program] for program in found)
        raise HandshakeError(f"{target} is the name of several programs in {tree}: {all_names}")
    known = [PurePath(name).name for name in names.values()]
    close = difflib.get_close_matches(wanted, known, 1)
    hint = f"did you mean {close[0]}?" if close else f"there are: {', '.join(sorted(known))}"
    raise HandshakeError(f"{tree} has no program {target}; {hint}")


def _assignments(text: str) -> dict[str, Any]:
    """What the record of a configured tree says; it is Python."""
    wanted = "VERSION|BUILD_PROFILE|out_dir|ns3_runnable_programs"
    found = re.findall(rf"^({wanted}) = (.+)$", text, re.MULTILINE)
    return {name: ast.literal_eval(value.strip()) for name, value in found}
