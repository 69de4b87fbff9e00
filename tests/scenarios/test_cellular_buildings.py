"""Buildings: line of sight, losses indoors, against geometry and formulas written anew here."""

from __future__ import annotations

import numpy as np
import pytest

from ns3_bridge import InvalidSetting

STANDING = {"speed_min_mps": 0.01, "speed_max_mps": 0.01}
SUBCARRIER_DBM = 43 - 10 * np.log10(12 * 25)
F_GHZ = 2.12
UE_HEIGHT_M = 1.5


def in_building(point_m, buildings):
    """Whether points ``[..., 3]`` lie in the grid's buildings (all blocks built upon)."""
    block_m, street_m, height_m = (buildings[k] for k in ("block_m", "street_m", "height_m"))
    inside = np.mod(point_m[..., :2], block_m + street_m) - street_m / 2
    return ((inside > 0) & (inside < block_m)).all(axis=-1) & (point_m[..., 2] < height_m)


def observe(cellular, buildings, seed=1, n_ue=60, **settings):
    return observe_channel(cellular, buildings, seed, n_ue, shadowing=False, **settings)


def observe_channel(cellular, buildings, seed=1, n_ue=60, *, shadowing, **settings):
    env = cellular(
        **{
            "n_ue": n_ue,
            "n_bs": 1,
            "warmup_s": 0.6,
            "duration_s": 0.02,
            "layout": {"positions": "0,0", "bs_height_m": 25, "site_distance_m": 500},
            "mobility": STANDING,
            "traffic": {"rate_hz": 0},
            **settings,
        },
        channel={"shadowing": shadowing, "line_of_sight": "buildings"},
        buildings=buildings,
    )
    observation = env.reset(seed=seed)[0]
    env.close()
    return observation


def path_loss_db(distance_2d_m, line_of_sight):
    """UMa below the break point distance of 339 m, TR 38.901 Table 7.4.1-1."""
    d_m = np.hypot(distance_2d_m, 25 - UE_HEIGHT_M)
    los_db = 28 + 22 * np.log10(d_m) + 20 * np.log10(F_GHZ)
    nlos_db = 13.54 + 39.08 * np.log10(d_m) + 20 * np.log10(F_GHZ)
    return np.where(line_of_sight, los_db, np.maximum(los_db, nlos_db))


def wall_db(walls):
    concrete_db = 5 + 4 * F_GHZ
    glass_db, part = (2 + 0.2 * F_GHZ, 0.3) if walls == "low-loss" else (23 + 0.3 * F_GHZ, 0.7)
    return 5 - 10 * np.log10(part * 10 ** (-glass_db / 10) + (1 - part) * 10 ** (-concrete_db / 10))


@pytest.mark.parametrize("walls", ["low-loss", "high-loss"])
def test_buildings_decide_on_line_of_sight_and_weaken_what_enters(cellular, walls):
    # The mast stands where streets cross.
    buildings = {"block_m": 60.0, "street_m": 30.0, "height_m": 20.0, "walls": walls}
    seen = [observe(cellular, buildings, seed) for seed in (1, 2)]
    position_m = np.concatenate([o["position_m"] for o in seen])
    rsrp_dbm = np.concatenate([o["rsrp_dbm"][:, 0] for o in seen])
    user_m = np.concatenate([position_m, np.full((len(position_m), 1), UE_HEIGHT_M)], axis=1)
    mast_m = np.array([0, 0, 25.0])
    along = np.linspace(0, 1, 20_001)[:, None]
    indoors = in_building(user_m, buildings)
    line_of_sight = np.array(
        [not in_building(mast_m + along * (u - mast_m), buildings).any() for u in user_m]
    )
    distance_m = np.hypot(*position_m.T)
    place_m = np.mod(position_m, 90) - 15
    # Line of sight is looked up on a grid of 0.1 m: not at the walls.
    away = (np.minimum(np.abs(place_m), np.abs(place_m - 60)) > 0.1).all(axis=1)
    heard = (rsrp_dbm > -139) & (distance_m < 330) & away
    extra_db = SUBCARRIER_DBM - path_loss_db(distance_m, line_of_sight) - rsrp_dbm

    outdoors = heard & ~indoors
    assert (outdoors & line_of_sight).sum() >= 5
    assert (outdoors & ~line_of_sight).sum() >= 20
    assert extra_db[outdoors] == pytest.approx(0, abs=0.05)

    # Indoors: TR 38.901, 7.4.3. The walls of each building deviate by a number of their own.
    within = heard & indoors
    depth_m = np.minimum(place_m, 60 - place_m).min(axis=1)
    deviation_db = (extra_db - wall_db(walls) - 0.5 * depth_m)[within]
    seed = np.repeat([1, 2], 60)  # each has walls of its own
    building = np.column_stack([seed, np.floor(position_m / 90)])[within]
    _, which = np.unique(building, axis=0, return_inverse=True)
    own = [deviation_db[which.ravel() == i] for i in range(which.max() + 1)]
    assert max(map(len, own)) >= 3
    assert max(map(np.ptp, own)) < 0.05
    per_building_db = np.array([np.mean(values) for values in own])
    sigma_db = {"low-loss": 4.4, "high-loss": 6.5}[walls]
    assert len(per_building_db) >= 15
    assert per_building_db.std() == pytest.approx(sigma_db, rel=0.45)
    assert abs(per_building_db.mean()) < sigma_db


def test_a_mast_below_the_roofs_gets_a_square_and_one_above_a_roof(cellular):
    # In the middle of a block of 80 m, users within 20 m of it.
    buildings = {"block_m": 80.0, "street_m": 20.0, "height_m": 15.0}
    layout = {"positions": "50,50", "site_distance_m": 40}

    def loss_db(bs_height_m):
        observation = observe(
            cellular, buildings, n_ue=5, layout={**layout, "bs_height_m": bs_height_m}
        )
        d_m = np.linalg.norm(observation["position_m"] - [50, 50], axis=1)
        d_m = np.hypot(d_m, bs_height_m - UE_HEIGHT_M)
        los_db = 28 + 22 * np.log10(d_m) + 20 * np.log10(F_GHZ)
        return SUBCARRIER_DBM - observation["rsrp_dbm"][:, 0] - los_db

    assert loss_db(10.0) == pytest.approx(0, abs=0.05)
    assert (loss_db(25.0) > 10).all()


def test_buildings_are_the_same_for_every_policy_and_seed_decides(cellular):
    buildings = {"block_m": 60.0}
    first, again, other = (observe(cellular, buildings, seed, n_ue=5) for seed in (1, 1, 2))
    assert (first["rsrp_dbm"] == again["rsrp_dbm"]).all()
    assert (first["rsrp_dbm"] != other["rsrp_dbm"]).any()


def test_buildings_inside_a_building_are_refused(cellular):
    with pytest.raises(InvalidSetting, match=r"not with channel\.environment = inh"):
        cellular(channel={"environment": "inh", "line_of_sight": "buildings"})


def test_shadowing_indoors_has_the_deviation_of_users_reached_from_outside(cellular):
    # TR 38.901 Table 7.5-6, UMa: 7 dB outdoor to indoor, 6 dB without line of sight outdoors.
    buildings = {"block_m": 60.0, "street_m": 30.0, "height_m": 20.0}
    shadowing_db, position_m = [], []
    for seed in range(1, 13):
        with_it, without = (
            observe_channel(cellular, buildings, seed, shadowing=shadowing)
            for shadowing in (True, False)
        )
        heard = (with_it["rsrp_dbm"] > -139) & (without["rsrp_dbm"] > -139)
        shadowing_db.append((without["rsrp_dbm"] - with_it["rsrp_dbm"])[heard])
        position_m.append(with_it["position_m"][heard[:, 0]])
    user_m = np.concatenate(position_m)
    user_m = np.concatenate([user_m, np.full((len(user_m), 1), UE_HEIGHT_M)], axis=1)
    indoors = in_building(user_m, buildings)
    indoor_db = np.concatenate(shadowing_db)[indoors]
    assert len(indoor_db) > 300
    assert indoor_db.std() == pytest.approx(7, rel=0.08)
