"""Pictures of running environments."""

from __future__ import annotations

import importlib.util
import sys
import types
import warnings

import gymnasium
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

import ns3_scenarios
from ns3_bridge import FlatBox, InvalidSetting, LocalHost, ScenarioEnv
from ns3_bridge.testing import echo_scenario
from ns3_scenarios.multi_agent import BaseStationTeam

SMALL = {"n_ue": 4, "n_bs": 2, "duration_s": 0.4}
IDS = ["ns3_scenarios:ns3/Cellular-v0", "py_agent:ns3/CellularTwin-v0"]


def is_picture(frame):
    return frame.dtype == np.uint8 and frame.shape == (600, 1000, 3) and len(np.unique(frame)) > 50


@pytest.mark.parametrize("name", IDS)
def test_a_frame_shows_how_the_network_stands(name):
    env = gymnasium.make(name, settings=SMALL, render_mode="rgb_array")
    env.reset(seed=1)
    first = env.render()
    assert is_picture(first)
    assert (env.render() == first).all()
    for _ in range(10):
        env.step(env.action_space.sample())
    assert is_picture(env.render())
    assert (env.render() != first).any()
    env.reset(seed=1)
    assert (env.render() == first).all()
    env.close()


def test_drawing_changes_nothing_in_ns3():
    bits = []
    for mode in (None, "rgb_array"):
        env = ns3_scenarios.make("cellular", SMALL, render_mode=mode)
        env.action_space.seed(1)
        seen = [env.reset(seed=1)[0]]
        for _ in range(5):
            if mode:
                env.render()
            seen.append(env.step(env.action_space.sample())[0])
        bits.append([value.tobytes() for one in seen for value in one.values()])
        env.close()
    assert bits[0] == bits[1]


def test_it_is_seen_through_wrappers_teams_and_learning_environments():
    env = FlatBox(gymnasium.make(IDS[0], settings=SMALL, render_mode="rgb_array"))
    team = BaseStationTeam(settings=SMALL, render_mode="rgb_array")
    assert env.render_mode == team.render_mode == "rgb_array"
    assert env.metadata["render_fps"] == team.metadata["render_fps"] == 50
    for made in (env, team):
        made.reset(seed=1)
        assert is_picture(made.render())
        made.close()


def test_a_long_trajectory_stays_a_bounded_one():
    env = ns3_scenarios.make("cellular", {**SMALL, "duration_s": 14}, render_mode="rgb_array")
    env.reset(seed=1)
    action = env.action_space.sample()
    for _ in range(650):
        env.step(action)
    drawn = env._renderer._points
    assert 100 < len(drawn) <= 256
    env.close()


def test_a_branch_does_not_draw_and_its_parent_goes_on():
    env = ns3_scenarios.make("cellular", SMALL, render_mode="rgb_array")
    env.reset(seed=1)
    before = env.render()
    with env.branch() as (branch,):
        assert branch.render_mode is None
        branch.step(branch.action_space.sample())
    assert (env.render() == before).all()
    env.close()


def test_without_a_mode_or_an_episode_there_is_nothing_to_draw(cellular):
    env = cellular()
    with pytest.warns(UserWarning, match="render_mode='rgb_array'"):
        assert env.render() is None
    drawn = ns3_scenarios.make("cellular", SMALL, render_mode="rgb_array")
    with pytest.raises(gymnasium.error.ResetNeeded):
        drawn.render()
    drawn.close()


def test_what_cannot_be_drawn_is_told(tmp_path):
    echo = LocalHost(echo_scenario(tmp_path / "echo", n_floats=2, n_slots=3))
    with pytest.raises(InvalidSetting, match=r"cannot be drawn as a map: .* bs_position_m"):
        ScenarioEnv(echo, render_mode="rgb_array")
    with pytest.raises(InvalidSetting, match="render_mode = 'ansi'"):
        ScenarioEnv(echo, render_mode="ansi")


def test_without_a_display_a_window_is_refused(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    mpl.use("agg")
    with pytest.raises(InvalidSetting, match=r"needs a window, .* backend agg"):
        ns3_scenarios.make("cellular", SMALL, render_mode="human")


def test_a_window_shows_every_slot(monkeypatch):
    shown = []

    class Manager(FigureManagerBase):
        def show(self):
            shown.append("window")

    class Canvas(FigureCanvasAgg):
        manager_class = Manager

        def flush_events(self):
            shown.append("slot")

    backend = types.ModuleType("windows_of_this_test")
    backend.FigureCanvas, backend.FigureManager = Canvas, Manager
    monkeypatch.setitem(sys.modules, backend.__name__, backend)
    before = mpl.get_backend()
    mpl.use(f"module://{backend.__name__}")
    try:
        env = gymnasium.make(IDS[0], settings=SMALL, render_mode="human")
        env.reset(seed=1)
        for _ in range(3):
            env.step(env.action_space.sample())
        assert env.render() is None
        env.close()
    finally:
        mpl.use(before)
    assert shown == ["window"] + ["slot"] * 4


@pytest.mark.skipif(importlib.util.find_spec("moviepy") is None, reason="moviepy writes films")
def test_gymnasium_writes_a_film(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of moviepy's own
        env = gymnasium.make(IDS[0], settings={**SMALL, "duration_s": 0.1}, render_mode="rgb_array")
        film = gymnasium.wrappers.RecordVideo(env, str(tmp_path), lambda episode: True)
        film.reset(seed=1)
        over = False
        while not over:
            *_, over, _ = film.step(film.action_space.sample())
        film.close()
    (written,) = tmp_path.glob("*.mp4")
    assert written.stat().st_size > 10_000
