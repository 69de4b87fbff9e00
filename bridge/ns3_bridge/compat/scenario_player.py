# SPDX-License-Identifier: MIT
"""Plays episodes of a scenario to an agent of ns3-gym or ns3-ai: the simulation that it knows."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Sequence

from ns3_bridge._native import Status
from ns3_bridge.actions import check_action
from ns3_bridge.channel import Channel
from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.agent_line import AgentLine, AgentSilent
from ns3_bridge.compat.scenario_spaces import flat_space, select_fields, shaped_values
from ns3_bridge.compat.space_messages import describe_space
from ns3_bridge.compat.value_messages import pack_value, read_value
from ns3_bridge.compat.wire import Dialect
from ns3_bridge.errors import BridgeError, ConnectionLost, ProtocolViolation
from ns3_bridge.local_host import LocalHost

_ENDS = {
    Status.TRUNCATED: pb.EnvStateMsg.SIMULATION_END,
    Status.TERMINATED: pb.EnvStateMsg.GAME_OVER,
}
INFO_BYTES = 100  # of a state's `info`, with room to spare
_INFO_OVERHEAD_BYTES = 4


class Stopped(Exception):
    """Raised in the middle of a wait after `ScenarioPlayer.stop`."""


class ScenarioPlayer:
    """Plays one episode after the other, each to the agent that it is given.

    What fails in an episode is the agent's game over with the reason as ``info``; there is no other
    way to tell it.

    Args:
        dialect: what the agents speak.
        host: where the simulations run; its `on_wait` is taken.
        observe: names of the observation fields that agents see; None: all.
        act: names of the action fields that agents decide on; the others stay as the scenario fills
            them by default. None: all.

    Attributes:
        observation_fields: those that agents see.
        action_fields: those that they decide on.
        observations: the space of what agents see.
        actions: the space of what they decide on.
        greeting: the first message of each episode.

    Raises:
        InvalidSetting: there is no such field.
    """

    def __init__(
        self,
        dialect: Dialect,
        host: LocalHost,
        observe: Sequence[str] | None,
        act: Sequence[str] | None,
    ) -> None:
        self._dialect = dialect
        self._host = host
        self._stopped = threading.Event()
        self.observation_fields = select_fields(host.schema.observations, observe, "--observe")
        self.action_fields = select_fields(host.schema.actions, act, "--act")
        self.observations = flat_space(self.observation_fields)
        self.actions = flat_space(self.action_fields)
        self.greeting = dialect.greeting(  # without process ids: agents kill those
            obs_space=describe_space(dialect, self.observations),
            act_space=describe_space(dialect, self.actions),
        )

    def stop(self) -> None:
        """Let every wait raise `Stopped` soon."""
        self._stopped.set()

    @property
    def is_stopped(self) -> bool:
        """Whether `stop` was called."""
        return self._stopped.is_set()

    def check_stop(self) -> None:
        """To be called in every wait.

        Raises:
            Stopped: `stop` was called.
        """
        if self._stopped.is_set():
            raise Stopped

    def pause(self, seconds: float) -> None:
        """Wait that long, or until `stop` is called."""
        self._stopped.wait(seconds)

    def play(self, agent: AgentLine, take_run: Callable[[], int]) -> str | None:
        """Play an episode.

        Args:
            agent: whom to ask.
            take_run: gives the run number of ns-3, when an episode begins.

        Returns:
            how it ended, in a line; None: the agent wanted none.

        Raises:
            ConnectionLost: the agent is gone.
            AgentSilent: it gives no answer.
            ProtocolViolation: its first answer is none.
            BridgeError: the simulation does not start.
            Stopped: `stop` was called.
        """
        if agent.ask(self.greeting, pb.SimInitAck).stop_sim_req:
            return None

        def patrol() -> None:
            self.check_stop()
            agent.check_presence()

        self._host.on_wait = patrol
        run = take_run()
        try:
            channel = self._host.start(run)
        except BridgeError as error:
            agent.tell(self.over(pb.EnvStateMsg(), str(error), error))
            raise
        try:
            how = self._episode(agent, channel)
        finally:
            slots = channel.slot
            channel.close()
        return f"run {run}: {how} after {slots} slots"

    def over(
        self, state: pb.EnvStateMsg, info: str, error: Exception | None = None
    ) -> pb.EnvStateMsg:
        """A state again, as the end of the episode, with as much of `info` as a message holds."""
        over = pb.EnvStateMsg(
            obs_data=state.obs_data if state.HasField("obs_data") else None,
            is_game_over=True,
            reason=pb.EnvStateMsg.GAME_OVER if error else pb.EnvStateMsg.SIMULATION_END,
        )
        said = f"{type(error).__name__}: {info}" if error else info
        room = self._dialect.largest_bytes - over.ByteSize() - _INFO_OVERHEAD_BYTES
        over.info = said.encode()[: max(0, room)].decode(errors="ignore")
        return over

    def _episode(self, agent: AgentLine, channel: Channel) -> str:
        """Play one episode. Returns how it ended."""
        while True:
            self.check_stop()  # neither side may ever let us wait
            state = self._state(channel)
            try:
                decision = agent.ask(state, pb.EnvActMsg)
                if decision.stop_sim_req:
                    return "stopped by the agent" if not state.is_game_over else "over"
                if state.is_game_over:
                    return "over"
                values = read_value(self._dialect, self.actions, decision.act_data, "action")
                shaped = shaped_values(values, self.action_fields)
                whole = {**channel.actions, **shaped}
                channel.write_action(check_action(whole, channel.schema))
                channel.exchange()
            except (AgentSilent, ConnectionLost):
                raise
            except BridgeError as error:
                with contextlib.suppress(ProtocolViolation):  # whatever it answers
                    agent.ask(self.over(state, str(error), error), pb.EnvActMsg)
                return f"failed ({error})"

    def _state(self, channel: Channel) -> pb.EnvStateMsg:
        info = {"slot": channel.slot, "time_s": channel.time_s, "events": channel.events}
        return pb.EnvStateMsg(
            obs_data=pack_value(self._dialect, self.observations, channel.observations),
            reward=channel.reward,
            is_game_over=channel.status in _ENDS,
            reason=_ENDS.get(channel.status, pb.EnvStateMsg.SIMULATION_END),
            info=json.dumps(info),
        )
