"""What is observed of Wi-Fi's frames, queues and associations, against what must hold of it."""

from __future__ import annotations

import numpy as np
import pytest
from wifi_run import SATURATED, STANDING

SERVERS = {"capacity_hz": 1e15}
NEAR = {
    "n_bs": 1,
    "layout": {"site_distance_m": 20},
    "channel": {"shadowing": False, "environment": "tgax-residential"},
    "compute": SERVERS,
    **STANDING,
}
SLOT_S = 0.02
# IEEE 802.11ax-2021, Tables 27-55 and following: coded bits per subcarrier × code rate.
BITS_PER_SUBCARRIER = [0.5, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 20 / 3, 7.5, 25 / 3]
SYMBOL_S = 12.8e-6 + 3.2e-6  # ns-3's guard interval
DATA_SUBCARRIERS = 234  # of 20 MHz
PACKET_BYTE = 1376
MPDU_BYTE = 26 + 8 + 20 + 8 + 24 + PACKET_BYTE + 4  # MAC, LLC, IP, UDP, upload, data, FCS
PREAMBLE_S = 20e-6 + 4e-6 + 8e-6 + 4e-6 + 8e-6  # legacy, RL-SIG, HE-SIG-A, HE-STF, HE-LTF (27.3)


def observe(env, share=None, slots=60, seed=1):
    """All stay where they are. Returns each field over the slots."""
    observation, _ = env.reset(seed=seed)
    n_ue = len(observation["serving_bs"])
    share = np.full(n_ue, 1 / n_ue, np.float32) if share is None else np.float32(share)
    seen = [observation]
    for _ in range(slots):
        action = {
            "association": np.maximum(observation["serving_bs"], 0),
            "compute_share": np.full(n_ue, 1 / n_ue, np.float32),
            "bandwidth_share": share,
        }
        observation, *_ = env.step(action)
        seen.append(observation)
    return {name: np.array([one[name] for one in seen]) for name in observation}


def test_rates_are_those_of_the_standards_tables(wifi):
    env = wifi(n_ue=8, n_bs=3, duration_s=1.2, traffic={**SATURATED, "result_ratio": 0.1})
    fields = observe(env, slots=50)
    for way in ("ul", "dl"):
        mcs, rate_bps = fields[f"mcs_{way}"], fields[f"rate_{way}_bps"]
        sent = mcs >= 0
        assert len(set(mcs[sent])) >= 2
        table_bps = DATA_SUBCARRIERS * np.array(BITS_PER_SUBCARRIER) / SYMBOL_S
        assert rate_bps[sent] == pytest.approx(table_bps[mcs[sent]], rel=1e-3)
        assert (rate_bps[~sent] == 0).all()


def test_airtime_and_txops_are_those_of_the_frames(wifi):
    fields = observe(wifi(n_ue=1, duration_s=1.2, traffic=SATURATED, **NEAR))
    fields = {name: values[10:, 0] for name, values in fields.items()}

    def grown(name):
        return fields[name][-1] - fields[name][0]

    # With delimiter and padding 8 × 1472 bytes; no ninth that is whole within 12,000.
    assert np.median(fields["ampdu_ul_mpdus"]) == 8
    # Packets carry 1376 bytes, fewer at the end of an upload.
    acked = grown("mpdus_acked_ul")
    assert 0.95 < grown("delivered_bit") / (8 * PACKET_BYTE * acked) <= 1.01
    sent = acked + grown("mpdus_nacked_ul")
    txops = fields["txops_ul"][1:].sum()
    assert 6 < sent / txops <= 8
    assert len(set(fields["rate_ul_bps"])) == 1
    symbols = 8 * sent * (MPDU_BYTE + 4 + 2) / (fields["rate_ul_bps"][-1] * SYMBOL_S) + txops / 2
    airtime_s = txops * PREAMBLE_S + symbols * SYMBOL_S
    assert fields["airtime_ul"][1:].sum() * SLOT_S == pytest.approx(airtime_s, rel=0.03)


def test_what_others_send_keeps_the_channel_busy(wifi):
    fields = observe(wifi(n_ue=3, duration_s=1.2, traffic=SATURATED, **NEAR), [0.6, 0.3, 0.1])
    mean = {name: values[10:].mean(axis=0) for name, values in fields.items()}
    assert (np.diff(mean["airtime_others"]) > 0).all()  # the less one sends the more it hears
    heard = mean["airtime_ul"] + mean["airtime_others"]
    assert heard == pytest.approx(np.repeat(mean["bs_airtime"], 3), abs=0.08)
    assert (mean["airtime_dl"] < 0.1).all()  # acknowledgements of transfers
    assert (fields["bs_txops"][10:] > 0).all()


def test_queues_hold_what_waits_and_its_age(wifi):
    env = wifi(n_ue=2, duration_s=1.2, traffic=SATURATED, **NEAR)
    fields = observe(env, share=[1, 0])
    # A window of transfers, and nobody had to ask for an address before.
    window_bit = 8 * 32 * MPDU_BYTE
    assert fields["queue_ul_bit"][3, 1] == pytest.approx(window_bit, rel=0.02)
    # Without a share nothing is sent: data grow old, until their lifetime of 500 ms is over.
    age_s = fields["queue_age_ul_s"][:, 1]
    assert 0.45 < age_s.max() <= 0.5
    assert np.median(np.diff(age_s)) == pytest.approx(SLOT_S, abs=1e-4)
    assert fields["mpdus_acked_ul"][-1, 1] == 0
    assert 32 <= fields["mpdus_expired_ul"][-1, 1] < 40
    assert fields["queue_age_ul_s"][3:, 0].max() < 0.1


def test_lost_frames_are_counted_by_what_became_of_them(wifi):
    near = observe(wifi(n_ue=3, duration_s=1.2, traffic=SATURATED, **NEAR))
    failed = ("nacked", "unanswered", "retry_limit", "queue_full")
    most = 0.1 * near["mpdus_acked_ul"][-1]
    assert all((near[f"mpdus_{outcome}_ul"][-1] < most).all() for outcome in failed)
    away = wifi(
        n_ue=12,
        n_bs=2,
        duration_s=4,
        traffic=SATURATED,
        layout={"site_distance_m": 120},
        mobility={"speed_min_mps": 15, "speed_max_mps": 30},
    )
    fields = observe(away, slots=200)
    last = {outcome: fields[f"mpdus_{outcome}_ul"][-1].sum() for outcome in failed}
    assert last["unanswered"] > last["retry_limit"] > 0
    assert last["nacked"] > 0
    for name in (f"mpdus_{outcome}_{way}" for outcome in failed for way in ("ul", "dl")):
        assert (np.diff(fields[name], axis=0) >= 0).all()


def test_associations_are_counted_and_timed(wifi):
    near = {"site_distance_m": 20}
    env = wifi(n_ue=3, n_bs=3, duration_s=3, slots_per_frame=25, layout=near, **STANDING)
    observation, _ = env.reset(seed=1)
    start = observation["associations"].copy()
    assert (start == 1).all()
    before, moved = observation, np.zeros(3, int)
    for slot in range(120):
        action = {
            "association": (np.arange(3) + slot // 25) % 3,
            "compute_share": np.full(3, 1 / 3, np.float32),
            "bandwidth_share": np.full(3, 1 / 3, np.float32),
        }
        observation, *_ = env.step(action)
        served = [(observation["serving_bs"] == bs).sum() for bs in range(3)]
        assert observation["bs_users"].tolist() == served
        again = observation["associations"] > before["associations"]
        moved += again
        stays = ~again & (observation["serving_bs"] >= 0)
        aged_s = (observation["associated_s"] - before["associated_s"])[stays]
        assert aged_s == pytest.approx(SLOT_S, abs=1e-4)
        assert (observation["associated_s"][again] <= SLOT_S).all()
        before = observation
    assert (moved >= 3).all()


def test_frames_need_not_be_observed_and_change_nothing(wifi):
    settings = {"n_ue": 4, "n_bs": 2, "traffic": SATURATED}
    everything = observe(wifi(**settings), slots=40)
    bare = observe(wifi(**settings, state={"frames": False}), slots=40)
    assert {"mpdus_acked_ul", "txops_ul", "queue_age_dl_s"} <= everything.keys() - bare.keys()
    assert all((bare[name] == everything[name]).all() for name in bare)
