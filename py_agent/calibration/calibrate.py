# SPDX-License-Identifier: MIT
"""Makes the twin's constants of recorded runs."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from py_agent.calibration.law_fit import fit_delays, fit_handover, fit_mobility
from py_agent.calibration.recorded import RecordedRun, load_runs
from py_agent.calibration.traffic_fit import fit_traffic
from py_agent.radio.link_model import load_radio
from py_agent.twin.model.parameters import Provenance, TwinParameters
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.model.traffic import UsersTraffic


def calibrate(paths: Sequence[Path], *, is_trusted: bool = False) -> TwinParameters:
    """Learn from run folders of one network; policies, seeds and durations may differ.

    Args:
        paths: the folders.
        is_trusted: a scenario program that is not installed may be asked what it declares.

    Raises:
        UntrustedCode: the scenario is a program that is not installed.
        InvalidSetting: a folder holds no finished run.
        NothingToLearn: the runs are of several networks, or hold too little.
        UnsuitableNetwork: they are of a network that the twin cannot follow.
    """
    return calibrate_runs(load_runs(paths, is_trusted=is_trusted))


def calibrate_runs(runs: Sequence[RecordedRun]) -> TwinParameters:
    """The same of runs that are open."""
    run, radio = runs[0].run, runs[0].radio
    parameters = prior_parameters(run.settings, radio, run.scenario)
    link = load_radio(radio)(run.settings, parameters.radio)
    parameters = parameters.model_copy(update={"radio": link.calibrated(runs)})
    provenance = Provenance(
        source="calibrated",
        scenario=run.scenario,
        seeds=tuple(each.run.seed for each in runs),
        policies=tuple(each.run.policy for each in runs),
        slots=sum(each.slots for each in runs),
        ns3_twin_version=importlib.metadata.version("ns3-twin"),
    )
    traffic = UsersTraffic.of(parameters, run.settings["n_ue"])
    fitted = [
        fit_traffic(runs, law, np.flatnonzero(traffic.of_user == number)).model_dump()
        for number, law in enumerate(traffic.laws)
    ]
    of_tasks = {"traffic_classes": fitted} if parameters.traffic_classes else {"traffic": fitted[0]}
    return parameters.replaced(
        provenance=provenance.model_dump(),
        delays=fit_delays(runs, parameters).model_dump(),
        handover=fit_handover(runs, parameters.handover).model_dump(),
        **of_tasks,
        mobility=fit_mobility(runs, parameters.mobility).model_dump(),
    )
