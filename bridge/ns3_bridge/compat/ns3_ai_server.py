# SPDX-License-Identifier: MIT
"""Lets an unmodified agent of ns3-ai drive a scenario: we are the simulation that it starts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from gymnasium import spaces

from ns3_bridge.compat import ns3_gym_pb2 as pb
from ns3_bridge.compat.ns3_ai_agent import Ns3AiAgent
from ns3_bridge.compat.ns3_ai_segment import DEFAULT_NAME, segment_path
from ns3_bridge.compat.scenario_player import INFO_BYTES, ScenarioPlayer, Stopped
from ns3_bridge.compat.value_messages import pack_value
from ns3_bridge.compat.wire import NS3_AI
from ns3_bridge.errors import ConnectionLost, InvalidSetting, ProtocolViolation
from ns3_bridge.local_host import LocalHost

_LARGEST_NAMED = 5


class Ns3AiServer:
    """Plays one episode to the agent that has started this process.

    Agents of ns3-ai start a simulation for each episode, so one is all that a process serves. The
    run numbers of an agent's episodes follow each other from `seed` on, counted in its shared
    memory, since it hands none on.

    Args:
        host: where the simulation runs; its `on_wait` is taken.
        segment: name of the agent's shared memory.
        seed: run number of the agent's first episode.
        agent_deadline_s: how long the agent may take to make its memory, and for each answer.
        report: is told of the end of the episode, in a line.
        observe: see `ScenarioPlayer`.
        act: see `ScenarioPlayer`.

    Raises:
        InvalidSetting: no segment can have that name, there is no such field, or those fields do
            not fit in messages of 1,024 bytes.
    """

    def __init__(
        self,
        host: LocalHost,
        segment: str = DEFAULT_NAME,
        *,
        seed: int = 1,
        agent_deadline_s: float = 3600.0,
        report: Callable[[str], None] = lambda line: None,
        observe: Sequence[str] | None = None,
        act: Sequence[str] | None = None,
    ) -> None:
        segment_path(segment)
        self._player = ScenarioPlayer(NS3_AI, host, observe, act)
        _check_sizes(self._player)
        self._segment = segment
        self._seed = seed
        self._agent_deadline_s = agent_deadline_s
        self._report = report

    def serve(self) -> None:
        """Play an episode, or until `stop` is called, from a signal handler or another thread.

        Raises:
            DeadlineExceeded: there is no agent, or it gives no answer.
            HandshakeError: that is no shared memory of ns3-ai's Gym interface.
            BridgeError: the simulation does not start.
        """
        player = self._player
        agent = None
        try:
            agent = Ns3AiAgent(self._segment, self._agent_deadline_s, player.check_stop)
            ended = player.play(agent, lambda: self._seed + agent.count_episode())
            if ended:
                self._report(ended)
        except (ConnectionLost, ProtocolViolation) as error:
            self._report(str(error))
            if agent:
                agent.tell(player.over(pb.EnvStateMsg(), str(error), error))
        except Stopped:
            if agent:
                agent.tell(player.over(pb.EnvStateMsg(), "the simulation was stopped"))
        finally:
            if agent:
                agent.close()

    def stop(self) -> None:
        """Let `serve` return within 0.5 s."""
        self._player.stop()


def _check_sizes(player: ScenarioPlayer) -> None:
    """Check that every message fits, whatever the values.

    Raises:
        InvalidSetting: one does not.
    """
    around = pb.EnvStateMsg(
        reward=1.0, is_game_over=True, reason=pb.EnvStateMsg.GAME_OVER, info="x" * INFO_BYTES
    ).ByteSize()
    for what, size, fields in (
        ("descriptions of the fields take", player.greeting.ByteSize(), {}),
        ("observation takes up to", around + _largest(player.observations), player.observations),
        ("action takes up to", _largest(player.actions), player.actions),
    ):
        if size <= NS3_AI.largest_bytes:
            continue
        sizes = sorted(((_largest(space), name) for name, space in fields.items()), reverse=True)
        biggest = ", ".join(f"{name} {bytes_}" for bytes_, name in sizes[:_LARGEST_NAMED])
        raise InvalidSetting(
            f"a message of ns3-ai holds {NS3_AI.largest_bytes} bytes, but the {what} {size}: "
            f"choose fields (--observe, --act) or fewer users"
            + (f"; the largest: {biggest}" if biggest else "")
        )


def _largest(space: spaces.Space[Any]) -> int:
    """Bytes of the largest message that holds a value of the space."""
    sizes = (pack_value(NS3_AI, space, _extreme(space, high)).ByteSize() for high in (False, True))
    return max(sizes) + 3  # its own tag and length


def _extreme(space: spaces.Space[Any], high: bool) -> Any:
    match space:
        case spaces.Dict():
            return {name: _extreme(inner, high) for name, inner in space.items()}
        case spaces.Discrete():
            return int(space.n) - 1 if high else 0
        case spaces.Box():
            return space.high if high else space.low
    raise TypeError(f"no field has a space like {space}")
