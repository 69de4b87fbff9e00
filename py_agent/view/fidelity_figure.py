# SPDX-License-Identifier: MIT
"""Draws a fidelity report."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from py_agent.fidelity.report import FidelityReport
from py_agent.fidelity.tracking import HORIZONS_S

_NS3, _RESEEDED, _TWIN = "C0", "0.6", "C1"


def fidelity_figure(report: FidelityReport) -> Figure:
    """Delays by policy, their distribution, rates, and errors over the horizon."""
    figure = Figure(figsize=(11, 7.5), layout="constrained")
    (policies, delays), (rates, horizon) = figure.subplots(2, 2)
    _draw_policies(policies, report)
    _draw_delays(delays, report)
    _draw_rates(rates, report)
    _draw_horizon(horizon, report)
    for axes in (delays, rates, horizon):
        axes.grid(alpha=0.3)
    return figure


def _draw_policies(axes: Any, report: FidelityReport) -> None:
    order = np.argsort(report.physical_s.mean(axis=0))
    at = np.arange(len(order))
    twin_s = report.twin_s.mean(axis=0)[order]
    spread_s = np.stack(
        [
            twin_s - report.low_s.mean(axis=0)[order],
            report.high_s.mean(axis=0)[order] - twin_s,
        ]
    )
    axes.errorbar(
        twin_s, at, xerr=np.maximum(spread_s, 0), fmt="o", color=_TWIN, capsize=2,
        label="twin, 90 % of its rollouts",
    )  # fmt: skip
    axes.plot(
        report.reseeded_s.mean(axis=0)[order], at, "x", color=_RESEEDED,
        label="ns-3, other random numbers",
    )  # fmt: skip
    axes.plot(report.physical_s.mean(axis=0)[order], at, "D", color=_NS3, label="ns-3")
    axes.set_yticks(at, [report.policies[i] for i in order])
    axes.set(xlabel="mean delay (s)", title="Policies from the same states")
    axes.grid(alpha=0.3, axis="x")
    axes.legend(fontsize=8)


def _draw_delays(axes: Any, report: FidelityReport) -> None:
    for name, colour in (("reseeded", _RESEEDED), ("ns-3", _NS3), ("twin", _TWIN)):
        values = np.sort(report.delays_s[name])
        if len(values):
            axes.plot(values, (np.arange(len(values)) + 1) / len(values), color=colour, label=name)
    axes.set_xscale("log")
    axes.set(
        xlabel="delay of a task (s)",
        ylabel="share of tasks",
        title=f"Delays under all policies (KS {report.measures['delay_ks']:.3f} by policy)",
    )
    axes.legend(fontsize=8)


def _draw_rates(axes: Any, report: FidelityReport) -> None:
    predicted, observed = (np.maximum(x, 1.0) / 1e6 for x in report.rates)
    axes.plot(observed, predicted, ".", color=_TWIN, alpha=0.6)
    if len(observed):
        ends: NDArray[np.float64] = np.array([observed.min(), observed.max()])
        axes.plot(ends, ends, color="0.4", linewidth=1)
        axes.set(xscale="log", yscale="log")
    axes.set(
        xlabel="delivered in a frame, ns-3 (Mbit)",
        ylabel="predicted slot by slot, twin (Mbit)",
        title=f"Rates for what was granted (MAPE {100 * report.measures['rate_mape']:.1f} %)",
    )


def _draw_horizon(axes: Any, report: FidelityReport) -> None:
    def over(name: str) -> list[float]:
        return [report.measures[f"{name}_{h:g}_s"] for h in HORIZONS_S]

    axes.plot(HORIZONS_S, over("strength_rmse_db"), "o-", color=_TWIN, label="strength (dB)")
    axes.plot(HORIZONS_S, over("position_error_m"), "s-", color=_NS3, label="place (m)")
    axes.set(xlabel="ahead (s)", ylabel="root mean square error", title="Error over the horizon")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8)
