# SPDX-License-Identifier: MIT
"""How the command line tells of what went wrong."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import NoReturn

import typer

_FOR_RUNS = ("matplotlib", "pyarrow", "tensorboard")
_FOR_LEARNING = ("torch", "sklearn", "river", "scipy")  # packages of the extra
_FOR_TRAINING = "stable_baselines3"
_INTERRUPTED, _TERMINATED = 130, 143  # as shells count: 128 + SIGINT, 128 + SIGTERM


class Terminated(KeyboardInterrupt):
    """Raised by SIGTERM, which is to end a command as Ctrl-C does: files closed, ns-3 stopped."""


def end_on_sigterm() -> None:
    """Take SIGTERM as `Terminated`; else it ends Python without a chance to clean up."""

    def end(*_: object) -> NoReturn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one must not disturb the first
        raise Terminated

    signal.signal(signal.SIGTERM, end)


@contextlib.contextmanager
def errors_as_messages() -> Iterator[None]:
    """A user's mistake or a failed simulation is one line and exit status 2, not a traceback."""
    try:
        yield
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if package in _FOR_RUNS:
            _say(f"{package} is missing: pip install ns3-twin; a gateway's image does without it")
            raise typer.Exit(2) from None
        if package == _FOR_TRAINING:
            _say(f"{package} is missing: pip install 'ns3-twin[learning,drl]'")
            raise typer.Exit(2) from None
        if package not in _FOR_LEARNING:
            raise
        _say(
            f"{package} is missing: pip install 'ns3-twin[learning]' (first the build of torch "
            "that you want; the CPU's is enough)"
        )
        raise typer.Exit(2) from None
    except Terminated:
        typer.echo("terminated", err=True)
        raise typer.Exit(_TERMINATED) from None
    except KeyboardInterrupt:
        typer.echo("interrupted", err=True)
        raise typer.Exit(_INTERRUPTED) from None
    except Exception as error:
        from ns3_bridge import Ns3TwinError  # only now: a command that fails may take its time

        if not isinstance(error, Ns3TwinError):
            raise
        _say(error.args[0])
        raise typer.Exit(2) from None


def _say(message: str) -> None:
    typer.secho(f"error: {message}", fg="red", bold=True, err=True)
