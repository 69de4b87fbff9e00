# SPDX-License-Identifier: MIT
"""What a gateway does on behalf of an agent: one episode at a time on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from ns3_bridge._native import Status
from ns3_bridge.channel import Channel
from ns3_bridge.errors import BridgeError, InvalidAction, ProtocolViolation
from ns3_bridge.local_host import LocalHost
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.messages import Frame
from ns3_bridge.schema import bytes_of
from ns3_bridge.seeds import LARGEST_SEED

_ENDS = {Status.TRUNCATED: pb.TRUNCATED, Status.TERMINATED: pb.TERMINATED}

Answer = tuple[pb.Reply, list[Frame]]


class Onlooker(Protocol):
    """Sees the episodes that agents drive; it changes nothing and waits for nobody."""

    def began(self, run: int, channel: Channel) -> None:
        """An episode shows its first observation.

        Args:
            run: number of ns-3's run.
            channel: to the simulator.
        """

    def passed(self, channel: Channel) -> None:
        """A slot has passed."""

    def ended(self) -> None:
        """The episode has ended."""


class EpisodeError(BridgeError):
    """Raised when a request does not fit the state of the episode.

    Attributes:
        code: NO_EPISODE or EPISODE_OVER.
    """

    def __init__(self, code: pb.Error.Code, message: str) -> None:
        super().__init__(message)
        self.code = code


class Simulation:
    """Executes the requests of one session.

    Args:
        host: starts the episodes.
        onlooker: sees them, or None.
    """

    def __init__(self, host: LocalHost, onlooker: Onlooker | None = None) -> None:
        self._host = host
        self._onlooker = onlooker
        self._channel: Channel | None = None

    def execute(self, request: pb.Request, payload: Sequence[Frame]) -> Answer:
        """Do what a request asks for.

        Args:
            request: any but Hello and Bye.
            payload: the raw frames behind it.

        Returns:
            the reply, and the raw frames to send behind it.

        Raises:
            BridgeError: it failed; unless the action was invalid, or the request does not fit,
                the episode is over.
        """
        match request.WhichOneof("body"):
            case "reset":
                return self._reset(request.reset.run)
            case "step":
                return self._step(payload)
            case "look":
                return self._observation()
            case "take_records":
                return self._take_records()
            case "end_episode":
                self.end()
                return pb.Reply(done=pb.Done()), []
        raise ProtocolViolation(f"unexpected request {request.WhichOneof('body')}")

    @property
    def pid(self) -> int | None:
        """Process of the simulator, if there is an episode."""
        return None if self._channel is None else self._channel.process.pid

    def end(self) -> None:
        """End the episode, if there is one."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
            if self._onlooker is not None:
                self._onlooker.ended()

    def _reset(self, run: int) -> Answer:
        if run > LARGEST_SEED:
            raise ProtocolViolation(f"run {run} of Reset: must be at most {LARGEST_SEED}")
        ended, self._channel = self._channel, None
        if ended is not None and self._onlooker is not None:
            self._onlooker.ended()
        self._channel = self._host.start(run, instead_of=ended)
        if self._onlooker is not None:
            self._onlooker.began(run, self._channel)
        return self._observation()

    def _step(self, payload: Sequence[Frame]) -> Answer:
        channel = self._present()
        if channel.status in _ENDS:
            raise EpisodeError(pb.Error.EPISODE_OVER, "the episode is over: call reset()")
        block = bytes_of(channel.action_block)
        before = block.copy()
        if payload:
            expected = channel.schema.action_bytes
            seen = memoryview(payload[0]).nbytes
            if seen != expected:
                raise ProtocolViolation(f"the action block has {seen} bytes, expected {expected}")
            block[:] = np.frombuffer(payload[0], np.uint8)
        try:
            channel.exchange()
        except InvalidAction:
            block[:] = before
            raise
        except BaseException:
            self.end()
            raise
        if self._onlooker is not None:
            self._onlooker.passed(channel)
        return self._observation()

    def _observation(self) -> Answer:
        channel = self._present()
        return pb.Reply(
            observation=pb.Observation(
                status=_ENDS.get(channel.status, pb.RUNNING),
                slot=channel.slot,
                time_s=channel.time_s,
                reward=channel.reward,
                events=channel.events,
            )
        ), [bytes_of(channel.observation_block)]

    def _take_records(self) -> Answer:
        rows = self._present().take_records()
        return pb.Reply(records=pb.Records(rows=[len(r) for r in rows.values()])), [
            r.tobytes() for r in rows.values()
        ]

    def _present(self) -> Channel:
        if self._channel is None:
            raise EpisodeError(pb.Error.NO_EPISODE, "no simulation is running: call reset() first")
        return self._channel
