# SPDX-License-Identifier: MIT
"""The agents of several variants as one vector environment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.drl.agent import Agent
from py_agent.drl.alike_agents import AlikeAgents
from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.validation import Evaluation, joined
from py_agent.drl.variant_parts import LocalPart, MakePart, Part, RemotePart


class GroupedAgents(AlikeAgents):
    """All agents of all variants, one variant after the other.

    Args:
        settings: of the training; variants may differ in users, but not where agents see their
            cell, for then observations would have several shapes.
        make_part: makes the part of a variant; None: here, or in a process as `settings` say.

    Raises:
        ValueError: they do.

    Example:
        >>> small = {"settings": {"n_ue": 3, "n_bs": 2}, "episode_s": 2, "warmup_s": 0}
        >>> more = [{"settings": {"n_ue": 3}}, {"settings": {"n_ue": 4}}]
        >>> settings = TrainingSettings(**small, networks=2, retrain=False, variants=more)
        >>> agents = GroupedAgents(settings)
        >>> len(agents.reset())
        7
        >>> agents.close()
    """

    def __init__(self, settings: TrainingSettings, make_part: MakePart | None = None) -> None:
        make = make_part or (RemotePart if settings.processes else LocalPart)
        self._parts: list[Part] = []
        try:
            for number in range(len(settings.variants) or 1):
                self._parts.append(make(settings, number))
            spaces = [part.answer() for part in self._parts]
            if any(one.observation_space != spaces[0].observation_space for one in spaces):
                raise ValueError(
                    "variants of different sizes: agents that see their cell (architecture = cell)"
                    " are trained on one number of users"
                )
        except BaseException:
            self.close()
            raise
        ends = np.cumsum([one.num_envs for one in spaces])
        self._rows = [slice(end - one.num_envs, end) for end, one in zip(ends, spaces, strict=True)]
        super().__init__(int(ends[-1]), spaces[0].observation_space, spaces[0].action_space)

    def reset(self) -> NDArray[np.float32]:
        """Start all networks anew, under seeds drawn from the one given to `seed`."""
        seed = self._seeds[0] or 0
        self._reset_seeds()
        return np.concatenate(
            self._all("reset", *([seed + 1000 * i] for i in range(len(self._parts))))
        )

    def step_async(self, actions: NDArray[np.float32]) -> None:
        """Hand every part its agents' outputs."""
        for part, rows in zip(self._parts, self._rows, strict=True):
            part.ask("step", actions[rows])

    def step_wait(self) -> Any:
        """What has come of it."""
        looked, rewards, done, told = zip(*(part.answer() for part in self._parts), strict=True)
        every = [one for of_part in told for one in of_part]
        return np.concatenate(looked), np.concatenate(rewards), np.concatenate(done), every

    def validate(self, agent: Agent, test: bool = False) -> Evaluation:
        """How an agent does on the held-out networks of all variants, see `Variant.validate`."""
        return joined(self._all("validate", *([agent, test] for _ in self._parts)))

    def _all(self, method: str, *arguments: Sequence[Any]) -> list[Any]:
        for part, own in zip(self._parts, arguments, strict=True):
            part.ask(method, *own)
        return [part.answer() for part in self._parts]

    def close(self) -> None:
        """End all of them."""
        for part in self._parts:
            part.close()
