# SPDX-License-Identifier: MIT
"""Saturation throughput of a channel of IEEE 802.11 by Bianchi's model.

G. Bianchi, "Performance analysis of the IEEE 802.11 distributed coordination function", IEEE JSAC
18(3), 2000; with a limit of attempts: H. Wu et al., "Performance of reliable transport protocol
over IEEE 802.11 wireless LAN: analysis and enhancement", INFOCOM 2002.
"""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy import optimize

SLOT_S, SIFS_S = 9e-6, 16e-6  # OFDM in 5 GHz (IEEE 802.11-2020, Table 17-21)
AIFSN, CW_MIN, CW_MAX = 3, 15, 1023  # best effort (Table 9-155)
ATTEMPTS = 7  # ns3::WifiMac::FrameRetryLimit
# Of 14 bytes at 24 Mbit/s: 96 bits in a symbol of 4 µs, 20 µs of preamble (17.3).
ACK_S = 20e-6 + 4e-6 * math.ceil((16 + 8 * 14 + 6) / 96)


@dataclasses.dataclass(frozen=True)
class Saturation:
    """What the model says.

    Attributes:
        attempt_probability: that a station sends in a slot.
        collision_probability: that a frame collides.
        throughput_bps: payload of all stations.
    """

    attempt_probability: float
    collision_probability: float
    throughput_bps: float


def saturation(n: int, frame_s: float, payload_bit: float) -> Saturation:
    """Of so many stations that hear each other, always have data, and lose frames by collisions.

    Args:
        n: stations.
        frame_s: a data frame with its preamble.
        payload_bit: in it.

    Example:
        >>> alone, many = saturation(1, 332e-6, 12_000), saturation(30, 332e-6, 12_000)
        >>> round(alone.throughput_bps / 1e6, 1), round(many.collision_probability, 2)
        (24.7, 0.56)
    """

    def collides(attempt: float) -> float:
        return float(1 - (1 - attempt) ** (n - 1))

    attempt = float(optimize.brentq(lambda tau: _attempts(collides(tau)) - tau, 1e-9, 1.0))
    idle = (1 - attempt) ** n
    success = n * attempt * (1 - attempt) ** (n - 1)
    # Who hears a collision waits EIFS: as long as an acknowledgement would have taken (10.3.2.3.7).
    busy_s = frame_s + SIFS_S + ACK_S + SIFS_S + AIFSN * SLOT_S
    mean_slot_s = idle * SLOT_S + (1 - idle) * busy_s
    return Saturation(attempt, collides(attempt), success * payload_bit / mean_slot_s)


def _attempts(collision: float) -> float:
    """Attempts per slot of a station whose attempts fail with a probability (Wu et al., 5)."""
    stages = np.arange(ATTEMPTS)
    window = np.minimum((CW_MIN + 1) * 2**stages, CW_MAX + 1)
    reached = collision**stages
    return float(reached.sum() / (reached * (window + 1) / 2).sum())
