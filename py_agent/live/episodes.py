# SPDX-License-Identifier: MIT
"""Tells pages of the episodes that an agent elsewhere drives through a gateway."""

from __future__ import annotations

from collections.abc import Callable

from ns3_bridge import Channel, LocalHost
from ns3_bridge.schema import copy_fields
from py_agent.experiment.slot_length import planned_slots
from py_agent.live.messages import Message, SlotPacker, Told, begin_message, end_message


class Episodes:
    """An `ns3_bridge.network.simulation.Onlooker` that publishes what it sees.

    What is recorded in tables goes to the agent that asks for it, and is not shown.

    Args:
        publish: takes each message.
        host: of the simulations.

    Example:
        >>> import tempfile
        >>> from ns3_bridge.testing import echo_scenario
        >>> told = []
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     host = LocalHost(echo_scenario(f"{folder}/echo", n_floats=2, n_slots=3))
        ...     episodes, channel = Episodes(told.append, host), host.start(run=1)
        ...     episodes.began(1, channel)
        ...     channel.exchange().name
        ...     episodes.passed(channel)
        ...     channel.close()
        'RUNNING'
        >>> [message.is_slot for message in told]
        [False, True, True]
    """

    def __init__(self, publish: Callable[[Message], object], host: LocalHost) -> None:
        self._publish = publish
        self._settings = host.settings.model_dump()
        self._count = 0

    def began(self, run: int, channel: Channel) -> None:
        """An episode shows its first observation."""
        self._count += 1
        self._id = str(self._count)
        settings = self._settings
        facts = {
            **{"policy": None, "retrain": None, "seed": run, "recorded": False},
            **{name: settings.get(name) for name in ("slot_s", "slots_per_frame")},
            **{"slots": planned_slots(settings), "target_accuracy": None},
        }
        name = f"episode {self._count}, seed {run}"
        self._packer = SlotPacker(self._id, channel.schema)
        self._publish(begin_message(Told(self._id, name, channel.schema, facts)))
        seen = channel.copy_observations()
        self._publish(self._packer.pack(channel.slot, channel.time_s, 0.0, seen))

    def passed(self, channel: Channel) -> None:
        """A slot has passed."""
        self._publish(
            self._packer.pack(
                *(channel.slot, channel.time_s, channel.reward),
                *(channel.copy_observations(), copy_fields(channel.action_block)),
            )
        )

    def ended(self) -> None:
        """The episode has ended."""
        self._publish(end_message(self._id, "finished"))
