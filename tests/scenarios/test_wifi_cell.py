"""Saturated Wi-Fi stations on one channel, against Bianchi's model and the standard's tables."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from typer.testing import CliRunner

from ns3_scenarios import laboratory
from py_agent.bench import contention
from py_agent.bench.bianchi import saturation
from py_agent.cli.app import app

# IEEE 802.11ax-2021, 27.3.12 and Tables 27-55 to 27-112.
DATA_SUBCARRIERS = {20: 234, 40: 468, 80: 980, 160: 1960}
BITS_PER_SUBCARRIER = [0.5, 1, 1.5, 2, 3, 4, 4.5, 5, 6, 20 / 3, 7.5, 25 / 3]
LTF_SYMBOLS = {1: 1, 2: 2, 3: 4, 4: 4}


def play(n_ue, loss_db=None, **settings):
    """Half a second. Returns bit/s of each station, its last observation and all PPDUs."""
    seconds = 0.5
    env = laboratory.wifi_cell(
        {"n_ue": n_ue, "slot_s": 0.1, "warmup_s": 0.1, "duration_s": seconds, **settings}
    )
    action = {"path_loss_db": np.float32(np.full(n_ue, 60) if loss_db is None else loss_db)}
    first, _ = env.reset(seed=2)
    truncated = False
    while not truncated:
        observation, _, _, truncated, _ = env.step(action)
    ppdus = env.take_records()["ppdu"]
    env.close()
    return (observation["received_bit"] - first["received_bit"]) / seconds, observation, ppdus


@pytest.mark.parametrize("n", [1, 8])
def test_throughput_and_collisions_are_those_of_bianchis_model(n):
    found = contention.contend(n, seconds=2.0, seed=1)
    model = saturation(n, found.frame_s, 8 * 1500)
    assert found.throughput_bps == pytest.approx(model.throughput_bps, rel=0.04)
    assert found.collision_probability == pytest.approx(model.collision_probability, abs=0.05)


def test_the_measurement_prints_the_deviation(monkeypatch):
    monkeypatch.setattr(contention, "STATIONS", (2,))
    result = CliRunner().invoke(app, ["bench", "contention", "--seconds", "0.5", "--json"])
    assert result.exit_code == 0, result.output
    measured = json.loads(result.output.splitlines()[-1])
    assert [row["stations"] for row in measured["rows"]] == [2]
    assert measured["largest_relative_error"] < 0.05


@pytest.mark.parametrize(
    ("width_mhz", "streams", "mcs", "band_ghz"),
    [
        *((20, 1, mcs, "5") for mcs in (0, 3, 6, 9, 11)),
        (20, 1, 4, "2.4"),
        (40, 2, 9, "5"),
        (80, 3, 5, "5"),
        (160, 4, 11, "6"),
    ],
)
def test_frames_last_as_long_as_the_tables_say(width_mhz, streams, mcs, band_ghz):
    settings = {"width_mhz": width_mhz, "streams": streams, "mcs": mcs, "band_ghz": band_ghz}
    _, _, ppdus = play(1, **settings)
    data = ppdus[ppdus["mpdus"] == 1]
    assert len(data) > 50
    assert (data["size_byte"] == 26 + 8 + 1500 + 4 + 4).all()  # MAC, LLC, FCS, delimiter
    symbol_bit = DATA_SUBCARRIERS[width_mhz] * streams * BITS_PER_SUBCARRIER[mcs]
    symbols = math.ceil((16 + 8 * 1542 + 6) / symbol_bit)
    # Legacy preamble, RL-SIG, HE-SIG-A, HE-STF; 2x HE-LTF; guard interval of 3.2 µs.
    frame_us = 20 + 4 + 8 + 4 + 8 * LTF_SYMBOLS[streams] + 16 * symbols
    extension_us = 6 if band_ghz == "2.4" else 0
    assert data["duration_s"] * 1e6 == pytest.approx(frame_us + extension_us, abs=1e-3)


def test_a_larger_ampdu_carries_more():
    alone, _, _ = play(1)
    together, _, ppdus = play(1, ampdu_byte=12_000)
    assert ppdus["size_byte"].max() <= 12_000
    assert ppdus["mpdus"].max() == 12_000 // 1544
    # Overhead of 154 µs for seven frames in place of one (44 Mbit/s).
    assert together[0] / alone[0] == pytest.approx(38.4 / 24.7, rel=0.03)


@pytest.mark.parametrize("phy", ["yans", "spectrum"])
def test_hidden_stations_collide_and_rts_helps(phy):
    slow = {"mcs": 0, "phy": phy}  # frames of 1.7 ms, which hidden stations cannot but meet
    together_bps, _, _ = play(2, **slow)
    hidden_bps, hidden, _ = play(2, stations="hidden", **slow)
    saved_bps, saved, _ = play(2, stations="hidden", rts=True, **slow)
    assert hidden_bps.sum() < 0.75 * together_bps.sum()
    assert saved_bps.sum() > 1.25 * hidden_bps.sum()
    lost, lost_with_rts = ((o["unanswered"] / o["attempts"]).mean() for o in (hidden, saved))
    assert lost > 0.5
    assert lost_with_rts < lost


@pytest.mark.parametrize("phy", ["yans", "spectrum"])
def test_the_stronger_of_two_that_interfere_is_understood(phy):
    """BPSK 1/2 needs 5 dB over the interference, unless the receiver follows the weaker one."""
    bps, observation, _ = play(2, loss_db=[60, 75], stations="hidden", mcs=0, phy=phy)
    assert bps[0] > 20 * bps[1]
    lost = observation["unanswered"] / observation["attempts"]
    assert lost[0] < 0.5
    assert lost[1] > 0.9
