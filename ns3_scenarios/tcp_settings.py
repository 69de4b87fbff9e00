# SPDX-License-Identifier: MIT
"""Settings of the scenario `tcp`, typed.

Written by ``ns3-twin describe tcp --python``: do not edit.
"""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic


class _Settings(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class FlowsEachItem(_Settings):
    """An item of ``flows.each``."""

    rtt_s: Annotated[float, pydantic.Field(ge=0.001, le=2.0)] | None = None
    """time there and back without a queue [s]"""

    start_s: Annotated[float, pydantic.Field(ge=0.0, le=1000000.0)] | None = None
    """when the flow begins [s]"""


class Bottleneck(_Settings):
    """Settings ``bottleneck.…``."""

    rate_mbps: Annotated[float, pydantic.Field(ge=0.1, le=1000.0)] = 20.0
    """rate of the link [Mbit/s]"""

    buffer_bdp: Annotated[float, pydantic.Field(ge=0.01, le=1000.0)] = 1.0
    """longest queue in products of bottleneck.rate_mbps and path.rtt_s; at least two packets"""

    buffer_packets: Annotated[int, pydantic.Field(ge=0, le=1000000)] = 0
    """longest queue in packets; 0: bottleneck.buffer_bdp says it [packets]"""

    queue: Literal["drop-tail", "codel", "fq-codel"] = "drop-tail"
    """queue discipline: first in, first out until it is full; CoDel (RFC 8289); a queue with CoDel
    per flow (RFC 8290)"""

    loss_rate: Annotated[float, pydantic.Field(ge=0.0, le=0.5)] = 0.0
    """share of the packets that is lost at random after the link"""


class Path(_Settings):
    """Settings ``path.…``."""

    rtt_s: Annotated[float, pydantic.Field(ge=0.001, le=2.0)] = 0.04
    """time there and back without a queue [s]"""


class Flows(_Settings):
    """Settings ``flows.…``."""

    start_spread_s: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] = 1.0
    """each flow begins at a random time before that [s]"""

    each: list[FlowsEachItem] = []
    """what flows have for themselves, one item per flow in their order; empty: all are alike"""


class Cross(_Settings):
    """Settings ``cross.…``."""

    rate_share: Annotated[float, pydantic.Field(ge=0.0, le=1.0)] = 0.0
    """share of the link's rate at which UDP packets of somebody else come while they come; 0: there
    is nobody else"""

    on_s: Annotated[float, pydantic.Field(ge=0.001, le=10000.0)] = 1.0
    """mean time for which they come, exponentially distributed [s]"""

    off_s: Annotated[float, pydantic.Field(ge=0.001, le=10000.0)] = 1.0
    """mean time between, likewise [s]"""


class Ask(_Settings):
    """Settings ``ask.…``."""

    every: Literal["round-trip", "interval", "acknowledgement"] = "round-trip"
    """how often a flow asks for a decision, after the one at its start"""

    interval_s: Annotated[float, pydantic.Field(ge=0.001, le=10.0)] = 0.05
    """time between two questions of a flow, with ask.every = interval [s]"""


class Reward(_Settings):
    """Settings ``reward.…``."""

    delay_weight: Annotated[float, pydantic.Field(ge=0.0, le=100.0)] = 1.0
    """of the round trip in a flow's utility"""

    loss_weight: Annotated[float, pydantic.Field(ge=0.0, le=1000.0)] = 1.0
    """of the lost share in a flow's utility"""

    interval_s: Annotated[float, pydantic.Field(ge=0.01, le=10.0)] = 0.2
    """over which a flow's rate, round trip and loss are taken for its utility [s]"""


class TcpSettings(_Settings):
    """All settings of `tcp`."""

    n_flows: Annotated[int, pydantic.Field(ge=1, le=64)] = 2
    """TCP flows through the bottleneck [flows]"""

    duration_s: Annotated[float, pydantic.Field(ge=0.001, le=1000000.0)] = 20.0
    """simulated time [s]"""

    bottleneck: Bottleneck = Bottleneck()

    path: Path = Path()

    flows: Flows = Flows()

    cross: Cross = Cross()

    ask: Ask = Ask()

    reward: Reward = Reward()
