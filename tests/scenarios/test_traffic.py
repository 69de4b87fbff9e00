"""When users create tasks, how large these are and how much work they make, without a radio."""

from __future__ import annotations

import gzip

import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import InvalidSetting
from ns3_scenarios.registry import INSTALLED

USERS = str(INSTALLED / "laboratory" / "bin" / "users")
DURATION_S = 200.0


@pytest.fixture
def tasks():
    """Let users create tasks. Returns the task table and the demand ``[n_ue, 3]``."""

    def run(n_ue=50, seed=1, duration_s=DURATION_S, **traffic):
        settings = {
            "n_ue": n_ue,
            "duration_s": duration_s,
            "slot_s": 1.0,
            "warmup_s": 0,
            "mobility": {"model": "static"},
            "traffic": traffic,
        }
        env = ns3_scenarios.make(USERS, settings)
        observation, _ = env.reset(seed=seed)
        truncated = False
        while not truncated:
            observation, _, _, truncated, _ = env.step({})
        table = env.take_records()["task"]
        env.close()
        return table, observation["demand"]

    return run


def gaps(table, ue):
    return np.diff(table["created_s"][table["ue"] == ue])


def test_poisson_gaps_are_exponential(tasks):
    table, demand = tasks(model="poisson", rate_hz=2)
    assert (demand[:, 0] == 2).all()
    gap_s = np.concatenate([gaps(table, ue) for ue in range(50)])
    assert gap_s.mean() == pytest.approx(0.5, rel=0.03)
    assert gap_s.std() == pytest.approx(0.5, rel=0.03)
    assert np.exp(-1) == pytest.approx((gap_s > 0.5).mean(), abs=0.01)


def test_on_off_has_pauses_and_the_expected_rate(tasks):
    table, demand = tasks(model="on-off", rate_hz=8, on_s=2, off_s=6, duration_s=400)
    assert (demand[:, 0] == 2).all()
    assert len(table) / (50 * 400) == pytest.approx(2, rel=0.05)
    gap_s = np.concatenate([gaps(table, ue) for ue in range(50)])
    # Burstier than Poisson: a gap's variation is far above its mean.
    assert gap_s.std() / gap_s.mean() > 2


@pytest.mark.parametrize("jitter_s", [0.0, 0.3])
def test_periodic_tasks_come_once_a_period_from_a_phase_of_their_own(tasks, jitter_s):
    table, _ = tasks(model="periodic", rate_hz=2, jitter_s=jitter_s)
    late_s = []
    phases_s = []
    for ue in range(50):
        created_s = table["created_s"][table["ue"] == ue]
        assert len(created_s) in (399, 400, 401)
        rest_s = created_s - 0.5 * np.arange(len(created_s))
        phases_s.append(rest_s.min())
        late_s.append(rest_s - rest_s.min())
    late_s = np.concatenate(late_s)
    assert late_s.max() <= jitter_s + 1e-6
    assert late_s.mean() == pytest.approx(jitter_s / 2, abs=0.01)
    assert np.std(phases_s) == pytest.approx(0.5 / np.sqrt(12), rel=0.3)


@pytest.mark.parametrize(
    ("size", "median_bit"),
    [
        ({"size_model": "uniform"}, 4e5),
        ({"size_model": "lognormal", "size_min_bit": 1e4, "size_max_bit": 9e6}, 3e5),
        # (1 − (a/x)^α) / (1 − (a/b)^α) = 1/2, solved for x
        ({"size_model": "bounded-pareto"}, 1e5 * (1 - 0.5 * (1 - 7**-1.5)) ** (-1 / 1.5)),
        ({"size_model": "bounded-pareto", "size_alpha": 1}, 1e5 / (1 - 0.5 * (1 - 1 / 7))),
    ],
)
def test_sizes_follow_their_distribution_within_bounds(tasks, size, median_bit):
    table, demand = tasks(model="poisson", rate_hz=4, **size)
    size_bit = table["size_bit"]
    assert size_bit.min() >= size.get("size_min_bit", 1e5)
    assert size_bit.max() <= size.get("size_max_bit", 7e5)
    assert np.median(size_bit) == pytest.approx(median_bit, rel=0.03)
    assert size_bit.mean() == pytest.approx(demand[0, 1], rel=0.03)
    assert table["cycles"] == pytest.approx(1000.0 * size_bit)


def test_cycles_per_bit_differ_between_users_and_tasks(tasks):
    spread = {"cycles_ue_spread": 0.5, "cycles_task_spread": 0.2}
    table, demand = tasks(model="poisson", rate_hz=4, n_ue=200, duration_s=50, **spread)
    per_bit = table["cycles"] / table["size_bit"]
    of_user = np.array([per_bit[table["ue"] == ue].mean() for ue in range(200)])
    assert of_user == pytest.approx(demand[:, 2] / demand[:, 1], rel=0.05)
    assert of_user.mean() == pytest.approx(1000, rel=0.06)
    assert of_user.std() == pytest.approx(1000 / np.sqrt(12), rel=0.15)  # uniform in 500 … 1500
    own = per_bit / (demand[:, 2] / demand[:, 1])[table["ue"]]
    assert own.min() >= 0.8 - 1e-6
    assert own.max() <= 1.2 + 1e-6


def test_arrivals_sizes_and_work_are_drawn_apart(tasks):
    plain, _ = tasks(model="poisson", n_ue=5)
    other, _ = tasks(model="poisson", n_ue=9, size_model="bounded-pareto", cycles_task_spread=0.5)
    other = other[other["ue"] < 5]
    assert (plain["created_s"] == other["created_s"]).all()
    assert (plain["size_bit"] != other["size_bit"]).any()
    # The larger of two tasks stays the larger one: both come from the same number.
    assert np.corrcoef(*(t["size_bit"].argsort().argsort() for t in (plain, other)))[0, 1] > 0.9999


@pytest.mark.parametrize("model", ["poisson", "on-off", "periodic"])
def test_tasks_may_be_rarer_than_ns3_can_count(tasks, model):
    table, demand = tasks(n_ue=5, model=model, rate_hz=1e-12, off_s=0, duration_s=3)
    assert len(table) == 0
    assert (demand[:, 0] == 1e-12).all()


CSV = "time_s,ue,size_bit,cycles\n0.5,0,1000,5e6\n0.5,2,3000,7e6\n\n7,0,2000,1e6\n500,1,9,9\n"


def test_a_trace_is_reproduced_exactly(tasks, tmp_path):
    path = tmp_path / "tasks.csv"
    path.write_text(CSV)
    table, demand = tasks(n_ue=3, model="trace", trace=str(path), duration_s=10)
    assert table["ue"].tolist() == [0, 2, 0]
    assert table["created_s"].tolist() == [0.5, 0.5, 7.0]
    assert table["size_bit"].tolist() == [1000, 3000, 2000]
    assert table["cycles"].tolist() == [5e6, 7e6, 1e6]
    assert demand[0].tolist() == [0.2, 1500, 3e6]
    assert demand[1, 0] == 0  # its task comes after the end
    path.write_text("ue, size_bit, time_s\r\n1, 640, 3\r\n")
    table, _ = tasks(n_ue=3, model="trace", trace=str(path), duration_s=10)
    assert table.tolist() == [(1, 3.0, 640, 640e3)]


def test_a_trace_is_the_same_however_it_is_written(tasks, tmp_path):
    path = tmp_path / "tasks"
    seen = []
    for content in (
        b"time_s,ue,size_bit\n3661.5,0,640\n",
        b'\xef\xbb\xbf"ue";time_s;size_bit\r\n\r\n0;1:01:01.5;640\r\n',
        gzip.compress(b"size_bit\ttime_s\tue\n640\t0:1:1:1.5\t0", mtime=0),
    ):
        path.write_bytes(content)
        seen.append(tasks(n_ue=1, model="trace", trace=str(path), duration_s=3700)[0].tolist())
    assert seen == [[(0, 3661.5, 640, 640e3)]] * 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "cannot be read: No such file"),
        ("", "is empty"),
        ("time_s,ue\n", "line 1: no column size_bit"),
        ("time_s,ue,size_bit,colour\n", 'line 1: unknown column "colour"; known: time_s, ue'),
        ("time_s,ue,size_bit\n", "holds no task"),
        (CSV.replace("7,0,", "7,3,"), r'line 5: ue = "3": must be a number from 0 to 2'),
        (CSV.replace("7,0,", "7,0.5,"), r"line 5: ue = 0\.5: must be an integer"),
        (CSV.replace("7,0,", "0.1,0,"), r"line 5: time_s = 0\.1 goes back in time, from 0\.5"),
        (CSV.replace("1e6", "0"), r'line 5: cycles = "0": must be a number from 1 to'),
        (CSV.replace("2000", "huge"), r'line 5: size_bit = "huge": must be a number'),
        (CSV.replace("2000,1e6", "2000"), "line 5: 3 cells, must be 4"),
        (CSV.replace("2000", "2000.5"), r"line 5: size_bit = 2000\.5: must be an integer"),
        (CSV.replace("2000", "2 000"), 'line 5: size_bit = "2 000": must be a number'),
        ("time_s,ue,size_bit,ue\n", 'line 1: column "ue" is there twice'),
    ],
)
def test_a_broken_trace_is_refused_with_its_line(tasks, tmp_path, text, message):
    path = tmp_path / "tasks.csv"
    if text is not None:
        path.write_text(text)
    with pytest.raises(InvalidSetting, match=rf"setting traffic\.trace = .*{message}"):
        tasks(n_ue=3, model="trace", trace=str(path))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "trace"}, r'traffic\.trace = "": must name a file with traffic\.model = trace'),
        ({"trace": "x.csv"}, r"traffic\.trace = .* must be empty unless traffic\.model = trace"),
        ({"size_min_bit": 1e6}, r"size_min_bit = 1e\+06: must not exceed .*size_max_bit = 7e\+05"),
        (
            {"size_model": "lognormal", "size_median_bit": 10},
            r"size_median_bit = 10: must lie between traffic\.size_min_bit = 1e\+05 and",
        ),
        (
            {"model": "periodic", "rate_hz": 4, "jitter_s": 0.5},
            r"jitter_s = 0\.5: must not exceed a period, 0\.25 s",
        ),
        ({"size_alpha": 0}, "size_alpha = 0"),
        ({"model": "bursty"}, "'on-off', 'poisson', 'periodic' or 'trace'"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(tasks, settings, message):
    with pytest.raises(InvalidSetting, match=message):
        tasks(**settings)
