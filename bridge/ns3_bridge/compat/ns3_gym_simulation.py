# SPDX-License-Identifier: MIT
"""One run of an ns3-gym scenario program: its process, and the socket that it connects to."""

from __future__ import annotations

from collections.abc import Sequence

import zmq
from google.protobuf.message import Message

from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.program import check_program, quoted, start_guarded
from ns3_bridge.compat.wire import LARGEST_MESSAGE_BYTES, SomeMessage, parse
from ns3_bridge.errors import (
    BridgeError,
    ConnectionLost,
    DeadlineExceeded,
    InvalidSetting,
    ProtocolViolation,
    SimulatorDied,
)

_STOP_S = 2.0
_REAP_S = 1.0
_LAST_WORDS_MS = 100


class Ns3GymSimulation:
    """A run over a socket that the program connects to (see `ProgramRun`).

    Args:
        command: program and arguments; ``{port}`` and ``{seed}`` in them are filled in.
        port: on the loopback interface; 0: any free one.
        seed: of this run.

    Raises:
        InvalidSetting: the port is taken.
        HandshakeError: there is no such program.
    """

    def __init__(self, command: Sequence[str], port: int, seed: int) -> None:
        check_program(command)
        self._context = zmq.Context()
        self._socket: zmq.Socket[bytes] = self._context.socket(zmq.REP)
        self._socket.maxmsgsize = LARGEST_MESSAGE_BYTES
        self._monitor = self._socket.get_monitor_socket(zmq.EVENT_DISCONNECTED)
        try:
            self._socket.bind(f"tcp://127.0.0.1:{port or '*'}")
            address = str(self._socket.get_string(zmq.LAST_ENDPOINT)).rstrip("\0")
            bound = address.rpartition(":")[2]
            self._process = start_guarded(command, {"port": bound, "seed": seed})
        except zmq.ZMQError as error:
            self._context.destroy(0)
            raise InvalidSetting(f"port {port}: {error.strerror}") from error
        except BaseException:
            self._context.destroy(0)
            raise
        self._poller = zmq.Poller()
        self._poller.register(self._socket, zmq.POLLIN)
        self._poller.register(self._process.pid_fd, zmq.POLLIN)
        self._poller.register(self._monitor, zmq.POLLIN)
        self._may_send = False

    def receive(self, kind: type[SomeMessage], deadline_s: float) -> SomeMessage:
        """Wait for the next message (see `ProgramRun.receive`)."""
        ready = dict(self._poller.poll(round(1e3 * deadline_s)))
        if self._socket not in ready:
            if not ready:
                raise DeadlineExceeded(
                    f"the simulation sent no {kind.__name__} within {deadline_s:g} s"
                    + quoted(self._process.output_tail())
                )
            if not self._socket.poll(_LAST_WORDS_MS):
                raise self._end()
        frames = self._socket.recv_multipart()
        self._may_send = True
        if len(frames) != 1:
            raise ProtocolViolation(f"a message of {len(frames)} frames; ns3-gym sends one")
        return parse(kind, frames[0])

    def send(self, message: Message) -> None:
        """Answer the last message."""
        self._socket.send(message.SerializeToString())
        self._may_send = False

    def close(self) -> None:
        """End the program: by asking it to if it waits for an answer, and else by force."""
        if self._may_send:
            self.send(pb.EnvActMsg(stop_sim_req=True))  # the same bytes in a SimInitAck
            self._process.wait(_STOP_S)
        self._process.close()
        self._socket.disable_monitor()
        self._context.destroy(0)

    def _end(self) -> BridgeError:
        """Why there will be no more messages."""
        status = self._process.wait(_REAP_S)
        if status is not None:
            return SimulatorDied(status, self._process.output_tail())
        return ConnectionLost(
            f"the simulation has hung up, or has sent more than {LARGEST_MESSAGE_BYTES} bytes"
            + quoted(self._process.output_tail())
        )
