# SPDX-License-Identifier: MIT
"""How the command line tells of what went wrong."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
import time
import types
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

# Packages of extras, by the name under which they are imported.
_EXTRAS = {
    **{"torch": "drl", "stable_baselines3": "drl"},
    "ray": "ray",
    **{"pettingzoo": "multi-agent", "minari": "offline"},
}
_FOR_RUNS = (
    *("matplotlib", "pyarrow", "river", "scipy", "sklearn", "tensorboard", "threadpoolctl"),
    "websockets",
)
_ENDING = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}
_RESUMING = ("compare", "benchmark", "fidelity", "train")  # they keep what is done
_AGAIN_S = 0.02  # until a signal that met an import comes again
_LONGEST_IMPORT_S = 5.0  # one that takes longer is ended all the same


class Ended(KeyboardInterrupt):
    """Raised by a signal that is to end a command: files are closed, ns-3 is stopped."""

    def __init__(self, number: int) -> None:
        super().__init__(_ENDING[signal.Signals(number)])
        self.status = 128 + number  # as shells count


@contextlib.contextmanager
def _signals_raise() -> Iterator[None]:
    """Let signals raise `Ended`; before and after, they end a process that holds nothing yet."""
    received: list[int] = []
    came_s: list[float] = []

    def end(number: int, frame: types.FrameType | None) -> None:
        came_s.append(time.monotonic())
        waited_s = came_s[-1] - came_s[0]
        # An import that is broken off leaves half a module; a compiled one aborts.
        if _is_importing(frame) and waited_s < _LONGEST_IMPORT_S:
            _send_again(number)
            return
        received.append(number)
        for other in _ENDING:
            if other != signal.SIGINT:  # a second Ctrl-C may be meant; else nothing disturbs it
                signal.signal(other, signal.SIG_IGN)
        raise Ended(number)

    tell_of_ignored = sys.unraisablehook

    def ignore(unraisable: sys.UnraisableHookArgs) -> None:
        # Callbacks of a fork and finalisers let no exception through: it comes again.
        if not issubclass(unraisable.exc_type, Ended):
            tell_of_ignored(unraisable)
            return
        number = received.pop()
        for other, handler in before.items():
            if handler != signal.SIG_IGN:
                signal.signal(other, end)
        _send_again(number)

    before = {number: signal.getsignal(number) for number in _ENDING}
    sys.unraisablehook = ignore
    for number, handler in before.items():
        if handler != signal.SIG_IGN:  # as under nohup
            signal.signal(number, end)
    try:
        yield
    except Exception as error:
        if received:  # this is what the code that was interrupted has made of it
            raise Ended(received[0]) from error
        raise
    finally:
        sys.unraisablehook = tell_of_ignored
        for number, handler in before.items():
            signal.signal(number, handler)


def _send_again(number: int) -> None:
    again = threading.Timer(_AGAIN_S, os.kill, (os.getpid(), number))
    again.daemon = True
    again.start()


def _is_importing(frame: types.FrameType | None) -> bool:
    while frame is not None and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None


class Commands(TyperGroup):
    """The commands; what goes wrong in any of them is told in a line."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command; what it prints is written, or it is an error."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):  # what a terminal cannot show is no failure
                stream.reconfigure(errors="replace")
        try:
            try:
                return super().main(*args, **kwargs)
            finally:
                if sys.stdout is not None:  # it may have been closed from the start
                    sys.stdout.flush()
        except OSError as error:
            # Python would try to write the rest once more when it ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            if not isinstance(error, BrokenPipeError):  # `| head` has seen enough
                _say(f"cannot write standard output: {error.strerror}")
            sys.exit(2)

    def invoke(self, ctx: Any) -> Any:
        """Call the command that is chosen."""
        with _errors_as_messages(ctx):
            return super().invoke(ctx)


@contextlib.contextmanager
def _errors_as_messages(ctx: Any) -> Iterator[None]:
    """A user's mistake or a failed simulation is one line and exit status 2, not a traceback."""
    try:
        with _signals_raise():
            yield
    except ModuleNotFoundError as error:
        message = _how_to_install((error.name or "").partition(".")[0])
        if message is None:
            raise
        _say(message)
        raise typer.Exit(2) from None
    except Ended as ended:
        resumes = ctx.invoked_subcommand in _RESUMING
        again = "; rerun the same command to resume" if resumes else ""
        typer.echo(f"{ended.args[0]}{again}", err=True)
        raise typer.Exit(ended.status) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        _say(_of_system(error))
        raise typer.Exit(2) from None
    except Exception as error:
        from ns3_bridge import Ns3TwinError  # only now: a command that fails may take its time

        if not isinstance(error, Ns3TwinError):
            raise
        from py_agent.contract import PolicyFailed

        if isinstance(error, PolicyFailed) and error.__cause__ is not None:
            typer.echo(_users_frames(error.__cause__), err=True, nl=False)
        _say(error.args[0])
        raise typer.Exit(2) from None


def _how_to_install(package: str) -> str | None:
    """How to get a package that is missing; None: nobody but its user can tell."""
    if package in _FOR_RUNS:
        return f"{package} is missing: pip install ns3-twin; a gateway's image does without it"
    if package not in _EXTRAS:
        return None
    advice = f"{package} is missing: pip install 'ns3-twin[{_EXTRAS[package]}]'"
    if _EXTRAS[package] == "drl":
        advice += " (first the build of torch that you want; the CPU's is enough)"
    return advice


def _of_system(error: OSError) -> str:
    """What the system refuses, and of which file."""
    files = [str(file) for file in (error.filename, error.filename2) if file is not None]
    return f"{' and '.join(files)}: {error.strerror}" if files else error.strerror or str(error)


def _users_frames(error: BaseException) -> str:
    """Where in a user's own code an error was raised."""
    import importlib.util
    import traceback

    if isinstance(error, SyntaxError):
        return "".join(traceback.format_exception_only(error))
    not_theirs = ["<frozen"]
    for package in ("py_agent", "ns3_bridge", "ns3_scenarios", "importlib"):
        spec = importlib.util.find_spec(package)
        not_theirs += spec.submodule_search_locations or () if spec else ()
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not frame.filename.startswith(tuple(not_theirs))]
    return "".join(traceback.format_list(own))


def _say(message: str) -> None:
    typer.secho(f"error: {message}", fg="red", bold=True, err=True)
