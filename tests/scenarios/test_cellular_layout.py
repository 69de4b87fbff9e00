"""Sites, sectors and their antennas."""

from __future__ import annotations

import gzip
import json

import numpy as np
import pytest

from ns3_bridge import InvalidSetting
from ns3_bridge.description import describe_as_json
from ns3_scenarios.registry import program

STANDING = {"speed_min_mps": 0.01, "speed_max_mps": 0.01}


def sector_gain_dbi(offset_m, azimuth_deg, downtilt_deg=15.0):
    """TR 36.814 Table A.2.1.1-2. offset_m: user minus antenna [..., 3]."""
    azimuth = np.degrees(np.arctan2(offset_m[..., 1], offset_m[..., 0])) - azimuth_deg
    azimuth = (azimuth + 180) % 360 - 180
    below = np.degrees(np.arctan2(-offset_m[..., 2], np.hypot(*np.moveaxis(offset_m, -1, 0)[:2])))
    loss = np.minimum(12 * (azimuth / 70) ** 2, 25)
    loss += np.minimum(12 * ((below - downtilt_deg) / 10) ** 2, 20)
    return 14 - np.minimum(loss, 25)


def offsets_m(observation):
    """User minus base station, [n_ue, n_bs, 3]."""
    plane = observation["position_m"][:, None] - observation["bs_position_m"][None]
    return np.concatenate([plane, np.full((*plane.shape[:2], 1), 1.5 - 25)], axis=-1)


def test_three_sectors_share_a_site_and_differ_by_their_antennas(cellular):
    env = cellular(n_ue=30, n_bs=6, mobility=STANDING, layout={"sectors": 3})
    observation = env.reset(seed=1)[0]
    position_m = observation["bs_position_m"]
    assert (position_m[:3] == position_m[0]).all()
    assert (position_m[3:] == position_m[3]).all()
    assert (position_m[0] != position_m[3]).any()

    azimuth_deg = np.tile([30.0, 150.0, 270.0], 2)
    assert observation["bs_azimuth_deg"].tolist() == azimuth_deg.tolist()
    gain_dbi = sector_gain_dbi(offsets_m(observation), azimuth_deg)
    assert np.ptp(gain_dbi) > 24
    # Path loss, line of sight and shadowing are the site's: the same to each of its cells.
    loss_db = (gain_dbi - observation["rsrp_dbm"]).reshape(30, 2, 3)
    heard = (observation["rsrp_dbm"] > -139).reshape(30, 2, 3).all(axis=2)
    assert heard.sum() > 30
    assert np.ptp(loss_db[heard], axis=1) == pytest.approx(0, abs=0.01)
    # Users start where the signal is the strongest.
    assert (observation["serving_bs"] == observation["rsrp_dbm"].argmax(axis=1)).all()


def test_downtilt_and_gain_are_settings(cellular):
    def rsrp_dbm(**layout):
        env = cellular(n_ue=10, n_bs=3, mobility=STANDING, layout={"sectors": 3, **layout})
        observation = env.reset(seed=2)[0]
        return observation["rsrp_dbm"].max(axis=1), observation

    usual_dbm, observation = rsrp_dbm()
    assert rsrp_dbm(sector_gain_dbi=8)[0] == pytest.approx(usual_dbm - 6, abs=0.01)
    offset_m = offsets_m(observation)
    gains = [sector_gain_dbi(offset_m, [30, 150, 270], tilt).max(axis=1) for tilt in (15, 6)]
    change_db = rsrp_dbm(sector_downtilt_deg=6)[0] - usual_dbm
    assert np.ptp(change_db) > 3
    assert change_db == pytest.approx(gains[1] - gains[0], abs=0.01)


def test_users_are_handed_over_between_the_sectors_of_a_site(cellular):
    env = cellular(n_ue=3, n_bs=3, slots_per_frame=10, layout={"sectors": 3, "site_distance_m": 60})
    observation = env.reset(seed=1)[0]
    target = (observation["serving_bs"] + 1) % 3
    share = np.full(3, 1 / 3, np.float32)
    action = {"association": target, "bandwidth_share": share, "compute_share": share}
    for _ in range(25):
        observation, *_ = env.step(action)
    assert (observation["serving_bs"] == target).all()


def test_sites_can_be_given(cellular, tmp_path):
    sites = "0,0; 400,0 ;\n-100.5,250,40;"
    env = cellular(n_bs=3, layout={"positions": sites, "site_distance_m": 100})
    observation = env.reset(seed=1)[0]
    assert observation["bs_position_m"].tolist() == [[0, 0], [400, 0], [-100.5, 250]]
    position_m = observation["position_m"]
    assert (position_m >= [-150.5, -50]).all()
    assert (position_m <= [450, 300]).all()

    file = tmp_path / "sites.csv"
    file.write_text("x_m,y_m\n0,0\n400,0\n")
    env = cellular(n_bs=6, layout={"positions": str(file), "sectors": 3})
    position_m = env.reset(seed=1)[0]["bs_position_m"]
    assert position_m.tolist() == [[0, 0]] * 3 + [[400, 0]] * 3


@pytest.mark.parametrize(
    "text",
    [
        "id,x,y\n1,0,0\n2,400,0\n",
        'name;y_m;height_m;x_m\r\n"north; 1";0;30;0\r\nsouth;0;;400\r\n',
        "\ufeff0,0,30\n400,0,25",
    ],
)
def test_columns_of_sites_are_known_by_their_names(cellular, tmp_path, text):
    plain, small = tmp_path / "sites.csv", tmp_path / "SITES.CSV.gz"
    plain.write_text(text, encoding="utf-8", newline="")
    small.write_bytes(gzip.compress(text.encode()))
    for file in (plain, small):
        env = cellular(n_bs=2, layout={"positions": str(file)})
        position_m = env.reset(seed=1)[0]["bs_position_m"]
        assert position_m.tolist() == [[0, 0], [400, 0]]


def test_heights_in_a_list_are_held_to_the_bounds_of_their_setting(cellular):
    settings = json.loads(describe_as_json([program("cellular")]))["settings"]
    setting = next(each for each in settings if each["name"] == "layout.bs_height_m")
    low_m, high_m = setting["low"], setting["high"]
    for height_m, fits in ((low_m, 1), (low_m - 1, 0), (high_m, 1), (high_m + 1, 0)):
        layout = {"positions": f"0,0,{height_m}; 400,0"}
        if fits:
            assert cellular(n_bs=2, layout=layout).reset(seed=1)
        else:
            with pytest.raises(InvalidSetting, match=f"{height_m:g}.*height 5 to 150"):
                cellular(n_bs=2, layout=layout)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("x,y\n", "holds no site"),
        ("x,z\n", 'line 1: unknown column "z"; known: x_m, y_m, height_m, id'),
        ("id,x\n1,2\n", "line 1: no column y_m in the first line"),
        ("x,y,x_m\n1,2,3\n", 'line 1: column "x_m" is there twice, as "x" before'),
        ("lon,lat\n11.5,48.1\n", 'line 1: unknown column "lon"'),
        ("x,y\n0,0\n\n1\n", "line 4: 1 cells, must be 2"),
        ("x,y\n0,0\n1,5335504\n", r'line 3: y_m = "5335504": must be a number from -1e\+06'),
        ("x,y,height\n0,0,400\n", 'line 2: height_m = "400": must be a number from 5 to 150'),
        ("1,0,0\n2,400,0\n", 'line 1: height_m = "0": must be a number from 5 to 150'),
        ('x,y\n"1,0\n', "line 2: .*: a quote must end with its cell"),
        ("x,y\n11.571,48.144\n11.6,48.15\n", "looks like longitudes and latitudes"),
    ],
)
def test_a_broken_list_of_sites_is_refused_with_its_line(cellular, tmp_path, text, message):
    file = tmp_path / "sites.csv"
    file.write_text(text)
    with pytest.raises(InvalidSetting, match=rf"setting layout\.positions = .*{message}"):
        cellular(n_bs=2, layout={"positions": str(file)})


@pytest.mark.parametrize(
    ("n_bs", "layout", "message"),
    [
        (3, {"positions": "0,0; 1,1"}, "n_bs = 3: layout.positions has 2 sites .* must be 2"),
        (2, {"positions": "0,0; 1"}, 'site 1 is "1"; must be x,y or x,y,height'),
        (2, {"positions": "0,zero; 1,1"}, 'site 0 is "0,zero"'),
        (2, {"positions": "0,0; 1,1e9"}, "within ±1e6"),
        (2, {"positions": "0,0; 1,,5"}, 'site 1 is "1,,5"'),
        (2, {"positions": "0,0; 400,0,151"}, 'site 1 is "400,0,151"; .* height 5 to 150'),
        (2, {"positions": "11.571,48.144; 11.6,48.15"}, "looks like longitudes and latitudes"),
        (2, {"positions": "no-such-file.csv"}, "no-such-file.csv.: cannot be read: No such file"),
        (2, {"sectors": 2}, "layout.sectors = 2: must be 1 or 3"),
        (4, {"sectors": 3}, "n_bs = 4: must be a multiple of layout.sectors = 3"),
    ],
)
def test_a_wrong_layout_is_refused(cellular, n_bs, layout, message):
    with pytest.raises(InvalidSetting, match=message):
        cellular(n_bs=n_bs, layout=layout)
