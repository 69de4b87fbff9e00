# SPDX-License-Identifier: MIT
"""What the engine must know of a network: the twin's constants, and settings that add to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from py_agent.twin.model.parameters import GAUSS_MARKOV_STEP_S, TwinParameters
from py_agent.twin.model.traffic import UsersTraffic, traffic_law

MEASURED_S = 0.2  # ns-3 reports received power so often; the twin moves its users as often


def network_parameters(
    parameters: TwinParameters, settings: Mapping[str, Any], bs_position_m: NDArray[Any]
) -> dict[str, Any]:
    """Of all but the radio, as `py_agent.engine._engine.Engine` takes them.

    Args:
        parameters: the twin's constants.
        settings: all settings of the scenario, nested.
        bs_position_m: ``[n_bs, 2]``.
    """
    timing = parameters.timing
    traffic = UsersTraffic.of(parameters, settings["n_ue"])
    return {
        "network": {
            "slot_s": timing.slot_s,
            "slots_per_frame": timing.slots_per_frame,
            "slots_per_measurement": max(1, round(MEASURED_S / timing.slot_s)),
            "band_quota": parameters.bandwidth_mode == "quota",
            "retrains": bool(settings["retraining"]["enabled"]),
            "traffic_class": traffic.of_user.tolist(),
        },
        "delays": parameters.delays.model_dump(),
        "handover": parameters.handover.model_dump(),
        "traffic": traffic.under(settings["traffic"], traffic_law),
        "results": {
            "bit": parameters.traffic.result_bit,
            "ratio": parameters.traffic.result_ratio,
        },
        "arrivals": _arrivals(parameters, settings),
        "mobility": _mobility(parameters, settings, bs_position_m),
        "compute": {
            **parameters.compute.model_dump(),
            "quota": parameters.compute.mode == "quota",
        },
    }


def _arrivals(parameters: TwinParameters, settings: Mapping[str, Any]) -> dict[str, float]:
    """Who comes where another cell is the strongest searches as who has lost its link does."""
    attach_s, attach_sd_s = parameters.radio.lost_link_s
    return {**settings["arrival"], "attach_s": attach_s, "attach_sd_s": attach_sd_s}


def _mobility(
    parameters: TwinParameters, settings: Mapping[str, Any], bs_position_m: NDArray[Any]
) -> dict[str, Any]:
    law, chosen = parameters.mobility, settings["mobility"]
    model = chosen["model"]
    pauses = {
        "random-waypoint": chosen["pause_max_s"],
        "hotspots": chosen["hotspot_pause_max_s"],
    }
    legs_s = {"random-walk": chosen["turn_s"], "gauss-markov": GAUSS_MARKOV_STEP_S}
    return {
        "model": model,
        "speed_min_mps": law.speed_min_mps,
        "speed_max_mps": law.speed_max_mps,
        "turn_s": legs_s.get(model, law.turn_s),
        "pause_s": pauses.get(model, 0.0),
        "memory": chosen["memory"],
        "area_m": _area_m(parameters, settings["layout"]["site_distance_m"], bs_position_m),
    }


def _area_m(
    parameters: TwinParameters, site_distance_m: float, bs_position_m: NDArray[Any]
) -> tuple[float, float, float, float]:
    """Where users move: half a site distance beyond the base stations, unless learnt."""
    margin_m = site_distance_m / 2
    low, high = bs_position_m.min(axis=0) - margin_m, bs_position_m.max(axis=0) + margin_m
    learnt = parameters.mobility.area_m
    return (
        max(learnt[0], float(low[0])),
        max(learnt[1], float(low[1])),
        min(learnt[2], float(high[0])),
        min(learnt[3], float(high[1])),
    )
