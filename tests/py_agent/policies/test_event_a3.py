"""Event A3 on hand-made measurements (TS 36.331, 5.5.4.4)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ns3_bridge import Field, InvalidSetting, Schema
from py_agent.contract import Network
from py_agent.policies.event_a3 import EventA3

SLOT_S = 0.02
FIELDS = tuple(
    Field(name, "float32", shape, "1", -200, 200)
    for name, shape in (("rsrp_dbm", (1, 2)), ("serving_bs", (1,)), ("time_s", (1,)))
)
NETWORK = Network("mine", {}, Schema("mine", 0, 0, "1", "", FIELDS, (), {}, (), "lte"))


def begun(**parameters):
    rule = EventA3(**{"hysteresis_db": 1.0, "filter_coefficient": 0.0, **parameters})
    rule.begin(NETWORK)
    return rule


def seen(margin_db, slot, serving=0):
    """One user that hears station 1 by so much better than station 0."""
    return {
        "rsrp_dbm": np.array([[-90.0, -90.0 + margin_db]]),
        "serving_bs": np.array([serving], np.int32),
        "time_s": np.array([1.0 + SLOT_S * slot]),
    }


def after(rule, margins_db, serving=0):
    """The association after these slots."""
    for slot, margin_db in enumerate(margins_db):
        rule.watch(seen(margin_db, slot, serving))
    return int(rule.associate(seen(margins_db[-1], len(margins_db) - 1, serving))[0])


def test_it_enters_above_offset_plus_hysteresis_alone():
    assert after(begun(offset_db=2, time_to_trigger_s=0), [3.0]) == 0  # not greater
    assert after(begun(offset_db=2, time_to_trigger_s=0), [3.1]) == 1


def test_the_condition_must_hold_for_the_time_to_trigger_without_a_gap():
    rule = {"offset_db": 2, "time_to_trigger_s": 0.1}
    assert after(begun(**rule), [4.0] * 5) == 0  # 80 ms
    assert after(begun(**rule), [4.0] * 6) == 1  # 100 ms
    assert after(begun(**rule), [4.0] * 5 + [2.5] + [4.0] * 5) == 0


def test_what_is_reported_stays_so_between_the_two_conditions():
    rule = {"offset_db": 2, "time_to_trigger_s": 0.04}
    assert after(begun(**rule), [4.0] * 3 + [1.5] * 10) == 1  # above offset − hysteresis
    assert after(begun(**rule), [4.0] * 3 + [0.5] * 2) == 1  # left for 20 ms
    assert after(begun(**rule), [4.0] * 3 + [0.5] * 3) == 0


def test_a_handover_starts_all_anew():
    rule = begun(offset_db=2, time_to_trigger_s=0.04)
    assert after(rule, [4.0] * 3) == 1
    later = [seen(-4.0, slot, serving=1) for slot in range(3, 6)]  # now station 0 is better
    assert [int(rule.associate(one)[0]) for one in later] == [1, 1, 0]


def test_the_best_of_those_reported_is_taken_and_who_has_none_takes_the_strongest():
    rule = begun(offset_db=0, time_to_trigger_s=0)
    heard = np.tile([-90.0, -85.0, -80.0], (2, 1))
    found = rule.associate(
        {
            "rsrp_dbm": heard,
            "serving_bs": np.array([0, -1], np.int32),
            "time_s": np.array([1.0]),
        }
    )
    assert found.tolist() == [2, 2]


def test_layer_3_halves_the_difference_in_200_ms_with_k_4():
    rule = begun(offset_db=0, hysteresis_db=4.9, time_to_trigger_s=0, filter_coefficient=4)
    rule.watch(seen(0.0, 0))
    assert rule.associate(seen(10.0, 9))[0] == 0  # 180 ms: 4.64 dB
    assert begun_and_filtered(11) == 1


def begun_and_filtered(slots):
    rule = begun(offset_db=0, hysteresis_db=4.9, time_to_trigger_s=0, filter_coefficient=4)
    rule.watch(seen(0.0, 0))
    return int(rule.associate(seen(10.0, slots))[0])


def test_the_filter_of_a_user_starts_when_it_comes():
    rule = begun(offset_db=2, time_to_trigger_s=0.04, filter_coefficient=19.0)
    away = {**seen(0.0, 0, -1), "present": np.array([0]), "rsrp_dbm": np.full((1, 2), -140.0)}
    for slot in range(10):
        rule.watch({**away, "time_s": np.array([1.0 + SLOT_S * slot])})
    for slot in range(10, 14):  # 60 ms
        there = {**seen(8.0, slot), "present": np.array([1])}
        rule.watch(there)
    assert rule.associate(there).tolist() == [1]


def test_a_new_run_remembers_nothing():
    rule = begun(offset_db=2, time_to_trigger_s=0.04)
    after(rule, [4.0] * 3)
    assert rule.associate(seen(4.0, -10))[0] == 0


@given(st.lists(st.lists(st.floats(-9, 9), min_size=2, max_size=2), min_size=1, max_size=20))
def test_a_batch_is_its_networks_one_by_one(margins_db):
    parameters = {"offset_db": 1, "time_to_trigger_s": 0.06, "filter_coefficient": 4}
    together, alone = begun(**parameters), [begun(**parameters) for _ in range(2)]
    for slot, pair in enumerate(margins_db):
        one_by_one = [seen(margin, slot) for margin in pair]
        stacked = {name: np.stack([one[name] for one in one_by_one]) for name in one_by_one[0]}
        expected = [
            int(rule.associate(one)[0]) for rule, one in zip(alone, one_by_one, strict=True)
        ]
        assert together.associate(stacked)[:, 0].tolist() == expected


@given(st.lists(st.floats(-9, 2.9), min_size=1, max_size=30))
def test_nobody_moves_to_a_station_that_never_was_better_by_offset_and_hysteresis(margins_db):
    assert after(begun(offset_db=2, time_to_trigger_s=0), margins_db) == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [("offset_db", -15.5), ("hysteresis_db", -1), ("time_to_trigger_s", float("nan"))],
)
def test_what_a_network_cannot_configure_is_refused(name, value):
    with pytest.raises(InvalidSetting, match=rf"{name} = .* from"):
        EventA3(**{name: value})
