# SPDX-License-Identifier: MIT
"""How the command line tells of what went wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import typer

from ns3_bridge import BridgeError
from ns3_scenarios import UnknownScenario
from ns3_scenarios.build import BuildFailed
from py_agent.policies import UnknownPolicy

_INTERRUPTED = 130  # as shells count: 128 + SIGINT


@contextlib.contextmanager
def errors_as_messages() -> Iterator[None]:
    """A user's mistake or a failed simulation is one line and exit status 2, not a traceback."""
    try:
        yield
    except (BridgeError, UnknownScenario, UnknownPolicy, BuildFailed) as error:
        typer.secho(f"error: {error.args[0]}", fg="red", bold=True, err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        raise typer.Exit(_INTERRUPTED) from None
