# SPDX-License-Identifier: MIT
"""The channel of ``cellular`` beside what 3GPP's companies found in the same layout.

TR 38.901, clause 7.8.1: 19 sites of three sectors, four of five users indoors, 6 GHz. The
companies' percentiles are those of R1-165974 (its Phase1Calibration_v42_CMCC.xlsx), read from
``r1-165974.csv``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from ns3_scenarios import laboratory
from py_agent.view.measurement import Measurement

_REFERENCE = Path(__file__).with_name("r1-165974.csv")
_NOISE_DBM = -174 + 10 * np.log10(20e6) + 9  # 20 MHz and a noise figure of 9 dB
_TX_DBM = {"uma": 49.0, "umi": 44.0}  # Table 7.8-1
_WORDS = {"coupling_loss": "coupling loss", "geometry_sinr": "SINR", "geometry_sir": "SIR"}
_SHOWN = (5, 10, 25, 50, 75, 90, 95)


class Row(NamedTuple):
    """One percentile of one quantity; all in dB."""

    environment: str
    quantity: str
    percentile: int
    found_db: float
    least_db: float
    median_db: float
    greatest_db: float

    @property
    def is_inside(self) -> bool:
        """Whether it lies between the companies' least and greatest."""
        return self.least_db <= self.found_db <= self.greatest_db


def measure(drops: int, users: int) -> Measurement:
    """Percentiles over all users of the strongest cell, beside the range of the companies.

    Coupling loss (path gain with antennas) and geometry (SINR, with and without noise), urban macro
    and street canyon.

    Args:
        drops: networks, each with maps of its own.
        users: dropped in each.
    """
    found = {environment: _quantities(environment, drops, users) for environment in _TX_DBM}
    rows = [
        Row(
            environment,
            quantity,
            percentile,
            float(np.percentile(found[environment][quantity], percentile)),
            min(companies_db),
            float(np.median(companies_db)),
            max(companies_db),
        )
        for environment, quantity, percentile, companies_db in _reference()
    ]
    inside = sum(row.is_inside for row in rows)
    numbers = {
        "percentiles": len(rows),
        "inside": inside,
        "share_inside": inside / len(rows),
        "rows": [{**row._asdict(), "is_inside": row.is_inside} for row in rows],
    }
    return Measurement([_table(rows, inside)], numbers)


def _quantities(environment: str, drops: int, users: int) -> dict[str, NDArray[np.float64]]:
    """Name → values of all users, dB."""
    env = laboratory.large_scale({"environment": environment, "n_ue": users})
    try:
        drawn = [env.reset(seed=seed)[0]["path_gain_db"] for seed in range(1, drops + 1)]
    finally:
        env.close()
    gain_db = np.concatenate(drawn)  # [user, cell]
    gain = 10 ** (gain_db / 10)
    best = gain.max(axis=1)
    others = gain.sum(axis=1) - best
    noise = 10 ** ((_NOISE_DBM - _TX_DBM[environment]) / 10)
    return {
        "coupling_loss": gain_db.max(axis=1),
        "geometry_sinr": 10 * np.log10(best / (others + noise)),
        "geometry_sir": 10 * np.log10(best / others),
    }


def _reference() -> Iterator[tuple[str, str, int, list[float]]]:
    """Environment, quantity, percentile and each company's value in dB."""
    with _REFERENCE.open(encoding="utf-8", newline="") as file:
        for environment, quantity, percentile, *companies in list(csv.reader(file))[1:]:
            yield environment, quantity, int(percentile), [float(value) for value in companies]


def _table(rows: list[Row], inside: int) -> Table:
    table = Table(title=f"{inside} of {len(rows)} percentiles within the range of 3GPP's companies")
    table.add_column("dB, strongest cell")
    for name in ("%", "here", "least", "median", "greatest", ""):
        table.add_column(name, justify="right")
    for row in rows:
        if row.percentile in _SHOWN or not row.is_inside:
            values = (row.found_db, row.least_db, row.median_db, row.greatest_db)
            table.add_row(
                f"{row.environment} {_WORDS[row.quantity]}",
                str(row.percentile),
                *(f"{value:.1f}" for value in values),
                "" if row.is_inside else "outside",
                end_section=row.percentile == _SHOWN[-1],
            )
    return table
