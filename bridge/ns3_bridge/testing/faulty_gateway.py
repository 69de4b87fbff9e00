# SPDX-License-Identifier: MIT
"""A gateway whose network fails on demand, to see how an agent takes it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any, Literal

from ns3_bridge.local_host import LocalHost
from ns3_bridge.network.bridge_pb2 import Reply
from ns3_bridge.network.gateway import Gateway
from ns3_bridge.network.messages import Frame


class FaultyGateway(Gateway):
    """A gateway that spoils one of its observations. The rest of the protocol is real.

    Args:
        host: see `Gateway`.
        bind: see `Gateway`.
        fault: ``"lose"``: the answer is lost, and all until the agent speaks again; ``"garble"``:
            its message is no message; ``"truncate"``: its tensor lacks a byte; ``"delay"``: it
            comes `delay_s` later, without signs of life meanwhile.
        at: which observation, counted from 0 (that of the first reset).
        delay_s: how long a delay lasts.
        options: see `Gateway`.
    """

    def __init__(
        self,
        host: LocalHost,
        bind: str,
        fault: Literal["lose", "garble", "truncate", "delay"],
        at: int,
        delay_s: float = 1.0,
        **options: Any,
    ) -> None:
        super().__init__(host, bind, **options)
        self._fault = fault
        self._at = at
        self._delay_s = delay_s
        self._observations = 0
        self._silent = False

    def _serve_message(self, identity: bytes, frames: Sequence[Frame]) -> None:
        self._silent = False
        super()._serve_message(identity, frames)

    def _send_frames(self, identity: bytes, frames: Sequence[Frame]) -> bool:
        if Reply.FromString(bytes(frames[0])).HasField("observation"):
            frames = self._spoil(frames)
        return True if self._silent else super()._send_frames(identity, frames)

    def _spoil(self, frames: Sequence[Frame]) -> Sequence[Frame]:
        count, self._observations = self._observations, self._observations + 1
        if count != self._at:
            return frames
        if self._fault == "garble":
            return [b"\xff" * 9, *frames[1:]]
        if self._fault == "truncate":
            return [frames[0], bytes(frames[1])[:-1]]
        if self._fault == "delay":
            time.sleep(self._delay_s)
        else:
            self._silent = True
        return frames
