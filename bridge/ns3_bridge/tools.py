# SPDX-License-Identifier: MIT
"""Runs tools such as compilers; they and all that they start end with us, however we end."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from ns3_bridge import guard


def run_tool(
    command: Sequence[object],
    *,
    deadline_s: float | None = None,
    temporary: Path | None = None,
    folder: Path | None = None,
) -> tuple[int, str]:
    """Run a tool to its end.

    Args:
        command: the tool and its arguments.
        deadline_s: how long it may take; None: as long as it likes.
        temporary: where its temporary files go.
        folder: where it runs.

    Returns:
        its exit status and what it complained of, or what it said if it did not complain.

    Raises:
        TimeoutError: it took longer; it has been ended.
    """
    with contextlib.ExitStack() as stack:
        lifeline, ours = os.pipe()
        stack.callback(os.close, lifeline)
        with contextlib.closing(os.fdopen(ours, "wb")):  # an interrupt closes it: the guard kills
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", guard.__file__, "", *map(str, command)],
                cwd=folder,
                env={
                    **os.environ,
                    **({} if temporary is None else {"TMPDIR": str(temporary)}),
                    "NS3_TWIN_CONTROL_FD": str(lifeline),
                },
                pass_fds=[lifeline],
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
            tool = stack.enter_context(process)  # in the end nobody writes any more
            try:
                output, complaint = tool.communicate(timeout=deadline_s)
            except subprocess.TimeoutExpired:
                raise TimeoutError(f"{command[0]} took longer than {deadline_s:g} s") from None
    return tool.returncode, (complaint or output).strip()
