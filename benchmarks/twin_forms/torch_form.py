# SPDX-License-Identifier: MIT
"""torch: call by call, over those that send."""

from __future__ import annotations

import dataclasses

import torch

from benchmarks.twin_forms import case as c


def prepare(case: c.Case):
    torch.set_num_threads(1)
    taken = {f.name: torch.from_numpy(getattr(case, f.name)) for f in dataclasses.fields(case)}

    def run():
        with torch.inference_mode():
            return {name: value.numpy() for name, value in _slot(**taken).items()}

    return run


def _slot(
    cell, rsrp_dbm, sounded_db, full_rate_bps, weight, present_s, before_rb, size_bit, heard_dbm,
    busy,
):  # fmt: skip
    batch = len(cell)
    queue_bit = size_bit.sum(-1).view(-1)
    user = (queue_bit > 0).nonzero()[:, 0]
    row = user // c.N_UE

    def of_user(values):
        return values.flatten(0, 1).index_select(0, user)

    def total(values):
        zero = torch.zeros(batch * c.N_BS, *values.shape[1:])
        return zero.index_add_(0, band, values)

    at, queue_bit = of_user(cell).long(), queue_bit.index_select(0, user)
    band = row * c.N_BS + at
    links_dbm = of_user(rsrp_dbm)
    own_dbm = links_dbm.gather(1, at[:, None])[:, 0]
    before_rb = of_user(before_rb)
    width_rb = torch.where(before_rb > 0, before_rb, c.BAND_RB).clamp_min(c.SMALLEST_RB)
    width_db = 10 * torch.log10(width_rb)
    path_loss_db = c.REFERENCE_DBM - own_dbm
    density_db = torch.minimum(c.MAX_DBM - width_db, c.P0_DBM + path_loss_db) - c.REFERENCE_DBM
    edge_db = of_user(sounded_db).clamp(c.NEEDED_MIN_DB, c.NEEDED_MAX_DB) + c.MARGIN_DB
    heard = heard_dbm.flatten(0, 1).index_select(0, band)
    disturbed_dbm = 10 * torch.log10(10 ** (c.NOISE_DBM / 10) + 10 ** (heard / 10))
    excess_db = (own_dbm + density_db - edge_db)[:, None] - disturbed_dbm
    lost = busy.index_select(0, row) * torch.sigmoid(excess_db / -c.SLOPE_DB)
    survives = 1 - lost * (at[:, None] != torch.arange(c.N_BS))
    rate_bps = (of_user(full_rate_bps) * survives.prod(-1)).clamp_min(1.0)

    present_s = of_user(present_s)
    limit_s = torch.minimum(queue_bit / rate_bps, present_s)
    active = of_user(weight) * present_s
    part = c.SLOT_S / total(active).clamp_min(1e-30)
    offered_s = torch.minimum(active * part.index_select(0, band), present_s)
    rest_s = c.SLOT_S - total(torch.minimum(offered_s, limit_s))
    active = active * (offered_s < limit_s)
    part = rest_s / total(active).clamp_min(1e-30)
    offered_s = torch.minimum(offered_s + active * part.index_select(0, band), present_s)
    sent_bit = torch.minimum(offered_s * rate_bps, queue_bit)
    band_s = sent_bit / rate_bps
    size_bit = of_user(size_bit)
    finished = ((size_bit > 0) & (size_bit.cumsum(-1) <= sent_bit[:, None])).sum(-1)
    rb = band_s * (c.BAND_RB / c.SLOT_S)
    cell_rb = total(rb).view(batch, c.N_BS)
    weighted = total(rb[:, None] * (links_dbm + density_db[:, None])).view(batch, c.N_BS, c.N_BS)
    mean_dbm = weighted / cell_rb.clamp_min(1e-9)[..., None]

    def of_all(values):
        zero = torch.zeros(batch * c.N_UE, dtype=values.dtype)
        return zero.index_copy_(0, user, values).view(batch, c.N_UE)

    return {
        "sent_bit": of_all(sent_bit),
        "band_s": of_all(band_s),
        "finished": of_all(finished),
        "heard_dbm": mean_dbm.transpose(1, 2).contiguous(),
        "busy": (cell_rb / c.BAND_RB).clamp_max(1.0),
    }
