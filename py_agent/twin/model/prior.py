# SPDX-License-Identifier: MIT
"""What a scenario's settings say before anything has been measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import numpy as np

from py_agent.radio.link_model import load_radio
from py_agent.radio.parameters import LONGEST_PERIOD_S
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.model.parameters import (
    GAUSS_MARKOV_STEP_S,
    Compute,
    MobilityLaw,
    Provenance,
    TaskLaw,
    Timing,
    Traffic,
    TrafficClass,
    TwinParameters,
)
from py_agent.twin.model.traffic import check_classes, settings_of_classes

Law = TypeVar("Law", bound=TaskLaw)


def prior_parameters(
    settings: Mapping[str, Any], radio: str, scenario: str = "cellular"
) -> TwinParameters:
    """Constants of a network from its settings: nothing is measured.

    Args:
        settings: all settings of the scenario, nested.
        radio: the access network that it declares.
        scenario: its name.

    Raises:
        UnsuitableNetwork: they are not those of a network that the twin can follow.
    """
    try:
        return _prior(settings, radio, scenario)
    except KeyError as error:
        raise UnsuitableNetwork(
            f"the twin follows networks like cellular; {scenario} has no setting {error}"
        ) from None


def parameters_of(
    settings: Mapping[str, Any],
    radio: str,
    scenario: str = "cellular",
    learnt: TwinParameters | None = None,
) -> TwinParameters:
    """Constants of a network: those that were learnt, where they are of such a network.

    What settings declare and no run can teach is of the settings: slots and frames, servers, and
    what becomes of an idle share.

    Args:
        settings: all settings of the scenario, nested.
        radio: the access network that it declares.
        scenario: its name.
        learnt: by calibration; None: nothing was.

    Raises:
        UnsuitableNetwork: they are not those of a network that the twin can follow, or what was
            learnt is of another radio, other users or another number of base stations.
    """
    declared = prior_parameters(settings, radio, scenario)
    if learnt is None:
        return declared
    if learnt.n_bs != declared.n_bs:
        raise UnsuitableNetwork(
            f"the parameters are of {learnt.n_bs} base stations, the network has {declared.n_bs}"
        )
    if learnt.radio.name != radio:
        raise UnsuitableNetwork(
            f"the parameters are of radio {learnt.radio.name}, the network has {radio}"
        )
    check_classes(learnt, settings["traffic"])
    names = ("timing", "compute", "bandwidth_mode")
    return learnt.model_copy(update={name: getattr(declared, name) for name in names})


def _prior(settings: Mapping[str, Any], radio: str, scenario: str) -> TwinParameters:
    n_bs = settings["n_bs"]
    traffic, mobility = settings["traffic"], settings["mobility"]
    retraining, compute = settings["retraining"], settings["compute"]
    return TwinParameters(
        provenance=Provenance(source="prior", scenario=scenario),
        timing=Timing(slot_s=settings["slot_s"], slots_per_frame=settings["slots_per_frame"]),
        radio=load_radio(radio)(settings).parameters,
        bandwidth_mode=settings["radio"].get("bandwidth_mode", "work-conserving"),
        traffic=_law(Traffic, traffic),
        traffic_classes=tuple(
            _law(TrafficClass, of_class)
            for of_class in settings_of_classes(traffic)
            if traffic.get("classes")
        ),
        mobility=_mobility(mobility),
        compute=Compute(
            capacity_hz=_capacities_hz(compute, n_bs),
            mode=compute["mode"],
            cycles_per_sample=retraining["cycles_per_sample"],
            migration_s=retraining["migration_s"],
        ),
    )


def _mobility(mobility: Mapping[str, Any]) -> MobilityLaw:
    law = MobilityLaw(
        speed_min_mps=mobility["speed_min_mps"], speed_max_mps=mobility["speed_max_mps"]
    )
    if mobility["model"] == "random-walk":
        return law.model_copy(update={"turn_s": mobility["turn_s"]})
    if mobility["model"] == "gauss-markov":
        # A step changes as much of the velocity's variance as would legs of this length.
        changed = max(1 - mobility["memory"] ** 2, 2 * GAUSS_MARKOV_STEP_S / LONGEST_PERIOD_S)
        return law.model_copy(update={"turn_s": 2 * GAUSS_MARKOV_STEP_S / changed})
    return law


def _capacities_hz(settings: Mapping[str, Any], n_bs: int) -> tuple[float, ...]:
    """As the scenario builds its servers: evenly from the smallest to the largest."""
    spread = settings.get("capacity_spread", 0.0)  # runs of version 0.1 had none
    places = np.linspace(-1.0, 1.0, n_bs) if n_bs > 1 else np.zeros(1)
    return tuple((settings["capacity_hz"] * (1 + spread * places)).tolist())


def _law(kind: type[Law], settings: Mapping[str, Any]) -> Law:
    names = set(kind.model_fields) & set(settings)
    values = {name: settings[name] for name in names if name != "size_model"}
    if settings["model"] != "on-off":
        values["off_s"] = 0.0
    uniform = settings["size_model"] == "uniform"
    return kind(size_model="uniform" if uniform else "lognormal", **values)
