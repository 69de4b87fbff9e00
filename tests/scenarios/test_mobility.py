"""How users move: statistics of the models over many users and minutes, without a radio."""

from __future__ import annotations

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import InvalidSetting
from ns3_scenarios.registry import INSTALLED

USERS = str(INSTALLED / "laboratory" / "bin" / "users")
STREETS = INSTALLED / "traces" / "streets.fcd.xml"
WIDTH_M, DEPTH_M = 1000.0, 800.0


@pytest.fixture
def walk():
    """Let users move. Returns positions and velocities, ``[n_slots + 1, n_ue, 2]``."""

    def run(model, n_ue=400, duration_s=200, slot_s=1.0, seed=1, **mobility):
        settings = {
            "n_ue": n_ue,
            "duration_s": duration_s,
            "slot_s": slot_s,
            "warmup_s": 0,
            "mobility": {"model": model, **mobility},
            "traffic": {"rate_hz": 0},
        }
        env = ns3_scenarios.make(USERS, settings)
        observation, _ = env.reset(seed=seed)
        positions, velocities = [observation["position_m"]], [observation["velocity_mps"]]
        truncated = False
        while not truncated:
            observation, _, _, truncated, _ = env.step({})
            positions.append(observation["position_m"])
            velocities.append(observation["velocity_mps"])
        env.close()
        return np.array(positions), np.array(velocities)

    return run


def speeds(velocities):
    return np.hypot(velocities[..., 0], velocities[..., 1])


RANDOM_MODELS = ["random-waypoint", "random-walk", "gauss-markov", "hotspots", "static"]


@pytest.mark.parametrize("model", RANDOM_MODELS)
def test_nobody_leaves_the_area_and_walks_go_where_velocities_point(walk, model):
    position_m, velocity_mps = walk(model, slot_s=0.1, duration_s=60, n_ue=200)
    assert (np.abs(position_m) <= np.array([WIDTH_M, DEPTH_M]) / 2 + 1e-9).all()
    # Where the velocity did not change within a slot, the position moved by velocity · time.
    straight = (velocity_mps[1:] == velocity_mps[:-1]).all(axis=2)
    assert straight.mean() > 0.8
    moved_m = np.diff(position_m, axis=0)[straight]
    assert np.allclose(moved_m, velocity_mps[:-1][straight] * 0.1, atol=1e-6)


@pytest.mark.parametrize("model", ["random-waypoint", "random-walk", "hotspots"])
def test_speeds_keep_their_bounds(walk, model):
    speed_mps = speeds(walk(model, speed_min_mps=2, speed_max_mps=5)[1])
    moving = speed_mps > 0
    assert moving.all() == (model != "hotspots")  # there, users pause
    assert speed_mps[moving].min() >= 2 - 1e-9
    assert speed_mps[moving].max() <= 5 + 1e-9


@pytest.mark.parametrize("model", ["random-waypoint", "random-walk", "gauss-markov", "hotspots"])
def test_the_start_is_stationary(walk, model):
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


def test_gauss_markov_forgets_at_the_rate_of_its_memory(walk):
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


def test_random_walks_turn_when_they_should(walk):
    _, velocity_mps = walk("random-walk", turn_s=7, n_ue=300, duration_s=140, slot_s=1.0)
    # A mirror keeps the absolute values of both components; a turn does not.
    turned = (np.abs(np.diff(np.abs(velocity_mps), axis=0)) > 1e-9).any(axis=2)
    assert turned.sum(axis=0).mean() == pytest.approx(140 / 7, rel=0.01)


def test_users_gather_at_hotspots(walk):
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
def test_walks_depend_on_seed_and_user_alone(walk, model):
    few, _ = walk(model, n_ue=3, duration_s=20, seed=5)
    many, _ = walk(model, n_ue=9, duration_s=20, seed=5)
    finer, _ = walk(model, n_ue=3, duration_s=20, seed=5, slot_s=0.25)
    other, _ = walk(model, n_ue=3, duration_s=20, seed=6)
    assert (few == many[:, :3]).all()
    assert few == pytest.approx(finer[::4], abs=1e-9)
    assert (few != other).any(axis=(0, 2)).all()


FCD = """<?xml version="1.0" encoding="UTF-8"?>
<!-- generated by SUMO <fcd-output value="x.xml"/> -->
<fcd-export>
    <timestep time="10.00">
        <vehicle id="a" x="1.5" y="-2.0" angle="90" speed="3"/>
    </timestep>
    <timestep time="12.00">
        <vehicle id="a" x="5.5" y="-2.0"/>
        <person id="b" x="0" y="0"/>
    </timestep>
    <timestep time="16.00">
        <person id="b" x="0" y="8"/>
    </timestep>
</fcd-export>
"""

NS2 = """# what SUMO's traceExporter.py writes
set val(nn) 2
$node_(0) set X_ 10.0
$node_(0) set Y_ 20.0
$node_(0) set Z_ 0
$node_(1) set X_ -5
$node_(1) set Y_ 0
$ns_ at 1.0 "$node_(0) setdest 14.0 20.0 2.0"
$ns_ at 2.0 "$node_(1) setdest 5.0 0.0 1.0"
$god_ set-dist 0 1 2
$ns_ at 4.0 "$node_(1) setdest -3.0 4.0 2.0"
"""


def test_a_fcd_trace_is_reproduced_exactly(walk, tmp_path):
    path = tmp_path / "fcd.xml"
    path.write_text(FCD)
    position_m, velocity_mps = walk(
        "trace", n_ue=2, duration_s=10, slot_s=0.5, trace=str(path), trace_start_s=8, trace_x_m=100
    )
    time_s = np.arange(21) * 0.5 + 8
    # Before it enters a user waits at its first position, when it has left it stays at its last.
    assert position_m[:, 0, 0] == pytest.approx(100 + np.interp(time_s, [10, 12], [1.5, 5.5]))
    assert (position_m[:, 0, 1] == -2).all()
    assert position_m[:, 1, 1] == pytest.approx(np.interp(time_s, [12, 16], [0, 8]))
    assert velocity_mps[:, 1, 1] == pytest.approx(
        np.where((time_s >= 12) & (time_s < 16), 2.0, 0.0)
    )


def test_an_ns2_trace_is_reproduced_exactly(walk, tmp_path):
    path = tmp_path / "mobility.tcl"
    path.write_text(NS2)
    position_m, _ = walk("trace", n_ue=2, duration_s=10, slot_s=0.5, trace=str(path))
    time_s = np.arange(21) * 0.5
    assert position_m[:, 0, 0] == pytest.approx(np.interp(time_s, [1, 3], [10, 14]))
    assert (position_m[:, 0, 1] == 20).all()
    # Node 1 was on its way when the next command came: from (-3, 0), straight up.
    assert position_m[:, 1, 0] == pytest.approx(np.interp(time_s, [2, 4], [-5, -3]))
    assert position_m[:, 1, 1] == pytest.approx(np.interp(time_s, [4, 6], [0, 4]))


def test_the_streets_that_come_along(walk):
    position_m, _ = walk("trace", n_ue=60, duration_s=120)
    speed_mps = np.hypot(*np.diff(position_m, axis=0).transpose(2, 0, 1))
    pedestrians = np.quantile(speed_mps, 0.9, axis=0) < 2
    assert pedestrians.sum() == 36
    assert 8 < speed_mps[:, ~pedestrians].max() < 20
    assert (np.ptp(position_m, axis=0).max(axis=1) > 20).all()  # everybody goes somewhere
    again, _ = walk("trace", n_ue=60, duration_s=120, trace=str(STREETS), seed=7)
    assert (again == position_m).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file or directory"),
        ("", "is empty"),
        (FCD.replace('x="5.5"', 'x="abc"'), r'line 8: x = "abc": must be a number'),
        (FCD.replace('x="5.5"', 'x="nan"'), r'line 8: x = "nan": must be a number'),
        (FCD.replace('y="0"', ""), "line 9: <person .* has no attribute y"),
        (FCD.replace('"16.00"', '"11.00"'), r"line 11: time 11\.00 s does not come after"),
        (FCD.replace('id="b"', 'id="a"'), 'line 9: "a" comes twice in one timestep'),
        (FCD[: FCD.index(' y="8"')], "line 12: a tag does not end"),
        (FCD.replace("-->", ""), "line 2: a comment does not end"),
        ('<vehicle id="a" x="0" y="0"/>', "line 1: <vehicle> before any <timestep>"),
        ("<a/>", "has 0 users, must have n_ue = 3 or more"),
        (FCD, "has 2 users, must have n_ue = 3 or more"),
        (NS2.replace("setdest 5.0", "setdest five"), r'line 9: x = "five": must be a number'),
        (NS2 + "hello\n", 'line 12: "hello" is no command of an ns-2 movement'),
        (NS2 + NS2.splitlines()[8] + "\n", 'line 12: ".*" goes back in time'),
    ],
)
def test_a_broken_trace_is_refused_with_its_line(walk, tmp_path, text, message):
    path = tmp_path / "trace"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidSetting, match=rf"setting mobility\.trace = .*{message}"):
        walk("trace", n_ue=3, trace=str(path))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"model": "trace", "trace_start_s": 500},
            r"covers the ns-3 times -500 to -380 s, the run 0 to 200 s: must overlap",
        ),
        ({"model": "trace", "trace_x_m": 3000}, "lies outside the area of the base stations"),
        ({"model": "trace", "n_ue": 61}, "has 60 users, must have n_ue = 61 or more"),
        ({"model": "trace", "trace": str(INSTALLED)}, "mobility.trace = .*directory"),
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
def test_settings_that_contradict_each_other_are_refused(walk, settings, message):
    with pytest.raises(InvalidSetting, match=message):
        walk(**{"n_ue": 20, **settings})
