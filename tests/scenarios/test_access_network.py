"""Edge computing over another radio than LTE: the one of ``tests/toy_radio``, on real ns-3."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

import ns3_scenarios

INTERRUPTION_S = 0.05
SERVERS = {"compute": {"capacity_hz": 1e11}}  # so fast that the radio counts
STANDING = {"mobility": {"model": "static"}}
SATURATED = {"on_s": 1, "off_s": 0, "rate_hz": 200}


@pytest.fixture
def formula(formula_radio):
    made = []

    def make(**settings):
        radio = {"band_hz": 1e6, "interruption_s": INTERRUPTION_S}
        made.append(ns3_scenarios.make(formula_radio, {"radio": radio, **SERVERS, **settings}))
        return made[-1]

    yield make
    for env in made:
        env.close()


def action(observation, association=None, share=None):
    n_ue = len(observation["serving_bs"])
    equal = np.full(n_ue, 1 / n_ue)
    nearest = observation["snr_db"].argmax(1)
    return {
        "association": nearest if association is None else association,
        "bandwidth_share": equal if share is None else share,
        "compute_share": equal,
    }


def test_all_but_the_radio_is_declared_as_in_cellular(formula, cellular):
    settings = {"retraining": {"enabled": True}, "traffic": {"result_ratio": 0.5}}
    other = formula(n_ue=4, n_bs=2, **settings).schema
    lte = cellular(**SERVERS, **settings).schema
    assert (other.radio, lte.radio) == ("formula", "lte")
    of_lte = {field.name: field for field in lte.observations}
    for field in other.observations:
        if field.name != "snr_db":
            assert dataclasses.replace(of_lte[field.name], offset=field.offset) == field
    assert len(of_lte) > len(other.observations) > 30
    assert other.actions == lte.actions
    assert {table.name for table in lte.tables} - {table.name for table in other.tables} == {
        "radio_link"
    }


def test_tasks_and_results_come_through(formula):
    env = formula(n_ue=6, n_bs=3, duration_s=6, traffic={"rate_hz": 2, "result_ratio": 0.1})
    observation, _ = env.reset(seed=1)
    truncated, reward = False, 0.0
    while not truncated:
        observation, gained, _, truncated, _ = env.step(action(observation))
        reward += gained
    tasks = env.take_records()["task"]
    assert observation["tasks_created"].sum() == len(tasks) > 20
    done = tasks[np.isfinite(tasks["done_s"])]
    assert len(done) > 0.9 * len(tasks)
    assert (done["uploaded_s"] > done["created_s"]).all()
    assert (done["done_s"] > done["computed_s"]).all()
    age_s = np.where(np.isfinite(tasks["done_s"]), tasks["done_s"], observation["time_s"])
    assert reward == pytest.approx(-(age_s - tasks["created_s"]).sum(), rel=1e-6)


def test_shares_divide_the_band_of_a_station(formula):
    env = formula(n_ue=2, n_bs=1, duration_s=2, traffic=SATURATED, **STANDING)
    observation, _ = env.reset(seed=1)
    share = np.array([0.75, 0.25])
    truncated = False
    while not truncated:
        observation, *_, truncated, _ = env.step(action(observation, share=share))
    rate_bps = 1e6 * np.log2(1 + 10 ** (observation["snr_db"][:, 0] / 10))
    payload = 1376 / (1400 + 28)  # headers of transfer, UDP and IP
    assert observation["delivered_bit"] == pytest.approx(2 * share * rate_bps * payload, rel=0.05)


def test_a_handover_takes_its_time_and_loses_no_task(formula):
    env = formula(n_ue=1, n_bs=2, slots_per_frame=100, duration_s=3, traffic=SATURATED, **STANDING)
    observation, _ = env.reset(seed=1)
    home = int(observation["serving_bs"][0])
    away = np.array([1 - home])
    serving = []
    for _ in range(150):
        observation, *_ = env.step(action(observation, association=away))
        serving.append(int(observation["serving_bs"][0]))
    assert serving[:3] == [-1, -1, 1 - home]
    assert observation["handover_interruption_s"][0] == pytest.approx(INTERRUPTION_S)
    records = env.take_records()
    (row,) = records["handover"]
    assert (row["from_bs"], row["to_bs"]) == (home, 1 - home)
    assert row["interruption_s"] == pytest.approx(INTERRUPTION_S)
    tasks = np.sort(records["task"], order="task")
    done = tasks[np.isfinite(tasks["done_s"])]
    assert done["task"].tolist() == list(range(len(done)))
    assert (done["bs"] == 1 - home).all()
    assert len(done) > 50


def test_a_command_during_a_handover_is_refused(formula):
    env = formula(n_ue=1, n_bs=3, slots_per_frame=1, duration_s=1, **STANDING)
    observation, _ = env.reset(seed=1)
    home = int(observation["serving_bs"][0])
    for to in (1, 2, 2):
        command = np.array([(home + to) % 3])
        observation, *_ = env.step(action(observation, association=command))
    outcomes = next(t for t in env.schema.tables if t.name == "handover").columns
    labels = next(column["labels"] for column in outcomes if column["name"] == "outcome")
    rows = env.take_records()["handover"]
    assert [labels[row["outcome"]] for row in rows] == ["refused", "refused", "done"]


def test_the_same_seed_gives_the_same_bits(formula):
    def bits():
        env = formula(n_ue=5, n_bs=3, duration_s=2, slots_per_frame=10)
        observation, _ = env.reset(seed=4)
        seen = []
        for _ in range(100):
            observation, *_ = env.step(action(observation))
            seen += [array.tobytes() for array in observation.values()]
        return b"".join(seen)

    assert bits() == bits()
