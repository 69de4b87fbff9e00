# SPDX-License-Identifier: MIT
"""Numba: loops over those that send, as in C++."""

from __future__ import annotations

import dataclasses
import math

import numba
import numpy as np

from benchmarks.twin_forms import case as c

_NOISE_MW = 10 ** (c.NOISE_DBM / 10)
_N_BS, _N_UE, _TASKS, _SLOT_S, _BAND_RB = c.N_BS, c.N_UE, c.TASKS, c.SLOT_S, c.BAND_RB


def prepare(case: c.Case):
    users = (case.batch, c.N_UE)
    made = {
        "sent_bit": np.zeros(users, np.float32),
        "band_s": np.zeros(users, np.float32),
        "finished": np.zeros(users, np.int32),
        "heard_dbm": np.zeros((case.batch, c.N_BS, c.N_BS), np.float32),
        "busy": np.zeros((case.batch, c.N_BS), np.float32),
    }
    taken = [getattr(case, field.name) for field in dataclasses.fields(case)]

    def run():
        _slot(*taken, *made.values())
        return made

    return run


@numba.njit
def _slot(
    cell, rsrp_dbm, sounded_db, full_rate_bps, weight, present_s, before_rb, size_bit, heard_dbm,
    busy, sent_bit, band_s, finished, heard_after_dbm, busy_after,
):  # fmt: skip
    who = np.empty(_N_UE, np.int64)
    rate, queue, density = np.empty(_N_UE), np.empty(_N_UE), np.empty(_N_UE)
    offered_s, active, limit_s = np.empty(_N_UE), np.empty(_N_UE), np.empty(_N_UE)
    sums, rest_s, cell_rb = np.empty(_N_BS), np.empty(_N_BS), np.empty(_N_BS)
    for r in range(len(cell)):
        n = 0
        sent_bit[r], band_s[r], finished[r], heard_after_dbm[r] = 0, 0, 0, 0
        sums[:], rest_s[:], cell_rb[:] = 0, _SLOT_S, 0
        for u in range(_N_UE):
            if size_bit[r, u, 0] <= 0:
                continue
            at, own_dbm = cell[r, u], rsrp_dbm[r, u, cell[r, u]]
            width_rb = before_rb[r, u] if before_rb[r, u] > 0 else _BAND_RB
            width_db = 10 * math.log10(max(width_rb, c.SMALLEST_RB))
            path_loss_db = c.REFERENCE_DBM - own_dbm
            density[n] = min(c.MAX_DBM - width_db, c.P0_DBM + path_loss_db) - c.REFERENCE_DBM
            edge_db = min(max(sounded_db[r, u], c.NEEDED_MIN_DB), c.NEEDED_MAX_DB) + c.MARGIN_DB
            rate[n] = full_rate_bps[r, u]
            for other in range(_N_BS):
                if other != at and busy[r, other] > 0:
                    disturbed_mw = _NOISE_MW + 10 ** (heard_dbm[r, at, other] / 10)
                    excess_db = own_dbm + density[n] - edge_db - 10 * math.log10(disturbed_mw)
                    lost = busy[r, other] / (1 + math.exp(min(excess_db / c.SLOPE_DB, 50.0)))
                    rate[n] *= 1 - lost
            rate[n] = max(rate[n], 1.0)
            queue[n] = size_bit[r, u].sum()
            limit_s[n] = min(queue[n] / rate[n], present_s[r, u])
            active[n] = weight[r, u] * present_s[r, u]
            sums[at] += active[n]
            who[n] = u
            n += 1
        for k in range(n):
            at = cell[r, who[k]]
            offered_s[k] = min(active[k] * _SLOT_S / max(sums[at], 1e-30), present_s[r, who[k]])
        sums[:] = 0
        for k in range(n):
            at = cell[r, who[k]]
            rest_s[at] -= min(offered_s[k], limit_s[k])
            active[k] = active[k] if offered_s[k] < limit_s[k] else 0.0
            sums[at] += active[k]
        for k in range(n):
            u, at = who[k], cell[r, who[k]]
            more_s = active[k] * rest_s[at] / max(sums[at], 1e-30)
            offered_s[k] = min(offered_s[k] + more_s, present_s[r, u])
            sent = min(offered_s[k] * rate[k], queue[k])
            sent_bit[r, u] = sent
            band_s[r, u] = sent / rate[k]
            through = 0.0
            for t in range(_TASKS):
                through += size_bit[r, u, t]
                finished[r, u] += size_bit[r, u, t] > 0 and through <= sent
            rb = band_s[r, u] * (_BAND_RB / _SLOT_S)
            cell_rb[at] += rb
            for m in range(_N_BS):
                heard_after_dbm[r, m, at] += rb * (rsrp_dbm[r, u, m] + density[k])
        for at in range(_N_BS):
            busy_after[r, at] = min(cell_rb[at] / _BAND_RB, 1.0)
            if cell_rb[at] > 0:
                heard_after_dbm[r, :, at] /= cell_rb[at]
