# SPDX-License-Identifier: MIT
"""The process beside ns-3 that lets agents on other machines drive a scenario."""

from __future__ import annotations

import collections
import errno
import importlib.metadata
import json
import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import zmq

from ns3_bridge.errors import (
    BridgeError,
    ConnectionLost,
    DeadlineExceeded,
    GatewayBusy,
    HandshakeError,
    InvalidSetting,
    ProtocolViolation,
    SchemaMismatch,
)
from ns3_bridge.local_host import LocalHost
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.binding import Binding
from ns3_bridge.network.door import Reserve, most_connections
from ns3_bridge.network.inbox import Inbox
from ns3_bridge.network.keys import GatewayKeys
from ns3_bridge.network.messages import (
    NETWORK_VERSION,
    Frame,
    read_request,
    schema_hash,
    send,
)
from ns3_bridge.network.printable import printable
from ns3_bridge.network.session import Session, WaitingAgent
from ns3_bridge.network.simulation import Answer, EpisodeError, Onlooker, Simulation
from ns3_bridge.network.wire_errors import to_message
from ns3_bridge.waits import LONGEST_HEARTBEAT_S, check_wait

_CONTROL_BYTES = 65536
_LAST_WORDS_S = 0.1
_HEARTBEATS_UNTIL_LOST = 4
_REMEMBERED_SESSIONS = 16
_MOST_WAITING = 32
_NAME_LENGTH = 80
_PER_WAIT = 16
_MAKE_ROOM_S = 3.0
_LOOK_AGAIN_S = 0.03

_log = logging.getLogger(__name__)


class _SessionEnded(Exception):
    """Raised in the middle of a wait for the simulator: nobody wants its answer any more."""


class Gateway:
    """Serves one scenario to one agent at a time.

    The agent that opened the session drives. When its connection is gone, the session is kept for
    `grace_s`: who comes back with the session's token goes on where it was. Others meanwhile are
    refused or queued.

    Args:
        host: where the simulations run; its `on_wait` is taken.
        bind: address to listen at, see `Binding`.
        busy: what a second agent meets: ``"refuse"`` or ``"queue"``.
        grace_s: how long the session of an agent that is gone is kept.
        agent_deadline_s: how long to wait for a request before the session ends.
        heartbeat_s: how often to send signs of life; four missing ones make a peer count as gone.
        keys: CURVE keys, or the folder that holds them.
        onlooker: sees the episodes, or None.

    Attributes:
        address: where the gateway really listens.

    Raises:
        InvalidSetting: it cannot listen there, or a time is out of bounds.

    Example:
        >>> import tempfile, threading
        >>> from ns3_bridge import LocalHost, connect
        >>> from ns3_bridge.testing import echo_scenario
        >>> folder = tempfile.TemporaryDirectory()
        >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
        >>> gateway = Gateway(LocalHost(program), "tcp://127.0.0.1:*")
        >>> server = threading.Thread(target=gateway.serve)
        >>> server.start()
        >>> env = connect(gateway.address)  # on another machine, as a rule
        >>> observation, info = env.reset(seed=1)
        >>> env.close()
        >>> gateway.stop()
        >>> server.join()
        >>> folder.cleanup()
    """

    def __init__(
        self,
        host: LocalHost,
        bind: str,
        *,
        busy: Literal["refuse", "queue"] = "refuse",
        grace_s: float = 30.0,
        agent_deadline_s: float = 3600.0,
        heartbeat_s: float = 1.0,
        keys: Path | str | GatewayKeys | None = None,
        onlooker: Onlooker | None = None,
    ) -> None:
        check_wait("grace_s", grace_s)
        check_wait("agent_deadline_s", agent_deadline_s, may_be_zero=False)
        check_wait("heartbeat_s", heartbeat_s, LONGEST_HEARTBEAT_S, may_be_zero=False)
        self._host = host
        host.on_wait = self._on_wait
        self._queues = busy == "queue"
        self._grace_s = grace_s
        self._agent_deadline_s = agent_deadline_s
        self._heartbeat_s = heartbeat_s
        self._lost_s = _HEARTBEATS_UNTIL_LOST * heartbeat_s
        self._schema_hash = schema_hash(host.description_json)
        self._simulation = Simulation(host, onlooker)
        self._keys = GatewayKeys.load(keys) if isinstance(keys, (Path, str)) else keys
        self._session: Session | None = None
        self._waiting: list[WaitingAgent] = []
        self._user = ""  # who sent the message that is being served
        self._ended: collections.OrderedDict[bytes, str] = collections.OrderedDict()
        self._next_beat_s = 0.0
        self._busy_since_s: float | None = None
        self._stopped = False
        self._wants_keys = False
        largest_bytes = _CONTROL_BYTES + host.schema.action_bytes
        self._binding = Binding(
            bind, self._keys, most_connections(), heartbeat_s, self._lost_s, largest_bytes
        )
        self._socket = self._binding.socket
        self._inbox = Inbox(self._socket, self._binding.door, has_users=self._keys is not None)
        self._reserve = Reserve()
        self.address = self._binding.address

    @property
    def driver(self) -> str | None:
        """What the agent that drives the simulation calls itself; None: nobody does."""
        return None if self._session is None else self._session.agent

    @property
    def simulator_pid(self) -> int | None:
        """Process of the simulator, if there is an episode."""
        return self._simulation.pid

    def serve(self) -> None:
        """Serve agents until `stop` is called, from a signal handler or another thread."""
        try:
            while not self._stopped:
                self._receive(may_wait=True)
                self._beat()
        finally:
            self.close()

    def stop(self) -> None:
        """Let `serve` return within 0.2 s."""
        self._stopped = True

    def reload_keys(self) -> None:
        """Read the folder of keys again, soon: for a signal handler.

        New keys are answered; the session of a key that is gone ends, and nothing that comes with
        it is answered any more. A folder that cannot be read changes nothing.
        """
        self._wants_keys = True

    def close(self) -> None:
        """End the episode, tell the agents, stop listening."""
        self._simulation.end()
        self._reserve.close()
        stopped = pb.Error(code=pb.Error.GATEWAY_STOPPED, message="the gateway has been stopped")
        told = [s.identity for s in (self._session, *self._waiting) if s is not None]
        for identity in told:
            self._send(identity, pb.Reply(error=stopped))
        self._session, self._waiting = None, []
        self._binding.close(_LAST_WORDS_S if told else 0.0)

    def _receive(self, *, may_wait: bool) -> bool:
        """Serve one message, if there is one; it `may_wait` 50 ms for it to come."""
        session = self._session
        message = self._inbox.receive(
            None if session is None else session.identity,
            [agent.identity for agent in self._waiting],
            may_wait=may_wait,
        )
        if message is None:
            return False
        identity, self._user, frames = message
        if self._keys is None or self._keys.answers(self._user):  # else it has been revoked
            self._serve_message(identity, frames)
        return True

    def _serve_message(self, identity: bytes, frames: Sequence[Frame]) -> None:
        number = 0
        try:
            request, payload = read_request(frames)
            number = request.number
            if request.HasField("hello"):
                self._greet(identity, request)
            else:
                self._serve_request(identity, request, payload)
        except BridgeError as error:
            self._send(identity, pb.Reply(number=number, error=to_message(error)))

    def _greet(self, identity: bytes, request: pb.Request) -> None:
        hello = request.hello
        if hello.protocol_version != NETWORK_VERSION:
            raise HandshakeError(
                f"the agent speaks network protocol version {hello.protocol_version}, this "
                f"gateway version {NETWORK_VERSION}: install the same ns3-twin on both sides"
            )
        if hello.schema_hash not in (b"", self._schema_hash):
            raise SchemaMismatch(
                f"the scenario declares fields with fingerprint {self._schema_hash.hex()}, the "
                f"agent was made for {hello.schema_hash.hex()}"
            )
        if request.session:
            session = self._session_of(request)
            if session.busy:
                raise GatewayBusy(
                    f"request {session.number} of this session is still being answered: go on "
                    "with it later"
                )
            session.hear(identity)
            self._welcome(session, resumed=True)
        elif self._session is None:
            self._open_session(WaitingAgent(_name(hello), identity, self._user))
        elif self._queues:
            self._queue(WaitingAgent(_name(hello), identity, self._user))
        else:
            raise GatewayBusy(
                f"another agent drives this simulation ({self._session.agent}); "
                "try later, or start the gateway with --busy queue"
            )

    def _queue(self, agent: WaitingAgent) -> None:
        identities = [waiting.identity for waiting in self._waiting]
        if agent.identity not in identities:
            if len(identities) >= _MOST_WAITING:
                raise GatewayBusy(f"{len(identities)} agents wait already: try later")
            identities.append(agent.identity)
            self._waiting.append(agent)
        position = identities.index(agent.identity) + 1
        self._send(agent.identity, pb.Reply(queued=pb.Queued(position=position)))

    def _open_session(self, agent: WaitingAgent) -> None:
        self._session = Session(agent.agent, agent.identity, agent.user)
        self._welcome(self._session, resumed=False)

    def _welcome(self, session: Session, *, resumed: bool) -> None:
        host = self._host
        welcome = pb.Welcome(
            protocol_version=NETWORK_VERSION,
            session=session.token,
            resumed=resumed,
            last_number=session.number,
            description_json=host.description_json,
            settings_json=host.settings.model_dump_json(),
            ns3_json=json.dumps(host.ns3_attributes),
            schema_hash=self._schema_hash,
            gateway=f"ns3-twin {importlib.metadata.version('ns3-twin')}",
            heartbeat_s=self._heartbeat_s,
            lost_s=self._lost_s,
            grace_s=self._grace_s,
            agent_deadline_s=self._agent_deadline_s,
            slot_deadline_s=host.deadline_s,
            start_deadline_s=host.start_deadline_s,
        )
        self._send(session.identity, pb.Reply(welcome=welcome))

    def _session_of(self, request: pb.Request) -> Session:
        session = self._session
        if session is None or (request.session, self._user) != (session.token, session.user):
            reason = self._ended.get(request.session, "this gateway does not know it")
            raise ConnectionLost(f"the session is over: {reason}; connect again")
        return session

    def _serve_request(
        self, identity: bytes, request: pb.Request, payload: Sequence[Frame]
    ) -> None:
        session = self._session_of(request)
        session.hear(identity)
        if request.HasField("bye"):
            self._send(identity, pb.Reply(number=request.number, done=pb.Done()))
            self._end_session("the agent has said goodbye")
        elif request.number == session.number and session.number > 0:
            if not session.busy:  # it missed the answer
                self._send_frames(identity, session.answer)
        elif request.number != session.number + 1 or session.busy:
            raise ProtocolViolation(
                f"request {request.number} comes out of turn: number {session.number} was the last"
                + (" and is not answered yet" if session.busy else "")
            )
        else:
            self._answer(session, request, payload)

    def _answer(self, session: Session, request: pb.Request, payload: Sequence[Frame]) -> None:
        session.number = request.number
        session.busy = True
        self._busy_since_s = time.monotonic()
        frames: list[Frame] = []
        try:
            reply, frames = self._execute(request, payload)
        except EpisodeError as error:
            reply = pb.Reply(error=pb.Error(code=error.code, message=str(error)))
        except BridgeError as error:
            reply = pb.Reply(error=to_message(error))
        except _SessionEnded:
            return
        except (OSError, MemoryError, RuntimeError) as error:  # no descriptor, memory or thread
            self._simulation.end()
            reply = pb.Reply(
                error=to_message(HandshakeError(f"the gateway's machine has no room: {error}"))
            )
        finally:
            session.busy = False
            self._busy_since_s = None
        reply.number = session.number
        session.heard_s = time.monotonic()
        session.answer = [reply.SerializeToString(), *frames]
        self._send_frames(session.identity, session.answer)

    def _execute(self, request: pb.Request, payload: Sequence[Frame]) -> Answer:
        if not request.HasField("reset"):
            return self._simulation.execute(request, payload)
        until_s = time.monotonic() + _MAKE_ROOM_S
        while True:
            try:
                with self._reserve.lent():
                    return self._simulation.execute(request, payload)
            except (OSError, BridgeError) as error:
                if not _lacks_descriptors(error) or time.monotonic() > until_s:
                    raise
            time.sleep(_LOOK_AGAIN_S)  # for connections to end that have taken them
            self._on_wait()

    def _on_wait(self) -> None:
        """While the simulator works: serve the others, and notice that nobody waits any more."""
        session = self._session
        for _ in range(_PER_WAIT):
            if self._session is not session or not self._receive(may_wait=False):
                break
        if self._session is session:
            self._beat()
        if self._stopped or self._session is not session:
            raise _SessionEnded

    def _beat(self) -> None:
        """Every heartbeat: signs of life, and the end of what has waited too long."""
        now_s = time.monotonic()
        if now_s < self._next_beat_s:
            return
        self._next_beat_s = now_s + self._heartbeat_s
        self._reload_keys()
        busy_s = 0.0 if self._busy_since_s is None else now_s - self._busy_since_s
        beat = pb.Reply(heartbeat=pb.Heartbeat(busy_s=busy_s))
        if self._session is not None:
            self._watch(self._session, beat, now_s)
        count = len(self._waiting)
        self._waiting = [w for w in self._waiting if self._send(w.identity, beat)]
        if len(self._waiting) != count:
            self._tell_positions()

    def _reload_keys(self) -> None:
        if not self._wants_keys or self._keys is None:
            return
        self._wants_keys = False
        try:
            self._keys.reload()
        except InvalidSetting as error:
            _log.warning("the keys stay as they were: %s", error)
            return
        self._waiting = [agent for agent in self._waiting if self._keys.answers(agent.user)]
        if self._session is not None and not self._keys.answers(self._session.user):
            self._end_session("the agent's key has been revoked")

    def _watch(self, session: Session, beat: pb.Reply, now_s: float) -> None:
        if session.lost_s is None and not self._send(session.identity, beat):
            session.lost_s = now_s
        if session.lost_s is not None and now_s - session.lost_s >= self._grace_s:
            self._end_session(f"the agent was gone for {self._grace_s:g} s (--grace)")
        elif not session.busy and now_s - session.heard_s >= self._agent_deadline_s:
            reason = f"no request came for {self._agent_deadline_s:g} s (--agent-deadline)"
            over = to_message(DeadlineExceeded(f"the session is over: {reason}"))
            self._send(session.identity, pb.Reply(error=over))
            self._end_session(reason)

    def _end_session(self, reason: str) -> None:
        session, self._session = self._session, None
        if session is None:
            return
        self._ended[session.token] = reason
        if len(self._ended) > _REMEMBERED_SESSIONS:
            self._ended.popitem(last=False)
        if not session.busy:  # else the wait for the simulator ends it
            self._simulation.end()
        if self._waiting:
            following = self._waiting.pop(0)
            self._open_session(following)
            self._tell_positions()

    def _tell_positions(self) -> None:
        for position, waiting in enumerate(self._waiting, start=1):
            self._send(waiting.identity, pb.Reply(queued=pb.Queued(position=position)))

    def _send(self, identity: bytes, reply: pb.Reply) -> bool:
        return self._send_frames(identity, [reply.SerializeToString()])

    def _send_frames(self, identity: bytes, frames: Sequence[Frame]) -> bool:
        """Returns whether the agent is still connected."""
        try:
            send(self._socket, [identity, *frames])
        except zmq.Again:  # it does not read what it got before
            return True
        except zmq.ZMQError as error:
            if error.errno != zmq.EHOSTUNREACH:
                raise
            return False
        return True


def _name(hello: pb.Hello) -> str:
    return printable(hello.agent, _NAME_LENGTH).replace("\n", " ")


def _lacks_descriptors(error: BaseException | None) -> bool:
    while isinstance(error, BridgeError):  # told with its cause
        error = error.__cause__
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
