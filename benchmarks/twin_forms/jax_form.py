# SPDX-License-Identifier: MIT
"""JAX, jitted: dense over all users."""

from __future__ import annotations

import dataclasses
import os

# One thread, as the others.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.twin_forms import case as c


def prepare(case: c.Case):
    taken = [jnp.asarray(getattr(case, field.name)) for field in dataclasses.fields(case)]
    compiled = jax.jit(_slot)

    def run():
        return {name: np.asarray(v) for name, v in zip(c.OUTPUTS, compiled(*taken), strict=True)}

    return run


def _slot(
    cell, rsrp_dbm, sounded_db, full_rate_bps, weight, present_s, before_rb, size_bit, heard_dbm,
    busy,
):  # fmt: skip
    serves = jax.nn.one_hot(cell, c.N_BS)  # [batch, n_ue, n_bs]
    queue_bit = size_bit.sum(-1)
    sends = queue_bit > 0
    own_dbm = (rsrp_dbm * serves).sum(-1)
    width_rb = jnp.maximum(jnp.where(before_rb > 0, before_rb, c.BAND_RB), c.SMALLEST_RB)
    width_db = 10 * jnp.log10(width_rb)
    path_loss_db = c.REFERENCE_DBM - own_dbm
    density_db = jnp.minimum(c.MAX_DBM - width_db, c.P0_DBM + path_loss_db) - c.REFERENCE_DBM
    edge_db = jnp.clip(sounded_db, c.NEEDED_MIN_DB, c.NEEDED_MAX_DB) + c.MARGIN_DB
    heard = jnp.einsum("rum,rmc->ruc", serves, heard_dbm)
    disturbed_dbm = 10 * jnp.log10(10 ** (c.NOISE_DBM / 10) + 10 ** (heard / 10))
    excess_db = (own_dbm + density_db - edge_db)[..., None] - disturbed_dbm
    lost = busy[:, None] * jax.nn.sigmoid(-excess_db / c.SLOPE_DB) * (1 - serves)
    rate_bps = jnp.maximum(full_rate_bps * (1 - lost).prod(-1), 1.0)

    def total(values):
        return (values[..., None] * serves).sum(1)

    def of_users(values):
        return (values[:, None] * serves).sum(-1)

    need_s = queue_bit / rate_bps
    limit_s = jnp.minimum(need_s, present_s)
    active = weight * present_s * sends
    part = c.SLOT_S / jnp.maximum(total(active), 1e-30)
    offered_s = jnp.minimum(active * of_users(part), present_s)
    rest_s = c.SLOT_S - total(jnp.minimum(offered_s, limit_s) * sends)
    active = active * (offered_s < limit_s)
    part = rest_s / jnp.maximum(total(active), 1e-30)
    offered_s = jnp.minimum(offered_s + active * of_users(part), present_s)
    sent_bit = jnp.minimum(offered_s * rate_bps, queue_bit)
    band_s = sent_bit / rate_bps
    finished = ((size_bit > 0) & (size_bit.cumsum(-1) <= sent_bit[..., None])).sum(-1)
    rb = band_s * (c.BAND_RB / c.SLOT_S)
    cell_rb = total(rb)
    weighted = jnp.einsum("ruc,rum->rmc", rb[..., None] * serves, rsrp_dbm + density_db[..., None])
    heard_after = jnp.where(cell_rb[:, None] > 0, weighted / jnp.maximum(cell_rb, 1e-9)[:, None], 0)
    return sent_bit, band_s, finished, heard_after, jnp.minimum(cell_rb / c.BAND_RB, 1.0)
