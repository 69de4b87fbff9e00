# SPDX-License-Identifier: MIT
"""Do users get the resource blocks that their weights say?"""

from __future__ import annotations

import enum
from typing import Annotated

import numpy as np
import typer
from numpy.typing import ArrayLike
from rich.table import Table

from ns3_scenarios import laboratory
from py_agent.bench.airtime_shares import measure_airtime
from py_agent.bench.settled import SETTLE_SLOTS, SLOT_S, settled_observations
from py_agent.view.measurement import Measurement

WEIGHTS = (0.1, 0.2, 0.3, 0.4)
PATH_LOSSES_DB = (80.0, 105.0, 95.0, 90.0)  # the shares shall not depend on how good a link is
DIRECTIONS = ("uplink", "downlink")


class Division(str, enum.Enum):
    """Ways in which Wi-Fi stations get their shares."""

    SERVICE_PERIODS = "service-periods"
    TRIGGER_FRAMES = "trigger-frames"
    EDCA = "edca"


class Radio(str, enum.Enum):
    """Scenarios that divide a band."""

    CELLULAR = "cellular"
    WIFI = "wifi"


def measure(
    seconds: Annotated[float, typer.Option(min=0.1, help="Simulated seconds.")] = 1.0,
    bandwidth_rb: Annotated[int, typer.Option(help="6, 15, 25, 50, 75 or 100.")] = 25,
    seed: Annotated[int, typer.Option(help="ns-3's run number.")] = 1,
    scenario: Annotated[Radio, typer.Option(help="Whose radio.")] = Radio.CELLULAR,
    by: Annotated[
        Division, typer.Option(help="Wi-Fi: radio.shares. Contention windows are not exact.")
    ] = Division.SERVICE_PERIODS,
) -> Measurement:
    """Resource blocks of four full-buffer users beside their weights, on real ns-3 LTE.

    With ``--scenario wifi`` airtime of four saturated stations of one access point.

    Resource blocks are counted from the scheduler's grants, repetitions and signalling included.
    The users sit in one cell behind different path losses. Each is offered more than the whole
    cell can carry, in both directions at once, and no queue drops: the least that ever waited is
    printed.
    """
    if scenario is Radio.WIFI:
        return measure_airtime(seconds, seed, by.value)
    slots = round(seconds / SLOT_S)
    n_ue = len(WEIGHTS)
    env = laboratory.lte_cell(
        {
            "n_ue": n_ue,
            "bandwidth_rb": str(bandwidth_rb),
            "duration_s": (SETTLE_SLOTS + slots) * SLOT_S,
        }
    )
    load_bps = 0.8e6 * bandwidth_rb  # 75,376 bit per ms on 100 RB at most (TS 36.213, 7.1.7.2.1)
    action: dict[str, ArrayLike] = {
        "path_loss_db": PATH_LOSSES_DB,
        **{f"{direction}_weight": WEIGHTS for direction in DIRECTIONS},
        **{
            f"{direction}_load_bps": np.full(n_ue, load_bps, np.float32) for direction in DIRECTIONS
        },
    }
    seen = settled_observations(env, action, slots, seed)
    least_queue_bit = {
        name: min((one[f"{name}_sent_bit"] - one[f"{name}_received_bit"]).min() for one in seen)
        for name in DIRECTIONS
    }
    granted = {name: seen[-1][f"{name}_rb"] - seen[0][f"{name}_rb"] for name in DIRECTIONS}
    share = {name: granted[name] / granted[name].sum() for name in DIRECTIONS}
    both = sum(granted.values()) / sum(rb.sum() for rb in granted.values())
    error = {name: np.abs(share[name] / WEIGHTS - 1).max() for name in DIRECTIONS}
    utilisation = {
        name: float(granted[name].sum() / (bandwidth_rb * 1000 * slots * SLOT_S))
        for name in DIRECTIONS
    }

    table = Table(
        title=f"Resource blocks in {slots * SLOT_S:g} s of {bandwidth_rb} RB, "
        f"{n_ue} full-buffer users"
    )
    for column in ("weight", "path loss", *DIRECTIONS):
        table.add_column(column, justify="right")
    for ue in range(n_ue):
        table.add_row(
            f"{WEIGHTS[ue]:g}",
            f"{PATH_LOSSES_DB[ue]:g} dB",
            *(f"{share[name][ue]:.4f}" for name in DIRECTIONS),
        )
    table.add_section()
    table.add_row("largest error", "", *(f"{error[name]:.2%}" for name in DIRECTIONS))
    table.add_row("band used", "", *(f"{utilisation[name]:.2%}" for name in DIRECTIONS))
    table.add_row(
        "least queue", "", *(f"{least_queue_bit[name] / 1e6:.1f} Mbit" for name in DIRECTIONS)
    )
    return Measurement(
        [table],
        {
            "weight": list(WEIGHTS),
            "measured_share": np.round(both, 6).tolist(),
            "uplink_share": np.round(share["uplink"], 6).tolist(),
            "downlink_share": np.round(share["downlink"], 6).tolist(),
            "largest_relative_error": round(float(max(error.values())), 6),
            "band_used": {name: round(used, 6) for name, used in utilisation.items()},
            "least_queue_bit": {name: int(bit) for name, bit in least_queue_bit.items()},
            "seconds": slots * SLOT_S,
        },
    )
