# SPDX-License-Identifier: MIT
"""Do Wi-Fi stations get the airtime that their weights say?"""

from __future__ import annotations

import numpy as np
from rich.table import Table

import ns3_scenarios
from py_agent.bench.settled import SETTLE_SLOTS, SLOT_S, settled_observations
from py_agent.view.measurement import Measurement

WEIGHTS = (0.1, 0.2, 0.3, 0.4)
SETTINGS = {
    "n_bs": 1,
    "layout": {"site_distance_m": 20},
    "mobility": {"model": "static"},
    # 250 kbit 200 times a second: more than the whole channel carries, from each station.
    "traffic": {
        **{"on_s": 1.0, "off_s": 0.0, "rate_hz": 200.0},
        **{"size_min_bit": 2e5, "size_max_bit": 3e5},
    },
    "compute": {"capacity_hz": 1e15},
}


def measure_airtime(seconds: float, seed: int, shares: str) -> Measurement:
    """Airtime of four saturated stations of one access point beside their weights.

    Args:
        seconds: Simulated time.
        seed: ns-3's run number.
        shares: ``radio.shares`` of the scenario; trigger frames need ns-3's spectrum PHY.
    """
    n_ue, slots = len(WEIGHTS), round(seconds / SLOT_S)
    length = {"n_ue": n_ue, "duration_s": (SETTLE_SLOTS + slots) * SLOT_S}
    radio = {"shares": shares, "phy": "spectrum" if shares == "trigger-frames" else "yans"}
    env = ns3_scenarios.make("wifi", {**SETTINGS, **length, "radio": radio})
    action = {
        "association": np.zeros(n_ue, np.int32),
        "compute_share": np.full(n_ue, 1 / n_ue, np.float32),
        "bandwidth_share": np.array(WEIGHTS, np.float32),
    }
    seen = settled_observations(env, action, slots, seed)
    airtime = np.sum([one["airtime_ul"] for one in seen[1:]], axis=0)
    share = airtime / airtime.sum()
    error = float(np.abs(share / np.array(WEIGHTS) - 1).max())
    uploaded_bps = (seen[-1]["delivered_bit"] - seen[0]["delivered_bit"]) / (slots * SLOT_S)

    table = Table(title=f"Airtime in {slots * SLOT_S:g} s, {n_ue} saturated stations, {shares}")
    for column in ("weight", "SNR", "airtime", "upload"):
        table.add_column(column, justify="right")
    for ue in range(n_ue):
        table.add_row(
            f"{WEIGHTS[ue]:g}",
            f"{seen[-1]['snr_db'][ue, 0]:.0f} dB",
            f"{share[ue]:.4f}",
            f"{uploaded_bps[ue] / 1e6:.1f} Mbit/s",
        )
    table.add_section()
    table.add_row("largest error", "", f"{error:.2%}", "")
    table.add_row("sent", "", f"{airtime.sum() / slots:.2%}", "")
    return Measurement(
        [table],
        {
            "weight": list(WEIGHTS),
            "measured_share": np.round(share, 6).tolist(),
            "largest_relative_error": round(error, 6),
            "airtime_used": round(float(airtime.sum() / slots), 6),
            "uploaded_bps": np.round(uploaded_bps).tolist(),
            "seconds": slots * SLOT_S,
        },
    )
