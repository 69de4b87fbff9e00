# SPDX-License-Identifier: MIT
"""Settings of the scenario `cellular`, typed.

Written by ``ns3-twin describe cellular --python``: do not edit.
"""

from __future__ import annotations

from typing import Annotated, Literal

import pydantic


class _Settings(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, use_attribute_docstrings=True
    )


class TrafficClassesItem(_Settings):
    """An item of ``traffic.classes``."""

    name: str | None = None
    """of the class, class_0 and so on if it is left out"""

    users: Annotated[int, pydantic.Field(ge=1, le=10000)] | None = None
    """how many, 1 if it is left out [users]"""

    model: Literal["on-off", "poisson", "periodic"] | None = None
    """when users create tasks"""

    on_s: Annotated[float, pydantic.Field(ge=0.001, le=10000.0)] | None = None
    """on-off: mean length of a user's active period [s]"""

    off_s: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] | None = None
    """on-off: mean length of a user's pause; 0: none [s]"""

    rate_hz: Annotated[float, pydantic.Field(ge=0.0, le=1000.0)] | None = None
    """tasks per second and user; on-off: while active [1/s]"""

    jitter_s: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] | None = None
    """periodic: each task comes late by a time uniform up to this [s]"""

    size_model: Literal["uniform", "lognormal", "bounded-pareto"] | None = None
    """distribution of the size of a task, within its bounds"""

    size_min_bit: Annotated[float, pydantic.Field(ge=8.0, le=100000000.0)] | None = None
    """smallest task [bit]"""

    size_max_bit: Annotated[float, pydantic.Field(ge=8.0, le=100000000.0)] | None = None
    """largest task [bit]"""

    size_median_bit: Annotated[float, pydantic.Field(ge=8.0, le=100000000.0)] | None = None
    """lognormal: median before the bounds cut [bit]"""

    size_sigma: Annotated[float, pydantic.Field(ge=0.01, le=10.0)] | None = None
    """lognormal: standard deviation of the logarithm"""

    size_alpha: Annotated[float, pydantic.Field(ge=0.01, le=100.0)] | None = None
    """bounded-pareto: exponent of the tail"""

    cycles_per_bit: Annotated[float, pydantic.Field(ge=0.001, le=1000000000.0)] | None = None
    """mean work of a task at the edge server [cycles/bit]"""

    cycles_ue_spread: Annotated[float, pydantic.Field(ge=0.0, le=0.99)] | None = None
    """cycles per bit differ between users, uniformly, by up to this part of the mean"""

    cycles_task_spread: Annotated[float, pydantic.Field(ge=0.0, le=0.99)] | None = None
    """and between the tasks of a user by up to this part of the user's mean"""

    size_bit: Annotated[float, pydantic.Field(ge=8.0, le=100000000.0)] | None = None
    """size of all tasks, instead of a law [bit]"""


class Layout(_Settings):
    """Settings ``layout.…``."""

    positions: str = ""
    """sites "x,y; x,y; …" in m, each with an optional third number, its height; or the name of a
    .csv file with one site per line; empty: hexagonal grid"""

    site_distance_m: Annotated[float, pydantic.Field(ge=20.0, le=10000.0)] = 500.0
    """distance of neighbouring sites (hexagonal grid); users move up to half of it beyond the
    outermost sites [m]"""

    bs_height_m: Annotated[float, pydantic.Field(ge=5.0, le=150.0)] = 25.0
    """height of the antennas [m]"""

    sectors: Annotated[int, pydantic.Field(ge=1, le=3)] = 1
    """cells per site: 1 (omnidirectional) or 3 (antennas of TR 36.814 Table A.2.1.1-2 towards 30°,
    150° and 270°) [cells]"""

    sector_gain_dbi: Annotated[float, pydantic.Field(ge=-20.0, le=40.0)] = 14.0
    """with 3 sectors: gain of an antenna in its main direction, cable loss included [dBi]"""

    sector_downtilt_deg: Annotated[float, pydantic.Field(ge=-90.0, le=90.0)] = 15.0
    """with 3 sectors: how far below the horizon the antennas look [°]"""


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


class Arrival(_Settings):
    """Settings ``arrival.…``."""

    rate_hz: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] = 0.0
    """users that come per second, a Poisson process; n_ue are there at most; 0: all are there
    throughout, those of a trace while it has them [1/s]"""

    sojourn_s: Annotated[float, pydantic.Field(ge=0.001, le=1000000.0)] = 60.0
    """with arrivals: mean of the exponential time that a user stays [s]"""


class Channel(_Settings):
    """Settings ``channel.…``."""

    environment: Literal["uma", "umi", "rma", "inh"] = "uma"
    """path loss, line of sight and shadowing of 3GPP TR 38.901"""

    line_of_sight: Literal["map", "buildings"] = "map"
    """what decides on line of sight: a random map with the probability of TR 38.901, or buildings
    in a Manhattan grid, into which signals go weakened"""

    shadowing: bool = True
    """log-normal shadowing, correlated in space"""

    site_correlation: Annotated[float, pydantic.Field(ge=0.0, le=1.0)] = 0.5
    """correlation of the shadowing of two sites (TR 36.814, A.2.1.1.1: 0.5)"""

    fading: Literal["none", "epa", "eva", "etu"] = "none"
    """fast fading, Rayleigh or, in line of sight, Rician, with a delay profile of TS 36.101 Annex
    B.2.1: pedestrian, vehicular or typical urban"""


class Buildings(_Settings):
    """Settings ``buildings.…``."""

    block_m: Annotated[float, pydantic.Field(ge=1.0, le=1000.0)] = 80.0
    """edge of a building, with channel.line_of_sight = buildings [m]"""

    street_m: Annotated[float, pydantic.Field(ge=1.0, le=1000.0)] = 20.0
    """width of the streets [m]"""

    height_m: Annotated[float, pydantic.Field(ge=2.0, le=500.0)] = 20.0
    """height of the roofs [m]"""

    walls: Literal["low-loss", "high-loss"] = "low-loss"
    """what outer walls cost a signal, TR 38.901 Table 7.4.3-2: standard or infrared-reflecting
    glass, with concrete"""


class Radio(_Settings):
    """Settings ``radio.…``."""

    scheduler: Literal[
        "shares", "cqa", "fdbet", "fdmt", "fdtbfq", "pf", "pss", "rr", "tdbet", "tdmt", "tdtbfq",
        "tta"
    ] = "shares"
    """MAC scheduler: the agent's shares (bandwidth_share), or one of ns-3's, which take none:
    proportional fair, round robin and others"""

    bandwidth_mode: Literal["work-conserving", "quota"] = "work-conserving"
    """with shares: whether the share of an idle user is given to the others"""

    downlink_mhz: Annotated[float, pydantic.Field(ge=700.0, le=3000.0)] = 2120.0
    """downlink carrier; it chooses the operating band of TS 36.101 and with it the uplink carrier.
    Path loss follows both [MHz]"""

    bandwidth_rb: Annotated[int, pydantic.Field(ge=6, le=100)] = 25
    """resource blocks of each direction: 6, 15, 25, 50, 75 or 100 [RB]"""

    bs_power_dbm: Annotated[float, pydantic.Field(ge=-30.0, le=60.0)] = 43.0
    """transmit power of a base station [dBm]"""

    ue_power_dbm: Annotated[float, pydantic.Field(ge=-30.0, le=40.0)] = 23.0
    """maximum transmit power of a user [dBm]"""

    bs_noise_figure_db: Annotated[float, pydantic.Field(ge=0.0, le=50.0)] = 5.0
    """noise figure of a base station's receiver [dB]"""

    ue_noise_figure_db: Annotated[float, pydantic.Field(ge=0.0, le=50.0)] = 9.0
    """noise figure of a user's receiver [dB]"""

    ideal_rrc: bool = True
    """RRC messages arrive without errors and without using the radio"""


class State(_Settings):
    """Settings ``state.…``."""

    radio: bool = True
    """observe RSRP, RSRQ and SINR"""

    mac: bool = True
    """observe CQI, MCS, resource blocks, block errors and the load of the cells"""

    bearers: bool = True
    """observe queues, packet delay and throughput of the radio bearers"""


class Speed(_Settings):
    """Settings ``speed.…``."""

    error_model: Literal["search", "ns3", "check"] = "search"
    """who finds the channel quality and the errors of the control channel: a search that remembers,
    ns-3, or both to compare; the same bits"""


class Output(_Settings):
    """Settings ``output.…``."""

    pcap: str = ""
    """folder that gets packet captures of the S1-U links (s1u-bs0.pcap, …) and of the edge's link
    (edge.pcap), and has none yet; empty: nothing is captured"""


class Traffic(_Settings):
    """Settings ``traffic.…``."""

    model: Literal["on-off", "poisson", "periodic", "trace"] = "on-off"
    """when users create tasks"""

    on_s: Annotated[float, pydantic.Field(ge=0.001, le=10000.0)] = 2.0
    """on-off: mean length of a user's active period [s]"""

    off_s: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] = 2.0
    """on-off: mean length of a user's pause; 0: none [s]"""

    rate_hz: Annotated[float, pydantic.Field(ge=0.0, le=1000.0)] = 1.0
    """tasks per second and user; on-off: while active [1/s]"""

    jitter_s: Annotated[float, pydantic.Field(ge=0.0, le=10000.0)] = 0.0
    """periodic: each task comes late by a time uniform up to this [s]"""

    size_model: Literal["uniform", "lognormal", "bounded-pareto"] = "uniform"
    """distribution of the size of a task, within its bounds"""

    size_min_bit: Annotated[float, pydantic.Field(ge=8.0, le=100000000.0)] = 100000.0
    """smallest task [bit]"""

    size_max_bit: Annotated[float, pydantic.Field(ge=8.0, le=100000000.0)] = 700000.0
    """largest task [bit]"""

    size_median_bit: Annotated[float, pydantic.Field(ge=8.0, le=100000000.0)] = 300000.0
    """lognormal: median before the bounds cut [bit]"""

    size_sigma: Annotated[float, pydantic.Field(ge=0.01, le=10.0)] = 1.0
    """lognormal: standard deviation of the logarithm"""

    size_alpha: Annotated[float, pydantic.Field(ge=0.01, le=100.0)] = 1.5
    """bounded-pareto: exponent of the tail"""

    cycles_per_bit: Annotated[float, pydantic.Field(ge=0.001, le=1000000000.0)] = 1000.0
    """mean work of a task at the edge server [cycles/bit]"""

    cycles_ue_spread: Annotated[float, pydantic.Field(ge=0.0, le=0.99)] = 0.0
    """cycles per bit differ between users, uniformly, by up to this part of the mean"""

    cycles_task_spread: Annotated[float, pydantic.Field(ge=0.0, le=0.99)] = 0.0
    """and between the tasks of a user by up to this part of the user's mean"""

    trace: str = ""
    """trace: CSV file with the columns time_s (from the first slot on), ue, size_bit and, if
    wanted, cycles"""

    result_bit: Annotated[float, pydantic.Field(ge=0.0, le=100000000.0)] = 0.0
    """result that the user downloads when its task is computed; 0: none [bit]"""

    result_ratio: Annotated[float, pydantic.Field(ge=0.0, le=10.0)] = 0.0
    """and this part of the size of the task"""

    classes: list[TrafficClassesItem] = []
    """classes of users, in their order: users says how many, n_ue together; what a class does not
    give is as above; empty: all users are alike"""


class Compute(_Settings):
    """Settings ``compute.…``."""

    capacity_hz: Annotated[float, pydantic.Field(ge=1.0, le=1000000000000000.0)] = 2000000000.0
    """processor of each edge server, on average [cycles/s]"""

    capacity_spread: Annotated[float, pydantic.Field(ge=0.0, le=0.99)] = 0.0
    """edge servers differ: the first one has less by this part of the average, the last one more,
    those between lie evenly"""

    mode: Literal["work-conserving", "quota"] = "work-conserving"
    """whether the share of an idle user is given to the others"""


class Retraining(_Settings):
    """Settings ``retraining.…``."""

    enabled: bool = False
    """whether users' models are retrained at the edge servers (retrain_samples, training_share)"""

    cycles_per_sample: Annotated[float, pydantic.Field(ge=1.0, le=1000000000000.0)] = 1000000.0
    """work of training on one sample [cycles]"""

    migration_s: Annotated[float, pydantic.Field(ge=0.0, le=1000.0)] = 0.05
    """how long jobs rest while they move to the server of the user's new cell [s]"""


class CellularSettings(_Settings):
    """All settings of `cellular`."""

    slot_s: Annotated[float, pydantic.Field(ge=0.001, le=1.0)] = 0.02
    """length of a slot [s]"""

    slots_per_frame: Annotated[int, pydantic.Field(ge=1, le=100000)] = 50
    """slots from one frame decision to the next [slots]"""

    duration_s: Annotated[float, pydantic.Field(ge=0.001, le=1000000.0)] = 20.0
    """simulated time under the agent's control [s]"""

    warmup_s: Annotated[float, pydantic.Field(ge=0.0, le=1000.0)] = 1.0
    """simulated time before the first slot [s]"""

    n_ue: Annotated[int, pydantic.Field(ge=1, le=300)] = 20
    """number of mobile users [users]"""

    n_bs: Annotated[int, pydantic.Field(ge=1, le=64)] = 3
    """number of base stations, one cell each [cells]"""

    layout: Layout = Layout()

    mobility: Mobility = Mobility()

    arrival: Arrival = Arrival()

    channel: Channel = Channel()

    buildings: Buildings = Buildings()

    radio: Radio = Radio()

    state: State = State()

    speed: Speed = Speed()

    output: Output = Output()

    traffic: Traffic = Traffic()

    compute: Compute = Compute()

    retraining: Retraining = Retraining()
