"""Messages of a run that goes on, and of the same run from its folder."""

from __future__ import annotations

import json

import numpy as np
import pytest

from py_agent.experiment.run_data import observed_field, slot_field, slot_rewards, table_columns
from py_agent.live.history import History
from py_agent.live.messages import Message, unpack
from py_agent.live.recorded import recorded_messages
from py_agent.live.watcher import LiveWatcher

PLENTY = 10**9


def texts_of(messages, kind):
    texts = [json.loads(message.data) for message in messages if not message.is_slot]
    return [text for text in texts if text["kind"] == kind]


def slots_of(messages):
    return [unpack(message.data) for message in messages if message.is_slot]


def values_of(begin, name, values, source="observation"):
    field = next(f for f in begin["fields"] if (f["source"], f["name"]) == (source, name))
    if field["at"] is None:
        return np.reshape(field["constant"], field["shape"])
    count = int(np.prod(field["shape"]))
    return values[field["at"] : field["at"] + count].reshape(field["shape"])


@pytest.fixture
def watched(small_run):
    """A run and what was told of it."""
    told = []
    return small_run().execute(watcher=LiveWatcher("1", told.append)), told


def test_a_slot_holds_what_was_observed_and_decided(watched):
    folder, told = watched
    (begin,) = texts_of(told, "begin")
    slots = slots_of(told)
    assert [head["slot"] for head, _ in slots] == list(range(101))
    assert [head["reward"] for head, _ in slots[1:]] == slot_rewards(folder).tolist()
    for name in ("position_m", "serving_bs", "created_bit", "bs_position_m"):
        seen = observed_field(folder, name).astype(np.float32)
        for slot in (0, 50, 100):
            shown = values_of(begin, name, slots[slot][1])
            assert (shown.astype(np.float32) == seen[slot]).all(), (name, slot)
    shares = slot_field(folder, "action.bandwidth_share")
    shown = values_of(begin, "bandwidth_share", slots[7][1], "action")
    assert (shown == shares[6]).all()
    assert np.isnan(values_of(begin, "bandwidth_share", slots[0][1], "action")).all()


def test_records_and_the_end_are_told(watched):
    folder, told = watched
    tasks = [
        text["tables"]["task"] for text in texts_of(told, "records") if "task" in text["tables"]
    ]
    done = [time for table in tasks for time in table["done_s"] if time is not None]
    recorded = table_columns(folder, "task")["done_s"]
    assert done == recorded[~np.isnan(recorded)].tolist()
    assert texts_of(told, "end") == [
        {"kind": "end", "run": "1", "status": "finished", "reason": "", "folder": str(folder.path)}
    ]


def test_a_folder_tells_the_same_as_the_run_did(watched):
    folder, told = watched
    again = list(recorded_messages(folder, "1", PLENTY))
    (begin,), (begin_again,) = texts_of(told, "begin"), texts_of(again, "begin")
    for name in ("name", "scenario", "policy", "seed", "slots", "slot_s", "slots_per_frame"):
        assert begin[name] == begin_again[name]
    meanings = [
        {
            (f["source"], f["name"]): [
                f[k] for k in ("unit", "dims", "low", "high", "missing", "labels")
            ]
            for f in one["fields"]
        }
        for one in (begin, begin_again)
    ]
    assert meanings[0] == meanings[1]
    first, second = slots_of(told), slots_of(again)
    assert len(first) == len(second)
    for slot in (0, 33, 100):
        assert first[slot][0] == pytest.approx(second[slot][0])
        for field in begin["fields"]:
            one, other = (
                values_of(told_of, field["name"], slots[slot][1], field["source"])
                for told_of, slots in ((begin, first), (begin_again, second))
            )
            assert np.array_equal(np.float32(one), np.float32(other), equal_nan=True), field["name"]
    (records,) = texts_of(again, "records")
    outcomes = [
        outcome
        for text in texts_of(told, "records")
        for outcome in text["tables"].get("handover", {}).get("outcome", [])
    ]
    assert records["tables"].get("handover", {}).get("outcome", []) == outcomes


def test_of_a_long_run_some_slots_are_taken(recorded):
    heads = [
        head for head, _ in slots_of(recorded_messages(recorded[0], "1", PLENTY, most_slots=30))
    ]
    assert [head["slot"] for head in heads] == list(range(0, 101, 4))


def test_the_twin_of_a_policy_tells_what_it_expects(small_run):
    told = []
    small_run("twin-fill").execute(watcher=LiveWatcher("1", told.append))
    forecasts = texts_of(told, "forecast")
    (begin,), slots = texts_of(told, "begin"), slots_of(told)
    assert [round(f["for_s"] - f["made_s"], 6) for f in forecasts] == [0.5] * 4
    expected = forecasts[1]["values"]["position_m"]
    head, values = next(s for s in slots if s[0]["time_s"] >= forecasts[1]["for_s"] - 1e-6)
    missed_m = values_of(begin, "position_m", values) - np.reshape(expected["mean"], (4, 2))
    walked_m = 0.5 * 15  # at most
    assert (np.hypot(*missed_m.T) < walked_m).all(), head
    assert min(expected["sd"]) > 0


def test_looking_on_changes_no_decision(small_run):
    seen = [
        small_run("twin-fill").execute(watcher=watcher)
        for watcher in (None, LiveWatcher("1", lambda message: None))
    ]
    for name in ("position_m", "upload_backlog_bit", "serving_bs", "rsrp_dbm"):
        assert (observed_field(seen[0], name) == observed_field(seen[1], name)).all()


def test_a_run_that_fails_says_why(small_run):
    told = []

    class Stops(LiveWatcher):
        def follow(self, slot):
            super().follow(slot)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        small_run().execute(watcher=Stops("1", told.append))
    (end,) = texts_of(told, "end")
    assert end["status"] == "interrupted"


def test_a_history_keeps_texts_and_both_ends_of_runs():
    history = History(most_bytes=400)
    for number in range(1000):
        history.append(Message("a" if number % 3 else "b", bytes([number % 256] * 10)))
        if number % 100 == 0:
            history.append(Message("a", str(number)))
    kept = list(history)
    assert [m.data for m in kept if not m.is_slot] == [str(n) for n in range(0, 1000, 100)]
    assert sum(len(m.data) for m in kept if m.is_slot) <= 400
    assert {m.run for m in kept if m.is_slot} == {"a", "b"}
    assert kept[0].data == bytes([0] * 10)
    assert kept[-1].data == bytes([999 % 256] * 10)


def test_a_folder_tells_what_the_twin_expected(small_run):
    told = []
    folder = small_run("twin-fill").execute(watcher=LiveWatcher("1", told.append))
    expected = texts_of(told, "forecast")
    again = texts_of(recorded_messages(folder, "1", PLENTY), "forecast")
    assert [f["for_s"] for f in again] == [f["for_s"] for f in expected]
    for one, other in zip(expected, again, strict=True):
        for name, values in one["values"].items():
            assert other["values"][name]["sd"] == pytest.approx(values["sd"], rel=1e-3), name
            for mean, mean_again in zip(values["mean"], other["values"][name]["mean"], strict=True):
                assert mean_again == (mean if mean is None else pytest.approx(mean, rel=1e-3)), name
