# SPDX-License-Identifier: MIT
"""Lets an unmodified agent of ns3-gym drive a scenario: we are the simulation that it knows."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable

from ns3_bridge._native import Status
from ns3_bridge.actions import check_action
from ns3_bridge.channel import Channel
from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.ns3_gym_agent import AgentSilent, Ns3GymAgent, check_address
from ns3_bridge.compat.scenario_spaces import ns3_gym_space, shaped_values
from ns3_bridge.compat.space_messages import describe_space
from ns3_bridge.compat.value_messages import pack_value, read_value
from ns3_bridge.errors import BridgeError, ConnectionLost, ProtocolViolation
from ns3_bridge.local_host import LocalHost

_RECONNECT_S = 0.1
_CONTROL_BYTES = 65536
_BYTES_PER_NUMBER = 10  # the longest varint
_ENDS = {
    Status.TRUNCATED: pb.EnvStateMsg.SIMULATION_END,
    Status.TERMINATED: pb.EnvStateMsg.GAME_OVER,
}


class _Stopped(Exception):
    """Raised in the middle of a wait after `Ns3GymServer.stop`."""


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

    Raises:
        InvalidSetting: that is no TCP address of this machine.
    """

    def __init__(
        self,
        host: LocalHost,
        address: str = "tcp://localhost:5555",
        *,
        seed: int = 1,
        agent_deadline_s: float = 3600.0,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        check_address(address)
        self._host = host
        self._address = address
        self._run = seed
        self._agent_deadline_s = agent_deadline_s
        self._report = report
        self._stopped = threading.Event()
        self._observations = ns3_gym_space(host.schema.observations)
        self._actions = ns3_gym_space(host.schema.actions)
        self._largest_bytes = _CONTROL_BYTES + _BYTES_PER_NUMBER * host.schema.action_bytes
        self._greeting = pb.SimInitMsg(  # without process ids: agents kill those
            obs_space=describe_space(self._observations), act_space=describe_space(self._actions)
        )

    def serve(self) -> None:
        """Play episodes until `stop` is called, from a signal handler or another thread.

        Raises:
            DeadlineExceeded: no agent listens, or it gives no answer.
            BridgeError: a simulation does not start.
        """
        while not self._stopped.is_set():
            agent = Ns3GymAgent(
                self._address, self._agent_deadline_s, self._largest_bytes, self._check_stop
            )
            try:
                self._play_to(agent)
            except (ConnectionLost, ProtocolViolation) as error:
                self._report(str(error))
                agent.tell(_over(pb.EnvStateMsg(), error))
                self._stopped.wait(_RECONNECT_S)
            except _Stopped:
                agent.tell(pb.EnvStateMsg(is_game_over=True, info="the simulation was stopped"))
            finally:
                agent.close()

    def stop(self) -> None:
        """Let `serve` return within 0.5 s."""
        self._stopped.set()

    def _check_stop(self) -> None:
        if self._stopped.is_set():
            raise _Stopped

    def _play_to(self, agent: Ns3GymAgent) -> None:
        if agent.ask(self._greeting, pb.SimInitAck).stop_sim_req:
            return

        def patrol() -> None:
            self._check_stop()
            agent.check_presence()

        self._host.on_wait = patrol
        run, self._run = self._run, self._run + 1
        try:
            channel = self._host.start(run)
        except BridgeError as error:
            agent.tell(_over(pb.EnvStateMsg(), error))
            raise
        try:
            how = self._episode(agent, channel)
        finally:
            slots = channel.slot
            channel.close()
        self._report(f"run {run}: {how} after {slots} slots")

    def _episode(self, agent: Ns3GymAgent, channel: Channel) -> str:
        """Play one episode. Returns how it ended."""
        while True:
            self._check_stop()  # neither side may ever let us wait
            state = self._state(channel)
            try:
                decision = agent.ask(state, pb.EnvActMsg)
                if decision.stop_sim_req:
                    return "stopped by the agent" if not state.is_game_over else "over"
                if state.is_game_over:
                    return "over"
                values = read_value(self._actions, decision.act_data, "action")
                schema = channel.schema
                shaped = shaped_values(values, schema.actions)
                for name, array in check_action(shaped, schema).items():
                    channel.actions[name][...] = array
                channel.exchange()
            except (AgentSilent, ConnectionLost):
                raise
            except BridgeError as error:
                with contextlib.suppress(ProtocolViolation):  # whatever it answers
                    agent.ask(_over(state, error), pb.EnvActMsg)
                return f"failed ({error})"

    def _state(self, channel: Channel) -> pb.EnvStateMsg:
        info = {"slot": channel.slot, "time_s": channel.time_s, "events": channel.events}
        return pb.EnvStateMsg(
            obs_data=pack_value(self._observations, channel.observations),
            reward=channel.reward,
            is_game_over=channel.status in _ENDS,
            reason=_ENDS.get(channel.status, pb.EnvStateMsg.SIMULATION_END),
            info=json.dumps(info),
        )


def _over(state: pb.EnvStateMsg, error: BridgeError) -> pb.EnvStateMsg:
    """The last state again, as the end of the episode."""
    return pb.EnvStateMsg(
        obs_data=state.obs_data if state.HasField("obs_data") else None,
        is_game_over=True,
        reason=pb.EnvStateMsg.GAME_OVER,
        info=f"{type(error).__name__}: {error}",
    )
