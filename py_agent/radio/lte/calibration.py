# SPDX-License-Identifier: MIT
"""Fits all constants of LTE to recorded runs."""

from __future__ import annotations

from collections.abc import Sequence

from py_agent.radio.link_model import Recorded
from py_agent.radio.lte.channel_fit import fit_channel, fit_uplink
from py_agent.radio.lte.control_fit import fit_control
from py_agent.radio.lte.failure_fit import fit_failure
from py_agent.radio.lte.parameters import LteParameters
from py_agent.radio.lte.rate_fit import fit_rates


def fit(runs: Sequence[Recorded], prior: LteParameters) -> LteParameters:
    """Powers first, then what depends on them: sounding, rates, control channels, handovers.

    Raises:
        NothingToLearn: the runs hold too little.
    """
    fitted = prior.model_copy(update={"channel": fit_channel(runs, prior)})
    fitted = fitted.model_copy(update={"uplink": fit_uplink(runs, fitted)})
    rated = _with_rates(runs, fitted)
    control = fit_control(runs, rated)
    if control != rated.control:  # grants that are not heard count for neither of both
        rated = _with_rates(runs, fitted.model_copy(update={"control": control}))
    return rated.model_copy(update={"failure": fit_failure(runs, prior.failure)})


def _with_rates(runs: Sequence[Recorded], parameters: LteParameters) -> LteParameters:
    rate, interference = fit_rates(runs, parameters)
    return parameters.model_copy(update={"rate": rate, "interference": interference})
