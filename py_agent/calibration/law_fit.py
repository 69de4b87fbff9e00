# SPDX-License-Identifier: MIT
"""Fits handovers, mobility and delays to recorded runs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from py_agent.calibration.recorded import RecordedRun
from py_agent.policies.groups import Groups
from py_agent.radio.link_model import load_radio
from py_agent.radio.spread import robust_sd
from py_agent.twin.model.parameters import Delays, HandoverLaw, MobilityLaw, TwinParameters

Floats = NDArray[np.float64]

_ENOUGH = 20
_TURN_MPS = 0.2  # a velocity that changes by more within a slot is a turn
_QUICK_S = 0.15  # uploads that wait for nothing show what the pipeline takes


def fit_handover(runs: Sequence[RecordedRun], prior: HandoverLaw) -> HandoverLaw:
    """Interruptions of handovers that were done, outages of failed ones."""
    rows = [_handovers(run) for run in runs]
    done, failed = (np.concatenate([r[i] for r in rows]) for i in (0, 1))
    interruption_s, start_s = (np.concatenate([r[i] for r in rows]) for i in (2, 3))
    update: dict[str, float] = {}
    lasted_s = interruption_s[done & (interruption_s > 0)]
    if len(lasted_s) >= _ENOUGH:
        logarithm = np.log(lasted_s)
        update["interruption_median_s"] = float(np.exp(np.median(logarithm)))
        update["interruption_sigma"] = float(logarithm.std())
        update["start_s"] = float(np.maximum(np.nanmean(start_s[done]), 0.0))
    out_s = interruption_s[failed & (interruption_s > 0)]
    if len(out_s) >= _ENOUGH:
        update["outage_s"] = float(out_s.mean())
        update["outage_sd_s"] = float(out_s.std())
    return prior.model_copy(update=update)


def fit_mobility(runs: Sequence[RecordedRun], prior: MobilityLaw) -> MobilityLaw:
    """Speeds, and how often velocities change, of users who are there.

    A Gauss-Markov process has neither legs nor bounds of speed; all of its law is declared.
    """
    if any(run.run.settings["mobility"]["model"] == "gauss-markov" for run in runs):
        return prior
    speeds, turns, user_s = [], 0, 0.0
    for run in runs:
        velocity_mps = run.field("velocity_mps").astype(np.float64)  # [n_slots + 1, n_ue, 2]
        there = np.broadcast_to(run.present(), velocity_mps.shape[:2])
        stays = there[1:] & there[:-1]
        turned = np.linalg.norm(np.diff(velocity_mps, axis=0), axis=2) > _TURN_MPS
        speeds.append(np.linalg.norm(velocity_mps, axis=2)[there])
        turns += int((turned & stays).sum())
        user_s += float(stays.sum()) * run.slot_s
    speed = np.concatenate(speeds)
    moving = speed[speed > 1e-3]
    if not len(moving):
        return prior
    low, high = float(moving.min()), float(moving.max())
    return prior.model_copy(
        update={
            "speed_min_mps": low,
            "speed_max_mps": max(high, low + 1e-3),
            "turn_s": float(np.clip(user_s / max(turns, 1), 0.1, 1e4)),
        }
    )


def fit_delays(runs: Sequence[RecordedRun], fitted: TwinParameters) -> Delays:
    """What uploads take beside their bits over their rate, and how long acknowledgements take.

    The former from uploads that wait for nothing; a request's time until its grant cannot be told
    from the pipeline's within a slot, only their sum. The latter by Little's law: bits that are at
    the edge and not acknowledged, over those that arrive there per second.

    Args:
        runs: what was recorded.
        fitted: with radio and rates fitted.
    """
    delays = fitted.delays
    update = {}
    delivered_bit = sum(float(np.diff(r.field("delivered_bit"), axis=0).sum()) for r in runs)
    if delivered_bit > 0:
        waiting_bit_s = sum(
            float(run.field("upload_unconfirmed_bit")[1:].sum()) * run.slot_s for run in runs
        )
        update["report_s"] = waiting_bit_s / delivered_bit
    beside_s = np.concatenate([_beside_transmission_s(run, fitted) for run in runs])
    if len(beside_s) >= _ENOUGH:
        middle_s = float(np.median(beside_s))
        update["pipeline_s"] = max(middle_s - delays.grant_s - delays.core_s, 0.0)
        update["pipeline_sd_s"] = robust_sd(beside_s)
    return delays.model_copy(update=update)


def _handovers(
    run: RecordedRun,
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], Floats, Floats]:
    """Done, failed, interruption, time to the start: ``[n_handovers]`` each."""
    table = run.table("handover")
    outcome = np.asarray(table["outcome"]).astype(str)
    start_s = np.asarray(table["started_s"] - table["commanded_s"], np.float64)
    interruption_s = np.nan_to_num(np.asarray(table["interruption_s"], np.float64))
    return outcome == "done", outcome == "failed", interruption_s, start_s


def _beside_transmission_s(run: RecordedRun, fitted: TwinParameters) -> Floats:
    """Upload time less transmission, of tasks alone in their cell that are soon uploaded."""
    link = load_radio(fitted.radio.name)(run.run.settings, fitted.radio)
    before = {name: run.field(name)[:-1] for name in ("serving_bs", *link.needed_serving)}
    rate_bps = link.serving_rate_bps(before)  # [n, n_ue]
    serving = run.field("serving_bs")[1:]
    table = run.table("task")
    time_s = run.field("time_s")[:, 0]
    band_s = np.zeros((len(time_s), rate_bps.shape[1]))  # of the whole band, so far
    band_s[1:] = np.cumsum(_lone_share(run, fitted) * np.diff(time_s)[:, None], axis=0)
    uploading = run.field("tasks_uploading") > 0  # [n + 1, n_ue]
    taken = np.asarray(table["uploaded_s"] - table["created_s"], np.float64)
    beside = []
    for i in np.flatnonzero(np.isfinite(taken)):
        slot = int(np.searchsorted(time_s, table["created_s"][i], side="right")) - 1
        user = int(table["ue"][i])
        if not 0 <= slot < len(serving):
            continue
        cell = serving[slot, user]
        if cell < 0 or (uploading[slot] & (serving[slot] == cell)).any():
            continue
        created_s, theirs_s = table["created_s"][i], band_s[:, user]
        whole_band_s = float(table["size_bit"][i]) / float(rate_bps[slot, user])
        sent_s = np.interp(created_s, time_s, theirs_s) + whole_band_s
        needed_s = np.interp(sent_s, theirs_s, time_s, right=np.inf) - created_s
        if needed_s < _QUICK_S:
            beside.append(taken[i] - needed_s)
    return np.asarray(beside, np.float64)


def _lone_share(run: RecordedRun, fitted: TwinParameters) -> Floats:
    """Part of the band that a user has in each slot while no other sends, ``[n_slots, n_ue]``."""
    cell = run.field("serving_bs")[1:]
    if fitted.bandwidth_mode != "quota":
        return np.ones(cell.shape)
    share = run.action("bandwidth_share").astype(np.float64)
    cells = Groups(cell)
    lone: Floats = share / np.maximum(cells.of_users(cells.total(share)), 1.0)
    return lone
