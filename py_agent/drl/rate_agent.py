# SPDX-License-Identifier: MIT
"""The trained agent of the scenario ``rate-control``."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Decision, Network, Observation
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.flat_agent import FlatAgent
from py_agent.drl.rate_history import FEATURES, N_MCS, Exchange, LinkHistory
from py_agent.drl.trained import AGENTS
from py_agent.policies.controllers import CONTROLLER, label_of

_OBSERVED = (
    *("time_s", "asks", "mcs", "sent_mpdus", "acknowledged_mpdus", "ack_snr_db"),
    *("queue_mpdus", "mcs_rate_mbps"),
)
_MPDU_BIT = 8 * 1544  # 1500 byte with header, FCS and delimiter (IEEE 802.11-2020, 9.7.1)
_LONGEST_US = 5484.0  # of a PPDU: aPPDUMaxTime (IEEE 802.11ax-2021, 27.4.4)
_OVERHEAD_US = 200.0  # preamble, SIFS, block acknowledgement, DIFS and mean backoff
Floats = NDArray[np.float64]


class RatePolicy:
    """A network predicts what share of a frame arrives at each MCS; the best rate is taken.

    Args:
        network: of `FEATURES` inputs (`LinkHistory`) and an output per MCS, between -1 (none of
            the data frames is acknowledged) and 1 (all of them).

    Raises:
        InvalidAgent: it is another network.

    Example:
        >>> sure = np.zeros((FEATURES, N_MCS), np.float32), np.ones(N_MCS, np.float32), "Identity"
        >>> policy = RatePolicy(FlatAgent([sure], ["ack_snr_db"]))
        >>> rates = np.arange(10, 130, 10, dtype=np.float32)
        >>> observation = {"mcs_rate_mbps": rates, "queue_mpdus": np.array([64])}
        >>> policy.choose(LinkHistory(10.0), observation, link=0)
        11
    """

    def __init__(self, network: FlatAgent) -> None:
        if (network.inputs, network.outputs) != (FEATURES, N_MCS):
            raise InvalidAgent(
                f"from {network.inputs} numbers to {network.outputs}, and rate control has "
                f"{FEATURES} and {N_MCS}"
            )
        self._network = network

    def begin(self, network: Network, seed: int) -> None:
        """Check the network and forget all links.

        Raises:
            MissingObservation: the scenario is another one.
        """
        self._controller = label_of(network, "agent")
        network.require(*_OBSERVED, actions=("next_mcs",))
        self._missing = {field.name: field.missing for field in network.schema.observations}
        self._links = network.schema.action(CONTROLLER).shape[0]
        self._histories: dict[int, LinkHistory] = {}

    def decide_frame(self, observation: Observation) -> Decision:
        """Nothing is decided once a frame."""
        return {}

    def decide_slot(self, observation: Observation) -> Decision:
        """See `Policy`."""
        chosen = np.zeros(self._links, np.int32)
        for link in np.flatnonzero(observation["asks"]).tolist():
            history = self.look(observation, link)
            chosen[link] = self.choose(history, observation, link)
        return {
            CONTROLLER: np.full(self._links, self._controller, np.int32),
            "next_mcs": chosen,
        }

    @staticmethod
    def asks_for_answer(history: LinkHistory) -> bool:
        """Whether a block acknowledgement that did not come is asked for, rather than data sent.

        Such a request is short, and nothing goes before its answer: IEEE 802.11-2020, 10.25.6.
        """
        last = history.last
        return last is not None and last.mcs >= 0 and not last.answered and last.sent_mpdus != 1

    def look(self, observation: Observation, link: int) -> LinkHistory:
        """What is remembered of a link that asks, with its last frame."""
        rates = observation["mcs_rate_mbps"]
        if link not in self._histories:
            self._histories[link] = LinkHistory(float(rates[0]))
        snr_db = float(observation["ack_snr_db"][link])
        self._histories[link].add(
            Exchange(
                float(observation["time_s"][0]),
                int(observation["mcs"][link]),
                int(observation["sent_mpdus"][link]),
                int(observation["acknowledged_mpdus"][link]),
                None if snr_db == self._missing["ack_snr_db"] else snr_db,
            )
        )
        return self._histories[link]

    def choose(self, history: LinkHistory, observation: Observation, link: int) -> int:
        """The MCS of the frame that a link asks for."""
        if self.asks_for_answer(history):
            return 0
        arrives = (1 + self._network(history.features()).astype(np.float64)) / 2
        waiting = float(observation["queue_mpdus"][link])
        return int(np.argmax(arrives * goodput_mbps(observation["mcs_rate_mbps"], waiting)))


class RateAgent(RatePolicy):
    """A network trained on frames in many channels chooses the MCS; =FILE: another network.

    From the last frames of a link, their acknowledgements and the SNR of these it predicts what
    share of data frames would be acknowledged at each MCS. The SNR at the receiver, which `ideal`
    is told, it does not know.

    Args:
        file: of the network, as `FlatAgent` saves it.

    Raises:
        InvalidAgent: it holds none, or another network.

    Example:
        >>> RateAgent().file.name
        'rate-control.npz'
    """

    rule = False
    file: ClassVar[Path] = AGENTS / "rate-control.npz"

    def __init__(self, file: Path | str | None = None) -> None:
        super().__init__(FlatAgent.load(file or self.file))


def goodput_mbps(rates_mbps: NDArray[np.float32], waiting_mpdus: float) -> Floats:
    """Rate of a loss-free A-MPDU at each MCS, with the time that goes with it, ``[n_mcs]``.

    >>> goodput_mbps(np.array([8.6, 143.4], np.float32), 130).round(1).tolist()
    [8.2, 135.9]
    """
    rates: Floats = rates_mbps.astype(np.float64)
    most = min(max(waiting_mpdus, 1.0), 65535 // (_MPDU_BIT // 8))
    mpdus = np.clip(np.floor(_LONGEST_US * rates / _MPDU_BIT), 1, most)
    data_us = mpdus * _MPDU_BIT / rates
    goodput: Floats = mpdus * _MPDU_BIT / (data_us + _OVERHEAD_US)
    return goodput
