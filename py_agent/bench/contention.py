# SPDX-License-Identifier: MIT
"""How much do saturated Wi-Fi stations get through, beside Bianchi's model?"""

from __future__ import annotations

from typing import Annotated, NamedTuple

import numpy as np
import typer
from rich.table import Table

from ns3_scenarios import laboratory
from py_agent.bench.bianchi import saturation
from py_agent.view.measurement import Measurement

STATIONS = (1, 2, 5, 10, 20, 30)
PAYLOAD_BYTE = 1500
_NEAR_DB = 60.0


class Found(NamedTuple):
    """What ns-3 did."""

    throughput_bps: float
    collision_probability: float
    frame_s: float


def measure(
    seconds: Annotated[float, typer.Option(min=0.1, help="Simulated seconds.")] = 5.0,
    seed: Annotated[int, typer.Option(help="ns-3's run number.")] = 1,
) -> Measurement:
    """Throughput of saturated 802.11ax stations of one channel, beside Bianchi's model.

    1 to 30 stations that hear each other, frames of 1500 bytes without aggregation, at 44 Mbit/s.
    """
    table = Table(title=f"Saturated stations, {seconds:g} s")
    for column in ("stations", "ns-3", "model", "error", "collisions in ns-3", "in the model"):
        table.add_column(column, justify="right")
    rows = []
    for n in STATIONS:
        found = contend(n, seconds, seed)
        model = saturation(n, found.frame_s, 8 * PAYLOAD_BYTE)
        error = found.throughput_bps / model.throughput_bps - 1
        table.add_row(
            str(n),
            f"{found.throughput_bps / 1e6:.2f} Mbit/s",
            f"{model.throughput_bps / 1e6:.2f} Mbit/s",
            f"{error:+.1%}",
            f"{found.collision_probability:.3f}",
            f"{model.collision_probability:.3f}",
        )
        rows.append(
            {
                "stations": n,
                "throughput_bps": round(found.throughput_bps),
                "model_bps": round(model.throughput_bps),
                "relative_error": round(error, 6),
                "collision_probability": round(found.collision_probability, 6),
                "model_collision_probability": round(model.collision_probability, 6),
            }
        )
    largest = max(abs(row["relative_error"]) for row in rows)
    return Measurement([table], {"rows": rows, "largest_relative_error": largest})


def contend(n: int, seconds: float, seed: int) -> Found:
    """So many stations, for so long."""
    slot_s = 0.1
    slots = round(seconds / slot_s)
    env = laboratory.wifi_cell(
        {"n_ue": n, "payload_byte": PAYLOAD_BYTE, "slot_s": slot_s, "duration_s": seconds}
    )
    action = {"path_loss_db": np.full(n, _NEAR_DB, np.float32)}
    try:
        first, _ = env.reset(seed=seed)
        for _ in range(slots):
            last, *_ = env.step(action)
        ppdus = env.take_records()["ppdu"]
    finally:
        env.close()
    received, attempts, unanswered = (
        float((last[name] - first[name]).sum())
        for name in ("received_bit", "attempts", "unanswered")
    )
    frame_s = float(ppdus["duration_s"][ppdus["mpdus"] > 0].max())
    return Found(received / (slots * slot_s), unanswered / attempts, frame_s)
