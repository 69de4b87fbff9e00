"""Every bit of a scenario is accounted for in every slot, whatever the users do."""

from __future__ import annotations

import numpy as np
import pytest

SETTINGS = [
    {},
    {"traffic": {"model": "poisson", "rate_hz": 4, "size_model": "bounded-pareto"}},
    {
        "traffic": {"model": "periodic", "rate_hz": 3, "result_ratio": 0.5, "size_min_bit": 1001},
        "mobility": {"model": "hotspots"},
        "compute": {"capacity_hz": 1e10},
    },
    {
        "traffic": {"model": "poisson", "rate_hz": 3, "result_bit": 40001},
        "mobility": {"model": "gauss-markov", "speed_max_mps": 60},
        "radio": {"ideal_rrc": False},
        "compute": {"capacity_hz": 1e10},
    },
    {"traffic": {"rate_hz": 4}, "mobility": {"model": "trace"}, "radio": {"scheduler": "pf"}},
]
WIFI_SETTINGS = [
    {"traffic": {"rate_hz": 4}},
    {  # access points are lost, too
        "traffic": {"model": "periodic", "rate_hz": 3, "result_ratio": 0.5, "size_min_bit": 1001},
        "mobility": {"speed_max_mps": 60},
        "layout": {"site_distance_m": 80},
        "radio": {"phy": "spectrum", "bandwidth_mode": "quota"},
        "compute": {"capacity_hz": 1e10},
    },
]


@pytest.mark.parametrize(
    ("scenario", "settings"),
    [
        *(("cellular", settings) for settings in SETTINGS),
        *(("wifi", settings) for settings in WIFI_SETTINGS),
    ],
)
def test_bits_and_tasks_are_conserved_in_every_slot(request, scenario, settings):
    make = request.getfixturevalue(scenario)
    env = make(n_bs=3, duration_s=2.0, slots_per_frame=12, **settings)
    env.action_space.seed(5)
    observation, _ = env.reset(seed=5)
    truncated, most_unconfirmed = False, 0.0
    before = observation
    while not truncated:
        observation, _, _, truncated, _ = env.step(env.action_space.sample())
        o = observation
        assert (
            o["delivered_bit"]
            == o["created_bit"] - o["upload_backlog_bit"] + o["upload_unconfirmed_bit"]
        ).all()
        downloading = o.get("tasks_downloading", np.zeros_like(o["tasks_uploading"]))
        computing = o["tasks_computing"].sum(axis=1)
        assert (
            o["tasks_created"]
            == o["tasks_uploading"] + computing + downloading + o["tasks_completed"]
        ).all()
        # No more is unconfirmed than a window holds, and what has arrived never goes back.
        most_unconfirmed = max(most_unconfirmed, o["upload_unconfirmed_bit"].max())
        assert (o["delivered_bit"] >= before["delivered_bit"]).all()
        if "result_bit" in o:
            assert (
                o["result_delivered_bit"]
                == o["result_bit"] - o["download_backlog_bit"] + o["download_unconfirmed_bit"]
            ).all()
        before = observation
    assert 0 < most_unconfirmed <= 1e6
    assert observation["delivered_bit"].sum() > 1e5
    assert ("result_bit" in observation) == any("result" in k for k in settings.get("traffic", {}))
    tasks = env.take_records()["task"]
    assert tasks["size_bit"].sum() == observation["created_bit"].sum()


def test_results_are_downloaded_and_end_the_delay(cellular):
    env = cellular(
        n_ue=3,
        duration_s=4.0,
        traffic={"model": "periodic", "rate_hz": 2, "result_ratio": 0.25, "result_bit": 7},
        compute={"capacity_hz": 1e11},
    )
    observation, _ = env.reset(seed=1)
    rewards, truncated = [], False
    while not truncated:
        action = {
            "association": np.maximum(observation["serving_bs"], 0),
            "compute_share": np.full(3, 1 / 3),
            "bandwidth_share": np.full(3, 1 / 3),
        }
        observation, reward, _, truncated, info = env.step(action)
        rewards.append(reward)
    tasks = env.take_records()["task"]
    done = tasks[~np.isnan(tasks["done_s"])]
    assert len(done) > 15
    assert (done["result_bit"] == np.ceil(7 + 0.25 * done["size_bit"])).all()
    download_s = done["done_s"] - done["computed_s"]
    # Not before the last bit has crossed a radio of 4.5 MHz, 4.4 bit/s/Hz at the very most.
    assert (download_s > done["result_bit"] / 20e6).all()
    assert np.median(download_s) < 0.5
    left_s = np.where(np.isnan(tasks["done_s"]), info["time_s"], tasks["done_s"])
    assert sum(rewards) == pytest.approx(-(left_s - tasks["created_s"]).sum(), rel=1e-9)
