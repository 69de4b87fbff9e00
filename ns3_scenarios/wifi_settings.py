# SPDX-License-Identifier: MIT
"""Settings of the scenario `wifi`, typed.

Written by ``ns3-twin describe wifi --python``: do not edit.
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

    site_distance_m: Annotated[float, pydantic.Field(ge=20.0, le=10000.0)] = 30.0
    """distance of neighbouring sites (hexagonal grid); users move up to half of it beyond the
    outermost sites [m]"""

    bs_height_m: Annotated[float, pydantic.Field(ge=5.0, le=150.0)] = 5.0
    """height of the antennas [m]"""


class Mobility(_Settings):
    """Settings ``mobility.…``."""

    model: Literal[
        "random-waypoint", "random-walk", "gauss-markov", "hotspots", "static", "trace"
    ] = "random-waypoint"
    """how users move; all but trace stay within the area of the base stations"""

    speed_min_mps: Annotated[float, pydantic.Field(ge=0.01, le=100.0)] = 0.5
    """slowest walk (random-waypoint, random-walk, hotspots) [m/s]"""

    speed_max_mps: Annotated[float, pydantic.Field(ge=0.01, le=100.0)] = 2.0
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

    environment: Literal["uma", "umi", "rma", "inh", "tgax-residential", "tgax-enterprise"] = "inh"
    """path loss, line of sight and shadowing of 3GPP TR 38.901, or of the TGax simulation scenarios
    (IEEE 802.11-14/0980r16) without walls"""

    shadowing: bool = True
    """log-normal shadowing, correlated in space"""

    site_correlation: Annotated[float, pydantic.Field(ge=0.0, le=1.0)] = 0.5
    """correlation of the shadowing of two sites"""


class Radio(_Settings):
    """Settings ``radio.…``."""

    standard: Literal["n", "ac", "ax", "be"] = "ax"
    """amendment of IEEE 802.11"""

    band_ghz: Literal["2.4", "5", "6"] = "5"
    """frequency band, in GHz"""

    width_mhz: Annotated[int, pydantic.Field(ge=20, le=160)] = 20
    """width of each access point's channel: 20, 40, 80 or 160 [MHz]"""

    channels: Annotated[int, pydantic.Field(ge=0, le=64)] = 0
    """channels that access points have in turn: with 3 the first and the fourth share one; 0: each
    has its own"""

    phy: Literal["yans", "spectrum"] = "yans"
    """ns-3's model of the PHY: one value per channel, or the spectrum with interference between
    overlapping channels; the latter costs two to three times the CPU time"""

    streams: Annotated[int, pydantic.Field(ge=1, le=4)] = 1
    """antennas, and at most as many streams"""

    ap_power_dbm: Annotated[float, pydantic.Field(ge=-30.0, le=36.0)] = 20.0
    """transmit power of an access point [dBm]"""

    station_power_dbm: Annotated[float, pydantic.Field(ge=-30.0, le=36.0)] = 15.0
    """transmit power of a station [dBm]"""

    noise_figure_db: Annotated[float, pydantic.Field(ge=0.0, le=50.0)] = 7.0
    """noise figure of every receiver [dB]"""

    rate_control: Literal["ideal", "minstrel-ht", "constant"] = "ideal"
    """who chooses the modulation: the SNR of the last frame, known without error, and after a lost
    one that of the channel's model; Minstrel-HT by statistics of its attempts; nobody"""

    constant_mcs: Annotated[int, pydantic.Field(ge=0, le=13)] = 4
    """modulation and coding scheme, with radio.rate_control = constant"""

    missed_beacons: Annotated[int, pydantic.Field(ge=2, le=1000)] = 10
    """beacons in a row without which a station takes its access point for lost"""

    shares: Literal["service-periods", "trigger-frames", "edca", "none"] = "service-periods"
    """how the agent's shares (bandwidth_share) divide the uplink of an access point: by service
    periods, in which one station at a time may contend (target wake time, IEEE 802.11ax-2021, 26.8;
    its signalling is not simulated); by trigger frames, with which the access point asks stations
    for their data (26.5.2; ax and be, with radio.phy = spectrum); not exactly, by contention
    windows (EDCA, IEEE 802.11-2020, 10.23.2); or not at all: stations contend as they like"""

    bandwidth_mode: Literal["work-conserving", "quota"] = "work-conserving"
    """with shares: whether the share of an idle user is given to the others"""

    downlink_shares: bool = False
    """whether these shares divide what the access point sends, too; only with service periods"""


class State(_Settings):
    """Settings ``state.…``."""

    frames: bool = True
    """observe what becomes of data frames, the queues of the MAC, and TXOPs"""


class Distribution(_Settings):
    """Settings ``distribution.…``."""

    rate_mbps: Annotated[float, pydantic.Field(ge=1.0, le=100000.0)] = 1000.0
    """wire from each access point to the switch at the edge [Mbit/s]"""

    delay_us: Annotated[float, pydantic.Field(ge=0.0, le=1000000.0)] = 20.0
    """delay of that wire [us]"""


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


class WifiSettings(_Settings):
    """All settings of `wifi`."""

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

    radio: Radio = Radio()

    state: State = State()

    distribution: Distribution = Distribution()

    traffic: Traffic = Traffic()

    compute: Compute = Compute()

    retraining: Retraining = Retraining()
