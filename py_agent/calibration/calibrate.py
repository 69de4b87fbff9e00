# SPDX-License-Identifier: MIT
"""Makes the twin's constants of recorded runs."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence
from pathlib import Path

from py_agent.calibration.law_fit import fit_delays, fit_handover, fit_mobility
from py_agent.calibration.recorded import RecordedRun, load_runs
from py_agent.calibration.traffic_fit import fit_traffic
from py_agent.radio.link_model import load_radio
from py_agent.twin.model.parameters import Provenance, TwinParameters
from py_agent.twin.model.prior import prior_parameters


def calibrate(paths: Sequence[Path]) -> TwinParameters:
    """Learn from run folders of one network; policies, seeds and durations may differ.

    Raises:
        InvalidSetting: a folder holds no finished run.
        NothingToLearn: the runs are of several networks, or hold too little.
        UnsuitableNetwork: they are not of a cellular network.
    """
    return calibrate_runs(load_runs(paths))


def calibrate_runs(runs: Sequence[RecordedRun]) -> TwinParameters:
    """The same of runs that are open."""
    parameters = prior_parameters(runs[0].run.settings, runs[0].radio)
    link = load_radio(runs[0].radio)(runs[0].run.settings, parameters.radio)
    parameters = parameters.model_copy(update={"radio": link.calibrated(runs)})
    provenance = Provenance(
        source="calibrated",
        scenario=runs[0].run.scenario,
        seeds=tuple(run.run.seed for run in runs),
        policies=tuple(run.run.policy for run in runs),
        slots=sum(run.slots for run in runs),
        ns3_twin_version=importlib.metadata.version("ns3-twin"),
    )
    return parameters.replaced(
        provenance=provenance.model_dump(),
        delays=fit_delays(runs, parameters).model_dump(),
        handover=fit_handover(runs, parameters.handover).model_dump(),
        traffic=fit_traffic(runs, parameters.traffic).model_dump(),
        mobility=fit_mobility(runs, parameters.mobility).model_dump(),
    )
