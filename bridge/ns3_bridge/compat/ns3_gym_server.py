# SPDX-License-Identifier: MIT
"""Lets an unmodified agent of ns3-gym drive a scenario: we are the simulation that it knows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.ns3_gym_agent import Ns3GymAgent, check_address
from ns3_bridge.compat.scenario_player import ScenarioPlayer, Stopped
from ns3_bridge.compat.wire import NS3_GYM
from ns3_bridge.errors import ConnectionLost, ProtocolViolation
from ns3_bridge.local_host import LocalHost

_RECONNECT_S = 0.1
_CONTROL_BYTES = 65536
_BYTES_PER_NUMBER = 10  # the longest varint


class Ns3GymServer:
    """Plays episode after episode to whatever agent listens.

    A reset of such an agent stops the simulation and waits for the next one; so each episode ends
    when the agent says stop, or when the scenario ends, and the next one follows, with the next run
    number. What fails in an episode is the agent's game over with the reason as ``info``; there is
    no other way to tell it.

    Args:
        host: where the simulations run; its `on_wait` is taken.
        address: where the agent listens.
        seed: run number of the first episode; agents do not send theirs.
        agent_deadline_s: how long the agent may take to come, and for each answer.
        report: is told of the end of each episode, in a line.
        observe: see `ScenarioPlayer`.
        act: see `ScenarioPlayer`.

    Raises:
        InvalidSetting: that is no TCP address of this machine, or there is no such field.
    """

    def __init__(
        self,
        host: LocalHost,
        address: str = "tcp://localhost:5555",
        *,
        seed: int = 1,
        agent_deadline_s: float = 3600.0,
        report: Callable[[str], None] = lambda line: None,
        observe: Sequence[str] | None = None,
        act: Sequence[str] | None = None,
    ) -> None:
        check_address(address)
        self._player = ScenarioPlayer(NS3_GYM, host, observe, act)
        self._address = address
        self._take_run = itertools.count(seed).__next__
        self._agent_deadline_s = agent_deadline_s
        self._report = report
        self._largest_bytes = _CONTROL_BYTES + _BYTES_PER_NUMBER * host.schema.action_bytes

    def serve(self) -> None:
        """Play episodes until `stop` is called, from a signal handler or another thread.

        Raises:
            DeadlineExceeded: no agent listens, or it gives no answer.
            BridgeError: a simulation does not start.
        """
        player = self._player
        while not player.is_stopped:
            agent = Ns3GymAgent(
                self._address, self._agent_deadline_s, self._largest_bytes, player.check_stop
            )
            try:
                if ended := player.play(agent, self._take_run):
                    self._report(ended)
            except (ConnectionLost, ProtocolViolation) as error:
                self._report(str(error))
                agent.tell(player.over(pb.EnvStateMsg(), str(error), error))
                player.pause(_RECONNECT_S)
            except Stopped:
                agent.tell(player.over(pb.EnvStateMsg(), "the simulation was stopped"))
            finally:
                agent.close()

    def stop(self) -> None:
        """Let `serve` return within 0.5 s."""
        self._player.stop()
