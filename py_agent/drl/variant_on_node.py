# SPDX-License-Identifier: MIT
"""A variant of a training on a node of a Ray cluster."""

from __future__ import annotations

from typing import Any

import numpy as np

from py_agent.cluster.errors import ObjectLost
from py_agent.cluster.lodger import Lodger, Lodgings
from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.variant import Variant
from py_agent.drl.variant_parts import Spaces

_MOST_LOSSES = 10
_SEEDS_PER_LOSS = 100_000  # what begins again is under seeds that no other variant has


class RemoteVariant(Variant):
    """A variant that can say from afar what its agents see and do."""

    def spaces(self) -> Spaces:
        """Of its agents."""
        return Spaces(self.agents)


class NodePart:
    """A `py_agent.drl.variant_parts.Part` on a node.

    If the node is lost, the variant starts again on another. For its agents that is the end of an
    episode whose time is over: the step which the node took with it is done, its reward is the one
    before, and what they saw last stands for what they would have seen.

    Args:
        lodgings: where it may live.
        settings: of the training; files are named absolutely.
        number: of the variant.
    """

    def __init__(self, lodgings: Lodgings, settings: TrainingSettings, number: int) -> None:
        self._lodger = Lodger(lodgings, RemoteVariant, settings, number)
        self._asked: tuple[str, tuple[Any, ...]] | None = None
        self._losses = 0
        self._seed: int | None = None  # of the last reset
        self._seen: Any = None  # what agents saw last
        self._rewards: Any = None

    def ask(self, method: str, *arguments: Any) -> None:
        """Send a call."""
        self._asked = method, arguments
        self._lodger.ask(method, *arguments)

    def answer(self) -> Any:
        """Wait for the answer; at first, what the agents' spaces are.

        Raises:
            NodeRefused, NodesLost: there is no place for it.
            ObjectLost: ten nodes have been lost.
        """
        is_lost = False
        while True:
            try:
                if self._asked is None:
                    return self._begin()
                end = self._begin_again(*self._asked) if is_lost else None
                return self._kept(*self._asked, self._lodger.answer()) if end is None else end
            except ObjectLost:
                is_lost = True
                self._losses += 1
                if self._losses == _MOST_LOSSES:
                    raise
                self._lodger.move()

    def _begin(self) -> Spaces:
        self._lodger.wait_made()
        self._lodger.ask("spaces")
        spaces: Spaces = self._lodger.answer()
        return spaces

    def _kept(self, method: str, arguments: tuple[Any, ...], answer: Any) -> Any:
        """The answer; what would be needed if the next one is lost is kept."""
        if method == "reset":
            (self._seed,), self._seen = arguments, answer
            self._rewards = np.zeros(len(answer), np.float32)
        elif method == "step":
            self._seen, self._rewards, *_ = answer
        return answer

    def _begin_again(self, method: str, arguments: tuple[Any, ...]) -> Any:
        """Put a new variant in the lost one's place. Returns how a step ends that was lost.

        Any other call is made again; its answer is to be waited for.
        """
        self._lodger.wait_made()
        if self._seed is not None and method != "reset":
            self._lodger.ask("reset", self._seed + _SEEDS_PER_LOSS * self._losses)
            begun = self._lodger.answer()
            if method == "step":
                last, self._seen = self._seen, begun
                told = [{"terminal_observation": o, "TimeLimit.truncated": True} for o in last]
                return begun, self._rewards, np.ones(len(begun), np.bool_), told
        self._lodger.ask(method, *arguments)
        return None

    def close(self) -> None:
        """End the process."""
        self._lodger.close()
