# SPDX-License-Identifier: MIT
"""Simulations behind a gateway, on this machine or another."""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge._native import Status
from ns3_bridge.env import ScenarioEnv
from ns3_bridge.errors import BridgeError, InvalidSetting, ProtocolViolation, SimulatorDied
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.connection import Answer, Connection
from ns3_bridge.network.welcome import read_welcome
from ns3_bridge.schema import Schema, bytes_of, copy_fields, fields_of
from ns3_bridge.seeds import check_seed
from ns3_bridge.settings import NestedSettings, as_mapping
from ns3_bridge.transport import Transport

_STATUS = {
    pb.RUNNING: Status.RUNNING,
    pb.TRUNCATED: Status.TRUNCATED,
    pb.TERMINATED: Status.TERMINATED,
}


class RemoteChannel:
    """One episode behind a gateway, in lockstep.

    `observations` and `actions` are views of memory of this object, good until the next `exchange`.

    Args:
        connection: the session.
        schema: what the simulator declared.
        first: the answer that holds the present observation.
        is_present: whether the session has begun no other episode.

    Attributes:
        schema: what the simulator declared.
        observations: per field a view ``field.shape``.
        actions: per field a view ``field.shape``; fill them before `exchange`.
        wait_s: time spent waiting for the gateway so far.
    """

    def __init__(
        self,
        connection: Connection,
        schema: Schema,
        first: Answer,
        is_present: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._is_present = is_present
        self.schema = schema
        self.wait_s = 0.0
        self._observation_block = np.zeros(1, schema.observation_dtype)
        self._action_block = np.zeros(1, schema.action_dtype)
        self.observations = fields_of(self._observation_block)
        self.actions = fields_of(self._action_block)
        self._real_fields = [
            (name, values) for name, values in self.observations.items() if values.dtype.kind == "f"
        ]
        self._step = pb.Request(step=pb.Step())
        self._action_bytes = bytes_of(self._action_block)
        self._observation_bytes = bytes_of(self._observation_block)
        self._show(first)

    def exchange(self) -> Status:
        """Publish `actions`, wait for the next observation. See `Transport.exchange`."""
        self._check_present()
        start_s = time.perf_counter()
        welcome = self._connection.welcome
        self._show(
            self._connection.call(
                self._step, [self._action_bytes], welcome.slot_deadline_s + welcome.lost_s
            )
        )
        self.wait_s += time.perf_counter() - start_s
        return self.status

    @property
    def status(self) -> Status:
        """What the simulator said with the present observation."""
        return _STATUS[self._report.status]

    @property
    def slot(self) -> int:
        """Number of the slot that starts with the present observation."""
        return self._report.slot

    @property
    def time_s(self) -> float:
        """Simulated time of the present observation."""
        return self._report.time_s

    @property
    def reward(self) -> float:
        """Reward of the slot that has just ended."""
        return self._report.reward

    @property
    def events(self) -> int:
        """Events that the simulator has executed so far."""
        return self._report.events

    def copy_observations(self) -> dict[str, NDArray[Any]]:
        """The present observation in memory of its own: per field an array ``field.shape``."""
        return copy_fields(self._observation_block)

    def take_records(self) -> dict[str, NDArray[Any]]:
        """Rows written since the last call: per table a structured array ``[n_rows]``."""
        self._check_present()
        request = pb.Request(take_records=pb.TakeRecords())
        welcome = self._connection.welcome
        reply, frames = self._connection.call(request, [], welcome.slot_deadline_s)
        tables = self.schema.tables
        rows = reply.records.rows
        if len(rows) != len(tables) or len(frames) != len(tables):
            raise ProtocolViolation(
                f"the gateway sent {len(frames)} tables, {len(tables)} are declared"
            )
        taken = {}
        for table, count, frame in zip(tables, rows, frames, strict=True):
            if memoryview(frame).nbytes != count * table.dtype.itemsize:
                raise ProtocolViolation(f"table {table.name}: size does not fit {count} rows")
            taken[table.name] = np.frombuffer(frame, table.dtype).copy()
        return taken

    def close(self) -> None:
        """End the episode. Harmless when it has ended."""
        if self._connection.is_open and self._is_present():
            with contextlib.suppress(BridgeError):
                request = pb.Request(end_episode=pb.EndEpisode())
                self._connection.call(request, [], self._connection.welcome.slot_deadline_s)

    def _check_present(self) -> None:
        if not self._is_present():
            raise SimulatorDied("this episode is over: the session has begun another one")

    def _show(self, answer: Answer) -> None:
        reply, frames = answer
        if not reply.HasField("observation") or len(frames) != 1:
            raise ProtocolViolation("the gateway answered with something else than an observation")
        seen, expected = memoryview(frames[0]).nbytes, self._observation_bytes.size
        if seen != expected:
            raise ProtocolViolation(f"the observation has {seen} bytes, {expected} are declared")
        self._check(reply.observation)
        self._observation_bytes[:] = np.frombuffer(frames[0], np.uint8)
        for name, values in self._real_fields:
            if not math.isfinite(np.add.reduce(values, axis=None, dtype=np.float64)):
                raise ProtocolViolation(
                    f"the observation {name} has a number that is not finite; observations of this "
                    "protocol have none"
                )
        self._report = reply.observation

    def _check(self, report: pb.Observation) -> None:
        if report.status not in _STATUS:
            raise ProtocolViolation(f"the gateway sent status {report.status}; it does not exist")
        if not (math.isfinite(report.time_s) and math.isfinite(report.reward)):
            raise ProtocolViolation(
                f"the gateway sent time {report.time_s} s and reward {report.reward}: both must be "
                "finite"
            )


class RemoteHost:
    """Starts episodes behind a gateway.

    Args:
        connection: an open session.

    Attributes:
        settings: all settings of the scenario, as the gateway was started with.
        ns3_attributes: ns-3 attributes that the gateway was started with.
        ns3_version: the ns-3 that simulates.
        schema: the declared fields and tables.
        schema_hash: fingerprint of the declarations, for `connect`.
        session: token of the session, for `connect`.

    Raises:
        HandshakeError: the gateway's declarations cannot be read, or ask for too much memory.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._episode = 0  # how many have been begun or gone on with
        welcome = connection.welcome
        told = read_welcome(welcome)
        self.settings = told.settings
        self.ns3_attributes: dict[str, Any] = told.ns3_attributes
        self.ns3_version = told.description.ns3_version
        self.schema = told.description.schema
        self.schema_hash = welcome.schema_hash.hex()
        self.session = welcome.session.hex()
        connection.largest_bytes = self.schema.observation_bytes

    def start(self, run: int, instead_of: Transport | None = None) -> RemoteChannel:
        """Start an episode; the gateway ends the one before. See `Host.start`."""
        run = check_seed(run, "run")
        welcome = self._connection.welcome
        deadline_s = welcome.start_deadline_s + welcome.lost_s
        return self._channel(pb.Request(reset=pb.Reset(run=run)), deadline_s)

    def under(self, settings: NestedSettings) -> RemoteHost:
        """Always fails: who starts a gateway decides on the settings."""
        raise InvalidSetting(
            f"settings {dict(as_mapping(settings))} for an episode: those of a simulation behind a "
            "gateway are the gateway's (ns3-twin serve --set …)"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        raise BridgeError(
            "a session with a gateway is neither pickled nor copied: connect() again where it is "
            "needed"
        )

    def resume(self) -> RemoteChannel:
        """Go on with the episode that this session already had. See `Host.resume`."""
        return self._channel(pb.Request(look=pb.Look()), self._connection.welcome.slot_deadline_s)

    def close(self) -> None:
        """End the session."""
        self._connection.close()

    def abandon(self) -> None:
        """Leave the session to whoever connects with its token in the gateway's grace time."""
        self._connection.abandon()

    def _channel(self, request: pb.Request, deadline_s: float) -> RemoteChannel:
        self._episode += 1
        number = self._episode
        first = self._connection.call(request, [], deadline_s)
        return RemoteChannel(self._connection, self.schema, first, lambda: self._episode == number)


def connect(
    address: str,
    *,
    key: Path | str | None = None,
    session: str = "",
    schema_hash: str = "",
    deadline_s: float = 10.0,
    queue_deadline_s: float = 600.0,
    reconnect_s: float = 10.0,
) -> ScenarioEnv:
    """Make the environment of a scenario that a gateway serves (``ns3-twin serve``).

    Args:
        address: ``tcp://host:port`` or ``ipc:///path``.
        key: secret key file of this agent, if the gateway demands CURVE; ``gateway.key`` lies
            beside it.
        session: `RemoteHost.session` of a former connection; go on with `ScenarioEnv.resume`.
        schema_hash: `RemoteHost.schema_hash` of the declarations that the agent was made for.
        deadline_s: how long the gateway may take to answer.
        queue_deadline_s: how long to wait for our turn at a gateway that queues.
        reconnect_s: how long the gateway may be silent before it counts as gone; one whose machine
            refuses connections counts as gone after 1 s.

    Raises:
        BridgeError: see `Connection`.
    """
    connection = Connection(
        address,
        key=key,
        session=_from_hex(session, "session"),
        schema_hash=_from_hex(schema_hash, "schema_hash"),
        deadline_s=deadline_s,
        queue_deadline_s=queue_deadline_s,
        reconnect_s=reconnect_s,
    )
    try:
        return ScenarioEnv(RemoteHost(connection))
    except BaseException:
        connection.close()
        raise


def _from_hex(text: str, what: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidSetting(f"{what} = {text!r}: must be hexadecimal digits") from None
