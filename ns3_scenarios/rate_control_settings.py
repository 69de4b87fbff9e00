# SPDX-License-Identifier: MIT
"""Settings of the scenario `rate-control`, typed.

Written by ``ns3-twin describe rate-control --python``: do not edit.
"""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic


class _Settings(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class Radio(_Settings):
    """Settings ``radio.…``."""

    band_ghz: Literal["2.4", "5", "6"] = "5"
    """frequency band, in GHz"""

    width_mhz: Annotated[int, pydantic.Field(ge=20, le=160)] = 20
    """channel width: 20, 40, 80 or 160 [MHz]"""

    guard_interval_ns: Annotated[int, pydantic.Field(ge=800, le=3200)] = 800
    """800, 1600 or 3200 (IEEE 802.11ax-2021, Table 27-12) [ns]"""

    streams: Annotated[int, pydantic.Field(ge=1, le=4)] = 1
    """antennas of each device, and spatial streams of each frame"""

    power_dbm: Annotated[float, pydantic.Field(ge=-10.0, le=30.0)] = 16.0
    """of every device [dBm]"""

    path_loss_exponent: Annotated[float, pydantic.Field(ge=1.6, le=6.0)] = 3.0
    """of the log-distance law, from the free space of the first metre on"""

    ampdu_byte: Annotated[int, pydantic.Field(ge=0, le=6500631)] = 65535
    """largest A-MPDU; 0: frames are not aggregated [byte]"""


class Fading(_Settings):
    """Settings ``fading.…``."""

    model: Literal["none", "jakes", "nakagami"] = "jakes"
    """none; jakes: Rayleigh, correlated in time (Clarke 1968, Jakes 1974); nakagami: drawn for
    every frame"""

    speed_mps: Annotated[float, pydantic.Field(ge=0.01, le=100.0)] = 1.4
    """jakes: speed v of what moves, for the Doppler frequency v f / c [m/s]"""

    nakagami_m: Annotated[float, pydantic.Field(ge=0.5, le=100.0)] = 1.0
    """nakagami: m; 1 is Rayleigh, more is milder"""


class Mobility(_Settings):
    """Settings ``mobility.…``."""

    model: Literal[
        "random-waypoint", "random-walk", "gauss-markov", "hotspots", "static", "trace"
    ] = "random-waypoint"
    """how users move; all but trace stay within the area of the base stations"""

    speed_min_mps: Annotated[float, pydantic.Field(ge=0.01, le=100.0)] = 1.0
    """slowest walk (random-waypoint, random-walk, hotspots) [m/s]"""

    speed_max_mps: Annotated[float, pydantic.Field(ge=0.01, le=100.0)] = 15.0
    """fastest walk; gauss-markov: the mean speed is the middle of both [m/s]"""

    pause_max_s: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] = 0.0
    """random-waypoint: longest pause at a waypoint [s]"""

    turn_s: Annotated[float, pydantic.Field(ge=0.01, le=10000.0)] = 10.0
    """random-walk: time from one turn to the next [s]"""

    memory: Annotated[float, pydantic.Field(ge=0.0, le=1.0)] = 0.85
    """gauss-markov: correlation of a velocity with that of a second before"""

    hotspots: Annotated[int, pydantic.Field(ge=1, le=1000)] = 3
    """hotspots: number of places around which users gather [places]"""

    hotspot_radius_m: Annotated[float, pydantic.Field(ge=0.1, le=10000.0)] = 40.0
    """hotspots: standard deviation of waypoints around their place, per axis [m]"""

    hotspot_pause_max_s: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] = 60.0
    """hotspots: longest pause at a waypoint [s]"""

    trace: str = "streets"
    """trace: file of SUMO (FCD, or mobility for ns-2), or one of the bundled traces: streets,
    vehicles"""

    trace_start_s: Annotated[float, pydantic.Field(ge=0.0, le=1000000000.0)] = 0.0
    """trace: its time at ns-3 time 0 [s]"""

    trace_x_m: Annotated[float, pydantic.Field(ge=-1000000.0, le=1000000.0)] = 0.0
    """trace: added to its x, to bring it among the base stations [m]"""

    trace_y_m: Annotated[float, pydantic.Field(ge=-1000000.0, le=1000000.0)] = 0.0
    """trace: added to its y [m]"""


class Traffic(_Settings):
    """Settings ``traffic.…``."""

    direction: Literal["downlink", "uplink"] = "downlink"
    """who sends: the access point, or the stations"""

    model: Literal["saturated", "cbr"] = "saturated"
    """saturated: always data to send; cbr: traffic.rate_mbps per link"""

    rate_mbps: Annotated[float, pydantic.Field(ge=0.01, le=10000.0)] = 10.0
    """cbr: of payload, per link [Mbit/s]"""

    payload_byte: Annotated[int, pydantic.Field(ge=1, le=2304)] = 1500
    """of a data frame [byte]"""


class Interferer(_Settings):
    """Settings ``interferer.…``."""

    distance_m: Annotated[float, pydantic.Field(ge=0.0, le=1000.0)] = 0.0
    """of a device of another network on the channel, in x; 0: there is none. Beyond the carrier
    sense of the sender it is hidden [m]"""

    load: Annotated[float, pydantic.Field(ge=0.001, le=0.9)] = 0.2
    """share of time in which it wants to send"""


class Ask(_Settings):
    """Settings ``ask.…``."""

    frames: Annotated[int, pydantic.Field(ge=1, le=1000)] = 1
    """frames of a link from one question to the next [frames]"""

    ms: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] = 0.0
    """least time of a link between two questions [ms]"""


class RateControlSettings(_Settings):
    """All settings of `rate-control`."""

    duration_s: Annotated[float, pydantic.Field(ge=0.001, le=1000000.0)] = 10.0
    """simulated time with traffic [s]"""

    warmup_s: Annotated[float, pydantic.Field(ge=0.5, le=1000.0)] = 1.0
    """simulated time before it, in which stations associate [s]"""

    n_stations: Annotated[int, pydantic.Field(ge=1, le=100)] = 1
    """stations of the access point; each has one link [stations]"""

    distance_m: Annotated[float, pydantic.Field(ge=0.0, le=1000.0)] = 15.0
    """of all stations from the access point; 0: as mobility.model moves them [m]"""

    area_m: Annotated[float, pydantic.Field(ge=2.0, le=1000.0)] = 60.0
    """side of the square around the access point in which stations move [m]"""

    radio: Radio = Radio()

    fading: Fading = Fading()

    mobility: Mobility = Mobility()

    traffic: Traffic = Traffic()

    interferer: Interferer = Interferer()

    ask: Ask = Ask()
