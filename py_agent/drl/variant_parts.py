# SPDX-License-Identifier: MIT
"""Variants of a training, each here or in a process of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any, Protocol

from stable_baselines3.common.vec_env import VecEnv

from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.variant import Variant
from py_agent.side_by_side import WorkerDied


class Part(Protocol):
    """A variant that is asked first and answers later.

    Example:
        >>> class Echo:
        ...     def ask(self, method, *arguments):
        ...         self.told = arguments
        ...
        ...     def answer(self):
        ...         return self.told
        ...
        ...     def close(self):
        ...         pass
        >>> part: Part = Echo()
        >>> part.ask("reset", 1)
        >>> part.answer()
        (1,)
    """

    def ask(self, method: str, *arguments: Any) -> None:
        """Call a method of `Variant`."""

    def answer(self) -> Any:
        """What it has returned."""
        ...

    def close(self) -> None:
        """End it."""


#: Makes the part of the variant of this number.
MakePart = Callable[[TrainingSettings, int], Part]


class LocalPart:
    """A variant in this process.

    Args:
        settings: of the training.
        number: of the variant.

    Example:
        >>> small = {"settings": {"n_ue": 3, "n_bs": 2}, "episode_s": 2, "warmup_s": 0}
        >>> part = LocalPart(TrainingSettings(**small, networks=2, retrain=False), 0)
        >>> part.ask("reset", 1)
        >>> len(part.answer())
        6
        >>> part.close()
    """

    def __init__(self, settings: TrainingSettings, number: int) -> None:
        self._variant = Variant(settings, number)
        self._answer: Any = self._variant.agents

    def ask(self, method: str, *arguments: Any) -> None:
        """Call it at once."""
        self._answer = getattr(self._variant, method)(*arguments)

    def answer(self) -> Any:
        """The last answer; at first, the agents."""
        return self._answer

    def close(self) -> None:
        """End its networks."""
        self._variant.close()


class RemotePart:
    """A variant in a process of its own.

    Args:
        settings: of the training.
        number: of the variant.

    Example:
        >>> small = {"settings": {"n_ue": 3, "n_bs": 2}, "episode_s": 2, "warmup_s": 0}
        >>> part = RemotePart(TrainingSettings(**small, networks=2, retrain=False), 0)
        >>> part.answer().num_envs
        6
        >>> part.ask("reset", 1)
        >>> len(part.answer())
        6
        >>> part.close()
    """

    def __init__(self, settings: TrainingSettings, number: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._messages, theirs = context.Pipe()
        self._number = number
        self._process = context.Process(
            target=_serve, args=(settings, number, theirs), daemon=True, name=f"variant-{number}"
        )
        self._process.start()
        theirs.close()

    def ask(self, method: str, *arguments: Any) -> None:
        """Send a call."""
        with contextlib.suppress(BrokenPipeError):  # `answer` says what happened
            self._messages.send((method, arguments))

    def answer(self) -> Any:
        """Wait for the answer; at first, what the agents' spaces are.

        Raises:
            WorkerDied: the process has ended.
        """
        try:
            answer = self._messages.recv()
        except (EOFError, ConnectionResetError):
            self._process.join()
            raise WorkerDied(
                f"the process of variant {self._number} ended with exit status"
                f" {self._process.exitcode}"
            ) from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        """End the process."""
        self._messages.close()
        self._process.terminate()
        self._process.join()


class Spaces:
    """What of a `VecEnv` another process must know.

    Example:
        >>> small = {"settings": {"n_ue": 3, "n_bs": 2}, "episode_s": 2, "warmup_s": 0}
        >>> variant = Variant(TrainingSettings(**small, networks=2, retrain=False), 0)
        >>> Spaces(variant.agents).num_envs
        6
        >>> variant.close()
    """

    def __init__(self, agents: VecEnv) -> None:
        self.num_envs = agents.num_envs
        self.observation_space, self.action_space = agents.observation_space, agents.action_space


def _serve(settings: TrainingSettings, number: int, messages: Connection) -> None:
    """A part's life; it ends with whoever asks."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(EOFError, BrokenPipeError):
        try:
            variant = Variant(settings, number)
        except Exception as error:
            messages.send(error)
            return
        messages.send(Spaces(variant.agents))
        while True:
            method, arguments = messages.recv()
            try:
                answer = getattr(variant, method)(*arguments)
            except Exception as error:
                answer = error
            messages.send(answer)
