# SPDX-License-Identifier: MIT
"""A stand-in for the Gym way of ns3-ai: protobuf in 1,024 bytes of Boost's shared memory.

The simulation's end is C++ that spins, as there. The agent's end is Python with protobuf, as there;
it waits by this project's own native module, which spins for these few microseconds, too.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ns3_bridge.compat._ns3_ai import MESSAGE_BYTES, Segment
from ns3_bridge.compat.ns3_ai_segment import create_segment, segment_path
from ns3_bridge.errors import DeadlineExceeded
from ns3_bridge.testing.echo import PROGRAMS
from py_agent.bench.child import child
from py_agent.bench.stand_in_messages import BOX_URL, MESSAGES, pack, unpack

_DEADLINE_S = 120.0


class Agent:
    """The end that makes the shared memory.

    Args:
        segment: the shared memory.
    """

    def __init__(self, segment: Segment) -> None:
        self._segment = segment
        self._receive()

    def exchange(self, action: NDArray[np.float32]) -> NDArray[np.float32]:
        """Answer with `action` ``[n]``; return the next observation ``[n]``."""
        message = MESSAGES["EnvActMsg"]()
        pack(message.actData, action)
        self._segment.send(message.SerializeToString(), _DEADLINE_S)
        return self._receive()

    def _receive(self) -> NDArray[np.float32]:
        content = self._segment.receive(_DEADLINE_S)
        if content is None:
            raise DeadlineExceeded(f"the stand-in for ns3-ai said nothing for {_DEADLINE_S:g} s")
        state = MESSAGES["EnvStateMsg"]()
        state.ParseFromString(content)
        return unpack(state.obsData)


def fits(n_floats: int) -> bool:
    """Whether an observation of that many float32 fits in a message."""
    state = MESSAGES["EnvStateMsg"](reward=0.5)
    pack(state.obsData, np.zeros(n_floats, np.float32))
    return int(state.ByteSize()) <= MESSAGE_BYTES


@contextlib.contextmanager
def running(n_floats: int) -> Iterator[Agent]:
    """An agent, and a simulation that echoes its actions in a process of its own."""
    name = f"ns3-twin-bench-{os.getpid()}"
    segment = create_segment(name, _DEADLINE_S)
    try:
        with child([str(PROGRAMS / "ns3-ai-echo"), name, str(n_floats), BOX_URL]):
            yield Agent(segment)
    finally:
        segment_path(name).unlink(missing_ok=True)
