# SPDX-License-Identifier: MIT
"""Calibration on runs of real ns-3, and whether what is learned is what was set."""

import dataclasses
import json
from types import SimpleNamespace

import numpy as np
import pytest
from typer.testing import CliRunner

from py_agent.calibration.calibrate import calibrate
from py_agent.calibration.law_fit import fit_mobility
from py_agent.calibration.recorded import load_runs
from py_agent.calibration.traffic_fit import fit_traffic, most_likely_times
from py_agent.cli.app import app
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run
from py_agent.radio.errors import NothingToLearn
from py_agent.radio.lte.laws import map_rsrp_dbm
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.model.parameters import MobilityLaw, Traffic, TwinParameters
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.model.traffic import mean_size_bit


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Two runs of a busy little network that nobody would guess from the settings' prior."""
    folders = []
    for seed in (1, 2):
        overrides = {"policy": "load-srpt", "seed": seed, "runs_dir": tmp_path_factory.mktemp("r")}
        chosen = [
            *("n_ue=8", "n_bs=2", "duration_s=4", "traffic.rate_hz=3", "traffic.off_s=0"),
            *("traffic.cycles_per_bit=200", "channel.shadowing=false"),
        ]
        folders.append(Run(load_run_settings(None, overrides, chosen)).execute().path)
    return folders


@pytest.fixture(scope="module")
def learned(runs):
    return calibrate(runs)


def test_what_the_settings_say_of_tasks_and_walks_is_found_again(learned):
    assert learned.traffic.rate_hz == pytest.approx(3, rel=0.25)
    assert learned.traffic.cycles_per_bit == pytest.approx(200, rel=1e-6)
    assert 1e5 <= learned.traffic.size_min_bit < learned.traffic.size_max_bit <= 7e5
    assert 1 <= learned.mobility.speed_min_mps < learned.mobility.speed_max_mps <= 15.0001


def test_the_map_is_nearer_to_what_is_received_than_the_prior(runs, learned):
    recorded = load_runs(runs)
    prior = prior_parameters(recorded[0].run.settings, "lte")
    error_db = {}
    for name, parameters in (("prior", prior), ("learned", learned)):
        run = recorded[1]
        bs_m = run.field("bs_position_m")[0].astype(float)
        map_dbm = map_rsrp_dbm(parameters.radio, run.field("position_m").astype(float), bs_m)
        error_db[name] = np.sqrt(((run.field("rsrp_dbm") - map_dbm) ** 2).mean())
    assert error_db["learned"] < error_db["prior"]


def test_a_curve_of_rates_rises_to_what_the_band_can_carry(learned):
    top_bps = learned.radio.uplink.bandwidth_rb * learned.radio.rate.bps_per_rb[-1]
    assert 10e6 < top_bps < 18.4e6  # 25 RB, MCS 28: TS 36.213 Table 7.1.7.2.1-1
    assert learned.radio.rate.bps_per_rb[0] < 0.1 * learned.radio.rate.bps_per_rb[-1]


def interrupted_poisson(rng, rate_hz, on_s, off_s, duration_s):
    """Moments of the tasks of one user."""
    moments, now_s = [], 0.0
    while now_s < duration_s:
        ends_s = now_s + rng.exponential(on_s)
        count = rng.poisson(rate_hz * (ends_s - now_s))
        moments += np.sort(rng.uniform(now_s, ends_s, count)).tolist()
        now_s = ends_s + rng.exponential(off_s)
    return np.array([m for m in moments if m < duration_s])


def test_on_and_off_times_are_learned_from_many_tasks_and_believed_with_few():
    rng = np.random.default_rng(1)
    wrong = Traffic(rate_hz=4.0, on_s=3.0, off_s=3.0)  # but for the mean rate
    users = [interrupted_poisson(rng, 10.0, 1.0, 4.0, 40.0) for _ in range(40)]
    ended_s = np.concatenate([np.diff(user) for user in users])
    open_s = np.array([40.0 - user[-1] for user in users])
    rate_hz, on_s, off_s = most_likely_times(ended_s, open_s, wrong)
    assert rate_hz == pytest.approx(10.0, rel=0.1)
    assert on_s == pytest.approx(1.0, rel=0.2)
    assert off_s == pytest.approx(4.0, rel=0.2)
    few = most_likely_times(ended_s[:2], open_s[:1], wrong)
    assert few == pytest.approx((4.0, 3.0, 3.0), rel=0.5)


def test_a_promised_mean_rate_outweighs_a_hundred_tasks():
    rng = np.random.default_rng(1)
    promised = Traffic(rate_hz=1.0, on_s=2.0, off_s=2.0)
    users = [interrupted_poisson(rng, 1.5, 2.0, 2.0, 10.0) for _ in range(20)]  # by half too many
    users = [user for user in users if len(user)]
    open_s = np.array([10.0 - user[-1] for user in users])
    rate_hz, on_s, off_s = most_likely_times(
        np.concatenate([np.diff(user) for user in users]), open_s, promised
    )
    assert rate_hz * on_s / (on_s + off_s) == pytest.approx(0.5, rel=0.1)


@dataclasses.dataclass
class Created:
    """A run of which only the tasks that one user created are known."""

    settings: dict
    seed: int
    size_bit: np.ndarray
    slots: int = 100

    @property
    def run(self):
        return self

    def field(self, name):
        until = {"time_s": [10.0], "tasks_created": [len(self.size_bit)]}[name]
        return np.array([[0.0], until])

    def table(self, name):
        n = len(self.size_bit)
        columns = {"ue": np.zeros(n, int), "created_s": np.linspace(0.0, 10.0, n)}
        return {**columns, "size_bit": self.size_bit, "cycles": 500.0 * self.size_bit}

    def has_table(self, name):
        return False


def test_a_heavy_tail_keeps_the_bounds_that_are_set():
    rng = np.random.default_rng(1)
    settings = {"n_bs": 1, "traffic": {"size_model": "bounded-pareto", "size_alpha": 1.1}}
    settings["traffic"] |= {"model": "poisson", "size_min_bit": 1e4, "size_max_bit": 1e8}
    settings = TwinNetwork.of(settings).place.settings
    declared = prior_parameters(settings, "lte").traffic
    size_bit = np.minimum(1e4 * (1 - rng.random(300)) ** (-1 / 1.1), 3e7)
    fitted = fit_traffic([Created(settings, 1, size_bit)], declared, np.array([0]))
    chosen = settings["traffic"]
    assert mean_size_bit(fitted, chosen) == mean_size_bit(declared, chosen)
    # A trace's sizes follow no law that is set.
    settings = {**settings, "traffic": {**chosen, "model": "trace"}}
    fitted = fit_traffic([Created(settings, 1, size_bit)], declared, np.array([0]))
    assert (fitted.size_min_bit, fitted.size_max_bit) == (size_bit.min(), size_bit.max())


def test_tasks_of_one_seed_count_once_whatever_the_policies():
    settings = TwinNetwork.of({"n_bs": 1, "traffic": {"model": "poisson"}}).place.settings
    declared, user = prior_parameters(settings, "lte").traffic, np.array([0])
    sizes_bit = np.linspace(1e5, 7e5, 60)
    once = fit_traffic([Created(settings, 1, sizes_bit)], declared, user)
    short = Created(settings, 1, sizes_bit[:30], slots=50)
    runs = [Created(settings, 1, sizes_bit), Created(settings, 1, sizes_bit), short]
    assert fit_traffic(runs, declared, user) == once


def test_what_a_quota_withholds_is_no_delay_of_the_pipeline(tmp_path):
    """Uploads take what they take beside their bits, whatever part of the band users have."""
    fitted = {}
    for mode in ("work-conserving", "quota"):
        overrides = {"policy": "strongest-equal", "seed": 1, "runs_dir": tmp_path}
        chosen = [
            *("n_ue=6", "n_bs=2", "duration_s=6", "traffic.rate_hz=2", "traffic.off_s=0"),
            *("traffic.size_min_bit=5e4", "traffic.size_max_bit=1.5e5", "mobility.model=static"),
            *("channel.shadowing=false", f"radio.bandwidth_mode={mode}"),
        ]
        folder = Run(load_run_settings(None, overrides, chosen)).execute().path
        fitted[mode] = calibrate([folder]).delays.pipeline_s
    assert fitted["quota"] == pytest.approx(fitted["work-conserving"], abs=0.01)


class Walks:
    """Three users turn at right angles every second, of 0.1 s slots; some may be away."""

    slot_s = 0.1

    def __init__(self, there, model="trace"):
        self.there = there
        self.run = SimpleNamespace(settings={"mobility": {"model": model}})

    def present(self):
        return self.there

    def field(self, name):
        assert name == "velocity_mps"
        legs = np.arange(101) // 10 % 4
        towards = np.array([[3.0, 0.0], [0.0, 4.0], [-3.0, 0.0], [0.0, -4.0]])[legs]
        walks = np.repeat(towards[:, None], 3, axis=1)
        return np.where(np.broadcast_to(self.there, (101, 3))[..., None], walks, 0.0)


def test_users_who_are_away_neither_walk_nor_turn():
    there = np.ones((101, 3), bool)
    there[35:68, 0] = False
    there[:, 2] = False
    all_there, some_away = (
        fit_mobility([Walks(x)], MobilityLaw()) for x in (np.ones(1, bool), there)
    )
    assert all_there.turn_s == pytest.approx(1, rel=0.02)
    assert some_away.turn_s == pytest.approx(1, rel=0.1)
    assert (some_away.speed_min_mps, some_away.speed_max_mps) == (3, 4)


def test_what_is_declared_of_gauss_markov_is_not_learned_as_legs():
    declared = MobilityLaw(speed_min_mps=1, speed_max_mps=15, turn_s=7.2)
    assert fit_mobility([Walks(np.ones(1, bool), "gauss-markov")], declared) == declared


def test_acknowledgements_take_some_milliseconds(learned):
    assert 0.003 < learned.delays.report_s < 0.1


def test_it_says_what_it_was_learned_from(runs, learned):
    provenance = learned.provenance
    assert provenance.source == "calibrated"
    assert provenance.seeds == (1, 2)
    assert provenance.policies == ("load-srpt", "load-srpt")
    assert provenance.slots == 400


def test_the_command_writes_a_file_that_can_be_read(runs, learned, tmp_path):
    path = tmp_path / "twin.json"
    arguments = ["calibrate", *map(str, runs), "--output", str(path), "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert TwinParameters.load(path) == learned
    assert json.loads(result.stdout.splitlines()[-1])["version"] == 2


def test_a_folder_without_a_run_is_refused(tmp_path):
    result = CliRunner().invoke(app, ["calibrate", str(tmp_path)])
    assert result.exit_code == 2
    assert "holds no finished run" in result.output


def test_runs_of_different_networks_are_refused(runs, tmp_path):
    overrides = {"policy": "random", "seed": 1, "runs_dir": tmp_path}
    chosen = ["n_ue=2", "n_bs=2", "duration_s=2", "traffic.rate_hz=0"]
    other = Run(load_run_settings(None, overrides, chosen)).execute().path
    with pytest.raises(NothingToLearn, match="another network"):
        calibrate([runs[0], other])
    with pytest.raises(NothingToLearn, match="hardly anything was uploaded"):
        calibrate([other])


def test_a_run_that_is_too_short_is_refused(tmp_path):
    overrides = {"policy": "random", "seed": 1, "runs_dir": tmp_path}
    settings = load_run_settings(None, overrides, ["n_ue=2", "duration_s=0.1"])
    with pytest.raises(NothingToLearn, match="shorter than 2 s"):
        calibrate([Run(settings).execute().path])
