"""Association commands on real ns-3: every one has an outcome, and lost users come back."""

from __future__ import annotations

import numpy as np
import pytest

STATES = ["none", "pending", "done", "refused", "failed", "superseded", "waiting"]
NEAR = {"layout": {"site_distance_m": 100}, "mobility": {"speed_min_mps": 0.01}}


def labels(env, table, column):
    (found,) = (t for t in env.schema.tables if t.name == table)
    return next(c["labels"] for c in found.columns if c["name"] == column)


def command(env, targets):
    """Step once with these base stations as targets. Returns the observation."""
    n_ue = len(targets)
    share = np.full(n_ue, 1 / n_ue, np.float32)
    observation, *_ = env.step(
        {"association": targets, "compute_share": share, "bandwidth_share": share}
    )
    return observation


def state(observation, ue=0):
    return STATES[observation["handover_state"][ue]]


@pytest.fixture
def milliseconds(cellular):
    """One user among three near base stations, slots and frames of 1 ms."""
    env = cellular(n_ue=1, n_bs=3, slot_s=0.001, slots_per_frame=1, duration_s=0.5, **NEAR)
    observation, _ = env.reset(seed=1)
    first = int(observation["serving_bs"][0])
    return env, first, (first + 1) % 3, (first + 2) % 3


def test_a_command_waits_for_the_handover_under_way(milliseconds):
    env, _, second, third = milliseconds
    assert state(command(env, [second])) == "pending"
    assert state(command(env, [third])) == "waiting"
    observation = command(env, [third])
    while state(observation) != "done":
        observation = command(env, [third])
    assert observation["serving_bs"][0] == third
    rows = env.take_records()["handover"]
    assert [STATES[outcome] for outcome in rows["outcome"]] == ["done", "done"]
    assert rows["to_bs"].tolist() == [second, third]
    assert rows["from_bs"][1] == second
    assert rows["commanded_s"][1] == pytest.approx(1.001)
    assert rows["started_s"][1] > rows["ended_s"][0] > rows["commanded_s"][1]
    # Ideal RRC: from the handover command to the random access response.
    assert ((rows["interruption_s"] > 0.003) & (rows["interruption_s"] < 0.02)).all()
    assert observation["handover_interruption_s"][0] == np.float32(rows["interruption_s"][1])


def test_a_command_that_is_replaced_before_it_starts_is_superseded(milliseconds):
    env, first, second, third = milliseconds
    command(env, [second])
    command(env, [third])
    assert state(command(env, [first])) == "waiting"  # instead of third
    assert state(command(env, [second])) == "pending"  # where the user goes anyway
    observation = command(env, [second])
    while state(observation) != "done":
        observation = command(env, [second])
    rows = env.take_records()["handover"]
    assert [STATES[outcome] for outcome in rows["outcome"]] == ["superseded", "superseded", "done"]
    assert rows["to_bs"].tolist() == [third, first, second]
    assert np.isnan(rows["started_s"][:2]).all()


def test_what_is_open_at_the_end_has_a_row(cellular):
    env = cellular(n_ue=1, n_bs=3, slot_s=0.001, slots_per_frame=1, duration_s=0.003, **NEAR)
    observation, _ = env.reset(seed=1)
    first = int(observation["serving_bs"][0])
    for hop in (1, 2, 2):
        command(env, [(first + hop) % 3])
    rows = env.take_records()["handover"]
    assert [STATES[outcome] for outcome in rows["outcome"]] == ["pending", "waiting"]
    assert np.isnan(rows["ended_s"]).all()


def test_a_user_without_a_connection_is_refused(cellular):
    env = cellular(n_ue=1, n_bs=2, warmup_s=0, slot_s=0.001, duration_s=0.01)
    observation, _ = env.reset(seed=1)
    assert observation["serving_bs"][0] == -1
    assert observation["connection_state"][0] == 0  # searching
    assert state(command(env, [1])) == "refused"
    (row,) = env.take_records()["handover"]
    assert labels(env, "handover", "reason")[row["reason"]] == "not_connected"
    assert row["from_bs"] == -1


def test_a_cell_without_a_place_left_rejects_the_handover(cellular):
    # An SRS period of 2 ms has places for two users in each cell.
    env = cellular(
        n_ue=3,
        n_bs=2,
        slot_s=0.005,
        slots_per_frame=1,
        ns3_attributes={"ns3::LteEnbRrc::SrsPeriodicity": 2},
        **NEAR,
    )
    observation, _ = env.reset(seed=1)
    serving = observation["serving_bs"].tolist()
    crowded = int(sum(serving) >= 2)
    assert sorted(serving) == sorted([crowded, crowded, 1 - crowded])
    observation = command(env, [crowded] * 3)
    rows = env.take_records()["handover"]
    assert [STATES[outcome] for outcome in rows["outcome"]] == ["failed"]
    assert labels(env, "handover", "reason")[rows["reason"][0]] == "rejected"
    assert np.isnan(rows["interruption_s"][0])  # the user never left its cell
    assert observation["serving_bs"].tolist() == serving


def test_a_user_that_lost_its_link_is_back_within_a_second(cellular):
    # Sent to the far cell it decodes no more control channel: out of sync, T310, cell selection.
    env = cellular(
        n_ue=4,
        n_bs=2,
        duration_s=4.0,
        slots_per_frame=100,
        mobility={"speed_min_mps": 0.01, "speed_max_mps": 0.01},
        ns3_attributes={"ns3::LteUeRrc::N310": 1, "ns3::LteUeRrc::T310": "100ms"},
    )
    observation, _ = env.reset(seed=3)
    far = observation["rsrp_dbm"].argmin(axis=1)
    connected = []
    for _ in range(200):
        observation = command(env, far)
        connected.append(observation["connection_state"] == 2)
    records = env.take_records()
    rows = records["radio_link"]
    reasons = np.array(labels(env, "radio_link", "reason"))[rows["reason"]]
    assert (reasons == "radio_link_failure").any()
    assert (rows["restored_s"] - rows["lost_s"] < 1).all()  # none is open either
    assert (rows["restored_bs"] == 1 - far[rows["ue"]]).all()
    assert (np.bincount(rows["ue"], minlength=4) == observation["connection_losses"]).all()
    away = ~np.array(connected).all(axis=0)
    assert away[rows["ue"]].all()


@pytest.mark.parametrize("rrc", ["ideal", "real"])
def test_every_random_command_has_one_outcome(cellular, rrc):
    """The short form of `make soak`."""
    env = cellular(
        n_ue=12,
        n_bs=3,
        duration_s=3.0,
        slots_per_frame=6,
        mobility={"speed_max_mps": 30.0},
        radio={"ideal_rrc": rrc == "ideal"},
    )
    random = np.random.default_rng(1)
    observation, _ = env.reset(seed=1)
    for slot in range(150):
        if slot % 6 == 0:
            targets = random.integers(3, size=12)
        observation = command(env, targets)
    records = env.take_records()
    rows, links = records["handover"], records["radio_link"]
    outcome = np.array(STATES)[rows["outcome"]]
    reason = np.array(labels(env, "handover", "reason"))[rows["reason"]]
    assert {"done", "failed", "refused"} <= set(outcome)
    assert len(rows) > 150
    explained = np.isin(outcome, ["refused", "failed"])
    assert ((reason != "none") == explained).all()
    ended = ~np.isin(outcome, ["pending", "waiting"])
    assert (np.isfinite(rows["ended_s"]) == ended).all()
    assert (rows["ended_s"] >= rows["commanded_s"])[ended].all()
    done = rows[outcome == "done"]
    assert (done["from_bs"] != done["to_bs"]).all()
    assert (done["interruption_s"] > 0).all()
    assert (done["started_s"] + done["interruption_s"] <= done["ended_s"] + 1e-9).all()
    for ue in range(12):  # one command at a time
        own = np.sort(rows[(rows["ue"] == ue) & np.isfinite(rows["started_s"])], order="started_s")
        assert (own["started_s"][1:] >= own["ended_s"][:-1]).all()
    lost = np.bincount(links["ue"], minlength=12)
    assert (lost == observation["connection_losses"]).all()
    assert (links["restored_s"] > links["lost_s"])[np.isfinite(links["restored_s"])].all()


NS3_SCHEDULERS = [
    "cqa",
    "fdbet",
    "fdmt",
    "fdtbfq",
    "pf",
    "pss",
    "rr",
    "tdbet",
    "tdmt",
    "tdtbfq",
    "tta",
]


@pytest.mark.parametrize("scheduler", NS3_SCHEDULERS)
def test_all_schedulers_of_ns3_carry_tasks_and_handovers(cellular, scheduler):
    env = cellular(
        n_ue=6,
        duration_s=3,
        slots_per_frame=25,
        radio={"scheduler": scheduler},
        traffic={"model": "poisson"},
    )
    random = np.random.default_rng(1)
    action = {"compute_share": np.full(6, 1 / 6, np.float32)}
    observation, _ = env.reset(seed=1)
    for _ in range(150):
        if observation["slot_in_frame"][0] == 0:
            action["association"] = random.integers(2, size=6)
        observation, *_ = env.step(action)
    records = env.take_records()
    assert STATES.index("done") in records["handover"]["outcome"]
    assert np.isfinite(records["task"]["uploaded_s"]).any()
