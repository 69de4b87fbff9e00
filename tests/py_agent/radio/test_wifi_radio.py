# SPDX-License-Identifier: MIT
"""Policies and the twin over Wi-Fi, on real ns-3."""

from __future__ import annotations

import json

import gymnasium
import numpy as np
import pytest
from typer.testing import CliRunner

import ns3_scenarios
from py_agent.cli.app import app
from py_agent.contract import Network
from py_agent.driver import play
from py_agent.fidelity.tracking import Tracking, scores
from py_agent.policies import load_policy
from py_agent.radio.errors import NothingToLearn
from py_agent.radio.link_model import link_model_of
from py_agent.radio.wifi import calibration
from py_agent.radio.wifi.link_model import WifiLinkModel
from py_agent.radio.wifi.prior import channel_of_bs
from py_agent.radio.wifi.rollout import WifiRollout
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.rollout.random_streams import spread_seeds

SETTINGS = {"n_ue": 6, "n_bs": 3, "duration_s": 3.0}
#: Two stations, each alone at its access point, that always have something to send.
SATURATED = {
    "n_ue": 2,
    "n_bs": 2,
    "duration_s": 1.0,
    "layout": {"positions": "0,0; 60,0"},
    "mobility": {"model": "static"},
    "traffic": {"on_s": 1, "off_s": 0, "rate_hz": 400},
}


@pytest.fixture
def env():
    env = ns3_scenarios.make("wifi", SETTINGS)
    yield env
    env.close()


def network_of(env):
    return Network("wifi", env.settings.model_dump(), env.schema)


def record(env, policy, seed=1):
    """Play an episode; every observation."""
    decides = load_policy(policy)
    network = network_of(env)
    decides.begin(network, seed)
    observation, _ = env.reset(seed=seed)
    seen = [{name: value.copy() for name, value in observation.items()}]
    for slot in play(env, decides, network, observation):
        seen.append({name: value.copy() for name, value in slot.after.items()})
    return seen


@pytest.mark.parametrize(
    "name",
    ["strongest-equal", "a3-srpt", "load-maxweight", "load-fill", "twin-fill", "rollout-fill"],
)
def test_policies_decide_over_it_unchanged(env, name):
    last = record(env, name)[-1]
    assert (last["serving_bs"] >= 0).all()
    assert last["tasks_completed"].sum() > 0


def test_rates_are_those_of_ns3():
    """Of a station that is alone on its channel and has enough to send."""
    alone = ns3_scenarios.make("wifi", SATURATED)
    model = WifiLinkModel(alone.settings.model_dump())
    ratios = []
    for seed in range(1, 7):
        seen = record(alone, "strongest-equal", seed)
        first, last = seen[0], seen[-1]
        if first["serving_bs"].min() < 0 or len(set(last["serving_bs"])) < 2:
            continue
        measured_bps = (last["delivered_bit"] - first["delivered_bit"]) / 1.0
        ratios.append(measured_bps / model.serving_rate_bps(last))
    alone.close()
    assert len(ratios) >= 2
    assert np.concatenate(ratios) == pytest.approx(1, abs=0.2)


def test_the_twin_follows_it(env):
    network = network_of(env)
    link, followed = link_model_of(network), Twin(network)
    tracking = Tracking(link)
    observation, _ = env.reset(seed=1)
    policy = load_policy("load-fill")
    policy.begin(network, 1)
    tracking.start(observation)
    followed.observe(observation)
    for slot in play(env, policy, network, observation):
        tracking.slot(followed.estimate(), slot.after)
        followed.observe(slot.after)
    heard = slot.after["snr_db"] > -20
    error_db = (followed.estimate().strength_db() - slot.after["snr_db"])[heard]
    assert np.abs(error_db).max() < 1.0
    # Line of sight comes and goes: some 15 dB within a step.
    assert scores(tracking.samples())["strength_rmse_db_0.2_s"] < 8.0


def test_its_twin_is_an_environment_and_its_rollouts_are_functions_of_their_seed():
    env = gymnasium.make("py_agent:ns3/WifiTwin-v0", settings=SETTINGS)
    observation, _ = env.reset(seed=1)
    assert observation["snr_db"].shape == (6, 3)
    for _ in range(50):
        observation, *_ = env.step(env.action_space.sample())
    assert np.isfinite(observation["rssi_dbm"]).all()
    env.close()
    network = TwinNetwork.of(SETTINGS, scenario="wifi")
    batch, one = network.rollout(4), network.rollout(1)
    batch.start(spread_seeds(1, 4))
    one.start(spread_seeds(1, 4)[2:3])
    assert (batch.state["strength_db"][2] == one.state["strength_db"][0]).all()


class _Run:
    slot_s = 0.02

    def __init__(self, seen):
        self._seen = seen

    def field(self, name):
        return np.stack([observation[name] for observation in self._seen])


def test_calibration_finds_the_map_and_the_rates(env):
    model = WifiLinkModel(env.settings.model_dump())
    runs = [_Run(record(env, "load-fill", seed)) for seed in (1, 2)]
    fitted = model.calibrated(runs)
    snr_db = np.stack([observation["snr_db"] for observation in runs[0]._seen])
    assert 1.0 < fitted.snr.exponent < 6.0
    assert fitted.snr.residual_sd_db < snr_db[snr_db > -20].std()
    assert fitted.n_bs == 3
    # Its tasks fit into a slot: what stalls now and then says nothing of the channel.
    assert fitted.rate == model.parameters.rate
    with pytest.raises(NothingToLearn, match="100 are needed"):
        model.calibrated([_Run(runs[0]._seen[:2])])


def test_calibration_finds_the_rates_of_stations_that_have_enough_to_send():
    env = ns3_scenarios.make("wifi", SATURATED)
    model = WifiLinkModel(env.settings.model_dump())
    runs = [_Run(record(env, "strongest-equal", seed)) for seed in range(1, 7)]
    env.close()
    fitted, before = model.calibrated(runs).rate, model.parameters.rate
    assert fitted != before
    at_knots = fitted.rate_bps(np.array(fitted.snr_db)) / before.rate_bps(np.array(fitted.snr_db))
    assert at_knots == pytest.approx(1, abs=0.3)


def test_nothing_comes_through_where_one_does_not_hear_the_other(env):
    """Access points send with 5 dB more: who hears one from far away is not heard by it."""
    model = WifiLinkModel(env.settings.model_dump())
    heard_db = model.parameters.snr.heard_db
    assert heard_db == pytest.approx(-82 + 5 + 94, abs=0.1)
    rate_bps = model.rate_bps({"snr_db": np.array([[-20.0, heard_db - 0.2, heard_db + 0.2]])})
    assert (rate_bps[0, :2] < 1e5).all()
    assert rate_bps[0, 2] > 1e7


def test_an_access_point_is_lost_when_beacons_are_missed():
    network = TwinNetwork.of(
        {"n_ue": 1, "n_bs": 2, "radio": {"missed_beacons": 5}}, scenario="wifi"
    )
    places_m = np.array([[0.0, 0.0], [50.0, 0.0]])
    links = WifiRollout(network.parameters.radio, places_m, np.arange(2), slot_s=0.02)
    links.resize(batch=1, n_ue=1)
    rows, cell = np.arange(1), np.zeros((1, 1), np.int32)
    links.start(rows, np.arange(1), np.zeros((1, 1, 2)))

    def gone_after_s(residual_db):
        links.links["residual_db"][:] = residual_db
        links.measure(np.zeros((1, 1, 2)))
        outages_s = [links.outages_s(rows, cell, 0.02)[0, 0] for _ in range(100)]
        return 0.02 * (np.flatnonzero(outages_s) + 1)

    assert len(gone_after_s(20.0)) == 0
    assert gone_after_s(-80.0)[0] == pytest.approx(5 * 0.1024, abs=0.021)


def test_access_points_on_one_channel_have_it_in_turn():
    """Whoever hears the other waits for it as long as it sends."""
    network = TwinNetwork.of({"n_ue": 2, "n_bs": 3, "radio": {"channels": 2}}, scenario="wifi")
    model = WifiLinkModel(network.settings.model_dump())
    places_m = np.array([[0.0, 0.0], [20.0, 0.0], [40.0, 0.0]])  # the first and the third share
    links = model.rollout_model(places_m, 0.02)
    links.resize(batch=2, n_ue=2)
    links.start(np.arange(2), np.arange(2), np.zeros((2, 2, 2)))
    links.links["residual_db"][:] = 30.0
    links.links["residual_db"][1] = -30.0
    links.measure(np.array([[[0.0, 0.0], [40.0, 0.0]]] * 2))
    user, cell = np.arange(4), np.array([0, 2, 0, 2])
    alone_bps = links.rates_bps(user, cell)
    links.sent(user, cell, np.full(4, 0.01, np.float32))
    ratio = links.rates_bps(user, cell) / alone_bps
    assert ratio == pytest.approx([1 / 1.5, 1 / 1.5, 1, 1])
    links.sent(user, np.array([0, 1, 0, 1]), np.full(4, 0.02, np.float32))
    assert links.rates_bps(user[:1], cell[:1]) == pytest.approx(alone_bps[:1])


def test_runs_from_before_channels_could_be_shared_have_their_own():
    settings = TwinNetwork.of({"n_bs": 3}, scenario="wifi").settings.model_dump()
    del settings["radio"]["channels"]
    assert channel_of_bs(settings).tolist() == [0, 1, 2]


def test_fidelity_is_measured_over_it(tmp_path):
    """The whole way: a run followed, branches of ns-3, rollouts of the twin."""
    settings = TwinNetwork.of({"n_ue": 10}, scenario="wifi").settings.model_dump()
    prior_parameters(settings, "wifi", "wifi").save(tmp_path / "twin.json")
    options = ["--lead", "2", "--horizon", "2", "--policies", "load-srpt,strongest-equal"]
    files = ["--parameters", str(tmp_path / "twin.json"), "--output", str(tmp_path / "measured")]
    command = ["fidelity", "--scenario", "wifi", "--quick", "--seeds", "9101"]
    result = CliRunner().invoke(app, [*command, *options, *files, "--json"])
    assert result.exit_code == 0, result.output
    measured = json.loads(result.output.splitlines()[-1])
    assert 0 < measured["delay_ks"] < 0.6
    assert 0 < measured["strength_rmse_db_1_s"] < 12
    assert set(measured["mean_delay_s"]) == {"load-srpt", "strongest-equal"}


def test_rollouts_that_go_on_have_fades_of_their_own():
    network = TwinNetwork.of(SETTINGS, scenario="wifi")
    rollout = network.rollout(3)
    rollout.engine.clear(np.array([5, 6, 5]))
    rollout.links["residual_db"][:] = 0.0
    users = (3, SETTINGS["n_ue"])
    equal = np.full(users, 1 / users[1], np.float32)
    action = {
        "association": np.zeros(users, np.int32),
        "bandwidth_share": equal,
        "compute_share": equal,
    }
    rollout.steps(action, 25)
    first, other, same = rollout.links["residual_db"]
    assert np.abs(first).max() > 1
    assert np.array_equal(first, same)
    assert np.abs(first - other).max() > 1


def test_calibration_finds_how_rates_scatter_around_the_curve_it_finds(monkeypatch):
    model = WifiLinkModel(TwinNetwork.of(SETTINGS, scenario="wifi").settings.model_dump())
    before = model.parameters
    rng = np.random.default_rng(1)
    quality = rng.uniform(15, 40, 5000)
    half = 0.5 + 0.5 * (quality > 28)  # of what was believed, where links are weak
    bps = half * before.rate.rate_bps(quality) * np.exp(rng.normal(0, 0.05, 5000))
    bps[:100] = 0  # slots that stall
    monkeypatch.setattr(calibration, "_alone", lambda *of: (quality, bps))
    fitted = calibration._fit_rates([None], before, np.arange(3))
    assert fitted.relative_sd < 0.2
