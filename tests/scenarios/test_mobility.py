"""How users move: statistics of the models over many users and minutes, without a radio."""

from __future__ import annotations

import numpy as np
import pytest
from walks import DEPTH_M, WIDTH_M, walk

from ns3_bridge import InvalidSetting
from ns3_scenarios.registry import INSTALLED


def speeds(velocities):
    return np.hypot(velocities[..., 0], velocities[..., 1])


RANDOM_MODELS = ["random-waypoint", "random-walk", "gauss-markov", "hotspots", "static"]


@pytest.mark.parametrize("model", RANDOM_MODELS)
def test_nobody_leaves_the_area_and_walks_go_where_velocities_point(model):
    position_m, velocity_mps = walk(model, slot_s=0.1, duration_s=60, n_ue=200)
    assert (np.abs(position_m) <= np.array([WIDTH_M, DEPTH_M]) / 2 + 1e-9).all()
    # Where the velocity did not change within a slot, the position moved by velocity · time.
    straight = (velocity_mps[1:] == velocity_mps[:-1]).all(axis=2)
    assert straight.mean() > 0.8
    moved_m = np.diff(position_m, axis=0)[straight]
    assert np.allclose(moved_m, velocity_mps[:-1][straight] * 0.1, atol=1e-6)


@pytest.mark.parametrize("model", ["random-waypoint", "random-walk", "hotspots"])
def test_speeds_keep_their_bounds(model):
    speed_mps = speeds(walk(model, speed_min_mps=2, speed_max_mps=5)[1])
    moving = speed_mps > 0
    assert moving.all() == (model != "hotspots")  # there, users pause
    assert speed_mps[moving].min() >= 2 - 1e-9
    assert speed_mps[moving].max() <= 5 + 1e-9


@pytest.mark.parametrize("model", ["random-waypoint", "random-walk", "gauss-markov", "hotspots"])
def test_the_start_is_stationary(model):
    # What is true of many users at the start stays true: mean speed, and where they are.
    position_m, velocity_mps = walk(model, n_ue=3000, slot_s=1.0, duration_s=150, hotspots=2)
    start, end = slice(0, 10), slice(-10, None)
    assert speeds(velocity_mps[start]).mean() == pytest.approx(
        speeds(velocity_mps[end]).mean(), rel=0.1
    )
    edges_m = (np.linspace(-WIDTH_M / 2, WIDTH_M / 2, 5), np.linspace(-DEPTH_M / 2, DEPTH_M / 2, 5))

    def share(part):
        return np.histogram2d(*position_m[part].reshape(-1, 2).T, bins=edges_m)[0] / (10 * 3000)

    assert np.abs(share(start) - share(end)).max() < 0.02
    if model in ("random-walk", "gauss-markov"):
        assert share(start) == pytest.approx(np.full((4, 4), 1 / 16), abs=0.015)


def test_gauss_markov_forgets_at_the_rate_of_its_memory():
    # Far from the edges most of the time, so that mirrors do not count.
    _, velocity_mps = walk(
        "gauss-markov", memory=0.8, n_ue=2000, duration_s=40, speed_min_mps=1, speed_max_mps=3
    )
    for lag in (1, 2, 5):
        early, late = velocity_mps[:-lag], velocity_mps[lag:]
        correlation = (early * late).mean() / (velocity_mps**2).mean()
        assert correlation == pytest.approx(0.8**lag, abs=0.03)
    # Rayleigh: mean 2 m/s, as set; its standard deviation is mean · √(4/π − 1).
    assert speeds(velocity_mps).mean() == pytest.approx(2, rel=0.03)
    assert speeds(velocity_mps).std() == pytest.approx(2 * np.sqrt(4 / np.pi - 1), rel=0.05)


def test_random_walks_turn_when_they_should():
    _, velocity_mps = walk("random-walk", turn_s=7, n_ue=300, duration_s=140, slot_s=1.0)
    # A mirror keeps the absolute values of both components; a turn does not.
    turned = (np.abs(np.diff(np.abs(velocity_mps), axis=0)) > 1e-9).any(axis=2)
    assert turned.sum(axis=0).mean() == pytest.approx(140 / 7, rel=0.01)


def test_users_gather_at_hotspots():
    position_m, _ = walk("hotspots", hotspots=2, hotspot_radius_m=20, n_ue=500)
    flat_m = position_m.reshape(-1, 2)
    cell = np.histogram2d(*flat_m.T, bins=(50, 40), range=[[-500, 500], [-400, 400]])[0]
    crowded = np.sort(cell.ravel())[::-1]
    # 1 % of the area holds more than half of all user-seconds; spread evenly it would be 1 %.
    assert crowded[:20].sum() > 0.5 * len(flat_m)
    # And users wander: most have been at both places.
    first_m = np.array(np.unravel_index(cell.argmax(), cell.shape)) * 20.0 + 10 - [500, 400]
    there = (np.hypot(*(position_m - first_m).transpose(2, 0, 1)) < 60).any(axis=0)
    assert there.mean() > 0.7


@pytest.mark.parametrize("model", RANDOM_MODELS)
def test_walks_depend_on_seed_and_user_alone(model):
    few, _ = walk(model, n_ue=3, duration_s=20, seed=5)
    many, _ = walk(model, n_ue=9, duration_s=20, seed=5)
    finer, _ = walk(model, n_ue=3, duration_s=20, seed=5, slot_s=0.25)
    other, _ = walk(model, n_ue=3, duration_s=20, seed=6)
    assert (few == many[:, :3]).all()
    assert few == pytest.approx(finer[::4], abs=1e-9)
    assert (few != other).any(axis=(0, 2)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"model": "trace", "trace_start_s": 500},
            r"has 0 users on the road from 500 to 700 s .* it goes from 0 to 120 s",
        ),
        ({"model": "trace", "trace_x_m": 3000}, "lies outside the area of the base stations"),
        ({"model": "trace", "n_ue": 61}, "has 60 users .* must have n_ue = 61 or more"),
        ({"model": "trace", "trace": str(INSTALLED)}, "mobility.trace = .*directory"),
        ({"model": "trace", "trace": "/dev/zero"}, "is not an ordinary file"),
        ({"model": "trace", "trace": "origin=auto"}, "must name a file"),
        ({"model": "trace", "trace": "streets; origin=5"}, 'origin = "5": must be auto, or x,y'),
        (
            {"model": "hotspots", "hotspot_radius_m": 900},
            "hotspot_radius_m = 900: must not exceed the shorter side of the area, 800 m",
        ),
        (
            {"model": "static", "speed_min_mps": 20},
            "speed_min_mps = 20: must not exceed mobility.speed_max_mps = 15",
        ),
        ({"model": "gauss-markov", "memory": 1.1}, "memory = 1.1"),
        ({"model": "levy"}, "'random-waypoint', 'random-walk', 'gauss-markov'"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, message):
    with pytest.raises(InvalidSetting, match=message):
        walk(**{"n_ue": 20, **settings})
