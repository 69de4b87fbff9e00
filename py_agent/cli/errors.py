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
_ENDING = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}


class Ended(KeyboardInterrupt):
    """Raised by a signal that is to end a command: files are closed, ns-3 is stopped."""

    def __init__(self, number: int) -> None:
        super().__init__(_ENDING[signal.Signals(number)])
        self.status = 128 + number  # as shells count


def _end(number: int, _frame: object) -> NoReturn:
    for other in _ENDING:
        if other != signal.SIGINT:  # a second Ctrl-C may be meant; else nothing disturbs the first
            signal.signal(other, signal.SIG_IGN)
    raise Ended(number)


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    """Let signals raise `Ended`; before and after, they end a process that holds nothing yet."""
    before = {number: signal.getsignal(number) for number in _ENDING}
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # as under nohup
            signal.signal(number, _end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def errors_as_messages() -> Iterator[None]:
    """A user's mistake or a failed simulation is one line and exit status 2, not a traceback."""
    try:
        with _signals_raise():
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
    except Ended as ended:
        typer.echo(ended.args[0], err=True)
        raise typer.Exit(ended.status) from None
    except Exception as error:
        from ns3_bridge import Ns3TwinError  # only now: a command that fails may take its time

        if not isinstance(error, Ns3TwinError):
            raise
        _say(error.args[0])
        raise typer.Exit(2) from None


def _say(message: str) -> None:
    typer.secho(f"error: {message}", fg="red", bold=True, err=True)
