from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from py_agent.learning.errors import LearningError, MissingClass, StreamExhausted
from py_agent.learning.streams import (
    Drift,
    DriftingLoans,
    Recording,
    Replay,
    RotatingDigits,
    RotatingMnist,
)
from py_agent.learning.streams.class_pools import ClassPools, draw_labels
from py_agent.learning.streams.mnist import _loaded
from py_agent.learning.streams.rotation import rotation_matrices, turned

N_USERS = 5
STREAMS = {"digits": RotatingDigits, "loans": DriftingLoans, "mnist": RotatingMnist}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("kind", ["gradual", "abrupt", "recurring"])
def test_the_same_seed_gives_the_same_bits(name: str, kind: str):
    def draw() -> list[Any]:
        stream = STREAMS[name](N_USERS, seed=3, kind=kind)
        rng = np.random.default_rng(4)
        seen = stream.draw(7.0, 20, rng)
        labels = np.zeros((2, 6), np.int64)
        made = stream.draw_classes(np.array([1, 4]), 7.0, labels, rng)
        assert seen.x.shape == (N_USERS, 20, stream.n_features)
        assert seen.x.dtype == made.dtype == np.float32
        assert made.shape == (2, 6, stream.n_features)
        assert seen.y.max() < stream.n_classes
        return [seen.x.tobytes(), seen.y.tobytes(), made.tobytes()]

    assert draw() == draw()


def test_another_seed_gives_other_users():
    rates = [RotatingDigits(N_USERS, seed).drift_rate.tolist() for seed in (1, 2)]
    assert rates[0] != rates[1]


@pytest.mark.parametrize("name", STREAMS)
def test_under_twice_the_drift_speed_the_same_users_get_half_the_time(name: str):
    """Rates apart a stream has the same random numbers."""

    def draw(time_s: float, **settings: float) -> tuple[list[float], bytes]:
        stream = STREAMS[name](N_USERS, 3, kind="gradual", prior_period_s=1e12, **settings)
        return stream.drift_rate.tolist(), stream.draw(
            time_s, 20, np.random.default_rng(4)
        ).x.tobytes()

    rate, x = draw(8.0)
    faster, the_same_x = draw(4.0, drift_speed=2.0)
    assert faster == [2 * one for one in rate]
    assert the_same_x == x


def test_a_right_angle_is_an_exact_rotation():
    image = np.random.default_rng(1).random((8, 8)).astype(np.float32)
    turned = image.reshape(-1) @ rotation_matrices(np.array([90.0, -180.0]), 8)
    np.testing.assert_allclose(turned[0].reshape(8, 8), np.rot90(image), atol=1e-5)
    np.testing.assert_allclose(turned[1].reshape(8, 8), image[::-1, ::-1], atol=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.floats(-720, 720))
def test_a_rotation_keeps_a_bright_centre_and_makes_no_light(angle_deg: float):
    image = np.zeros((8, 8), np.float32)
    image[3:5, 3:5] = 1
    turned = image.reshape(-1) @ rotation_matrices(np.array([angle_deg]), 8)[0]
    assert turned.min() >= -1e-6
    assert turned.max() <= 1 + 1e-5
    assert turned.sum() == pytest.approx(4, rel=0.1)


def test_kinds_of_drift():
    def positions(kind: Any) -> list[float]:
        drift = Drift(kind, np.array([2.0]), 10.0, np.array([0.0]))
        return [float(drift.position(t)[0]) for t in (0.0, 4.0, 5.0, 9.0, 10.0, 15.0)]

    assert positions("gradual") == [0, 8, 10, 18, 20, 30]
    assert positions("abrupt") == [0, 0, 0, 0, 20, 20]
    assert positions("recurring") == pytest.approx([0, 8, 10, 2, 0, 10])


def test_unknown_drift_and_no_period_are_refused():
    with pytest.raises(LearningError, match="known: gradual, abrupt, recurring"):
        RotatingDigits(1, 1, kind="sideways")  # type: ignore[arg-type]
    with pytest.raises(LearningError, match="must be positive"):
        RotatingDigits(1, 1, period_s=0)


def test_users_meet_no_image_that_models_are_trained_on():
    stream = RotatingDigits(2, 1, rate_deg_per_s=(0, 0), noise=0)
    rng = np.random.default_rng(1)
    labels = np.tile(np.arange(10), (2, 300))
    trained = stream.draw_classes(np.arange(2), 0.0, labels, rng).reshape(-1, 64)
    met = stream.draw(0.0, 1000, rng).x.reshape(-1, 64)
    duplicates = {row.tobytes() for row in trained} & {row.tobytes() for row in met}
    assert not duplicates


def test_labels_follow_the_prior():
    prior = np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]])
    labels = draw_labels(prior, 20_000, np.random.default_rng(1))
    np.testing.assert_allclose(np.bincount(labels[0]) / 20_000, prior[0], atol=0.015)
    assert set(labels[1].tolist()) == {2}


def test_the_class_prior_of_a_user_shifts():
    stream = RotatingDigits(1, 1, prior_period_s=10.0)
    rng = np.random.default_rng(1)
    shares = [
        np.bincount(stream.draw(t, 4000, rng).y[0], minlength=10) / 4000 for t in (0.0, 5.0, 10.0)
    ]
    assert np.abs(shares[0] - shares[1]).sum() > 0.2
    assert np.abs(shares[0] - shares[2]).sum() < 0.1


def test_a_class_without_samples_is_an_error():
    pools = ClassPools(np.array([0, 0, 2]), 3)
    with pytest.raises(MissingClass, match=r"class \[1\].*\[2 0 1\]"):
        pools.rows(np.array([0, 1]), np.random.default_rng(1))


class TestReplay:
    def make(self) -> Replay:
        x = np.arange(2 * 50 * 3, dtype=np.float32).reshape(2, 50, 3)
        y = np.tile(np.arange(50) % 2, (2, 1))
        return Replay(x, y, samples_per_s=10.0, window=20)

    def test_goes_through_the_recording_in_its_order(self):
        seen = self.make().draw(2.0, 5, np.random.default_rng(1))
        assert seen.x[0, :, 0].tolist() == [60, 63, 66, 69, 72]
        assert seen.y.tolist() == [[0, 1, 0, 1, 0]] * 2

    def test_trains_on_the_labelled_past_only(self):
        labels = np.ones((1, 40), np.int64)
        made = self.make().draw_classes(np.array([0]), 3.0, labels, np.random.default_rng(1))
        sample = made[0, :, 0] / 3
        assert sample.min() >= 10
        assert sample.max() < 30
        assert (sample % 2 == 1).all()

    def test_runs_dry(self):
        with pytest.raises(StreamExhausted, match=r"sample 55 .* at 5 s; .* ends after 50"):
            self.make().draw(5.0, 5, np.random.default_rng(1))

    def test_a_past_without_a_class_is_an_error(self):
        with pytest.raises(MissingClass):
            self.make().draw_classes(
                np.array([0]), 0.0, np.ones((1, 1), np.int64), np.random.default_rng(1)
            )


@given(st.lists(st.floats(-720, 720), min_size=1, max_size=3), st.integers(2, 9))
def test_images_are_turned_with_or_without_matrices(angles_deg: list[float], side: int):
    angle_deg = np.array(angles_deg)
    images = np.random.default_rng(1).random((len(angle_deg), 4, side * side), np.float32)
    expected = images @ rotation_matrices(angle_deg, side)
    assert np.allclose(turned(images, angle_deg, side), expected, atol=1e-5)


def recording(tmp_path: Path, lines: list[str]) -> str:
    file = tmp_path / "mine.csv"
    file.write_text("\n".join(["north,label,east", *lines]))
    return str(file)


def test_a_recording_is_met_in_its_order_and_trained_on_from_behind(tmp_path: Path):
    file = recording(tmp_path, [f"{i},{'ab'[i % 2]},7" for i in range(100)])
    stream = Recording(3, seed=1, drift_speed=2.0, recording=file)
    rng = np.random.default_rng(1)
    step = np.sqrt(12 / (100**2 - 1))  # 1 of 0 to 99, standardised

    def rows(samples):
        return (samples / step + 49.5).round().astype(int)

    met = stream.draw(0.0, 20, rng)
    in_order = rows(met.x[:, :, 0])
    assert ((np.diff(in_order) % 100 > 0) & (np.diff(in_order) % 100 < 20)).all()
    assert np.array_equal(met.y, in_order % 2)
    assert not met.x[:, :, 1].any()  # a feature that is always the same
    later = rows(stream.draw(2.5, 20, rng).x[:, :, 0])
    moved = (later[:, 0] - in_order[:, 0]) % 100
    assert ((moved > 30) & (moved < 70)).all()  # 20 samples per second
    wanted = np.tile([0, 1], 20)[None]
    trained = rows(stream.draw_classes(np.array([1]), 2.5, wanted, rng)[0, :, 0])
    behind = (later[1, -1] - trained) % 100  # of the last one that was met
    assert ((behind <= 70) | (behind >= 90)).all()  # a few have come since
    assert not set(trained) & set(rows(stream.draw(0.0, 500, rng).x[:, :, 0]).ravel())


@given(st.integers(2, 60), st.floats(0, 100))
def test_nobody_trains_on_what_is_measured_on(n_rows: int, time_s: float):
    lines = "".join(f"{i},{'ab'[i % 2]}\n" for i in range(n_rows))
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        file.write(f"x,label\n{lines}")
        file.flush()
        try:
            stream = Recording(2, seed=1, recording=file.name)
        except LearningError:
            return  # so few that there would be nothing for one of both
    rng = np.random.default_rng(1)
    met = set(stream.draw(time_s, 3 * n_rows, rng).x.ravel().tolist())
    for label in (0, 1):
        with contextlib.suppress(MissingClass):
            trained = stream.draw_classes(np.array([0, 1]), time_s, np.full((2, 5), label), rng)
            assert not met & set(trained.ravel().tolist())


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ([], "0 classes"),
        (["1,a,2", "1,a,2"], "1 classes"),
        (["1,a,2", "x,b,2"], "could not convert"),
        (["1,a,2", "1,b"], "inhomogeneous"),
        (["1,a,nan", "1,b,2"], "finite"),
    ],
)
def test_a_recording_of_another_form_is_named(tmp_path: Path, lines: list[str], told: str):
    with pytest.raises(LearningError, match=rf"mine.csv: .*{told}"):
        Recording(2, seed=1, recording=recording(tmp_path, lines))


def test_a_recording_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(LearningError, match=r"none\.csv"):
        Recording(2, seed=1, recording=str(tmp_path / "none.csv"))
    with pytest.raises(LearningError, match="its own drift"):
        Recording(2, seed=1, kind="abrupt", recording=recording(tmp_path, ["1,a,2", "1,b,2"]))


def test_the_images_of_mnist_are_named_where_their_package_is_missing(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr("py_agent.learning.streams.mnist._loaded", _loaded.__wrapped__)
    with pytest.raises(LearningError, match=r"pip install 'ns3-twin\[images\]'"):
        RotatingMnist(2, seed=1)
