"""The channel of `cellular` beside 3GPP's large-scale calibration."""

from __future__ import annotations

import json

import numpy as np

from ns3_scenarios import laboratory
from py_agent.bench import large_scale


def path_gain_db(**settings):
    env = laboratory.large_scale({"n_ue": 200, **settings})
    gain_db = env.reset(seed=1)[0]["path_gain_db"].copy()
    env.close()
    return gain_db


def test_few_users_come_close_to_the_range_of_the_companies():
    numbers = large_scale.measure(drops=40, users=100).numbers
    rows = numbers["rows"]
    assert len(rows) == numbers["percentiles"] == 2 * 3 * 19
    assert numbers["inside"] == sum(row["is_inside"] for row in rows) > len(rows) / 2
    outside_db = [
        max(row["least_db"] - row["found_db"], row["found_db"] - row["greatest_db"]) for row in rows
    ]
    assert max(outside_db) < 1
    json.dumps(numbers)


def test_another_carrier_is_found_out(monkeypatch):
    make = laboratory.large_scale
    monkeypatch.setattr(laboratory, "large_scale", lambda s: make({**s, "frequency_ghz": 30}))
    rows = large_scale.measure(drops=10, users=100).numbers["rows"]
    coupling = [row["is_inside"] for row in rows if row["quantity"] == "coupling_loss"]
    assert not any(coupling)


def test_a_seed_is_a_network_and_a_site_three_sectors():
    gain_db = path_gain_db()
    assert gain_db.shape == (200, 57)
    assert (gain_db == path_gain_db()).all()
    assert (gain_db != path_gain_db(environment="umi")).all()
    # The sectors of a site share all but the antennas: at most their front-to-back ratio apart.
    of_sites_db = gain_db.reshape(200, 19, 3)
    assert (np.ptp(of_sites_db, axis=2) <= 30 + 1e-6).all()
    assert np.median(np.ptp(of_sites_db, axis=2)) > 10
