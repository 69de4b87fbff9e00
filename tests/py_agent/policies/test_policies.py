from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from ns3_bridge.settings import check_settings, settings_model
from py_agent.policies import Network, UnknownPolicy, is_rule, load_policy, policy_names
from py_agent.policies.association import LoadBalancing, Strongest, congestion
from py_agent.policies.share_rules import (
    equal,
    proportional,
    shares_within_cells,
    square_root,
    srpt,
)

TASK_CYCLES = np.full(4, 4e8)


def network(n_ue, n_bs):
    import ns3_scenarios
    from ns3_bridge import describe

    program = ns3_scenarios.program("cellular")
    description = describe([program, f"--n_ue={n_ue}", f"--n_bs={n_bs}"])
    model = settings_model(description.settings)
    settings = check_settings(model, {"n_ue": n_ue, "n_bs": n_bs}).model_dump()
    return Network("cellular", settings, description.schema)


def observation(rsrp_dbm, serving=None, backlog=None):
    rsrp_dbm = np.asarray(rsrp_dbm, np.float32)
    n_ue, n_bs = rsrp_dbm.shape
    backlog = np.zeros((n_ue, n_bs)) if backlog is None else np.asarray(backlog, float)
    return {
        "time_s": np.array([1.0]),
        "slot_in_frame": np.array([0], np.int32),
        "rsrp_dbm": rsrp_dbm,
        "serving_bs": np.zeros(n_ue, np.int32) if serving is None else np.asarray(serving),
        "created_bit": np.zeros(n_ue, np.int64),
        "task_rate_hz": np.full(n_ue, 0.5),
        "task_mean_bit": np.full(n_ue, 4e5),
        "task_mean_cycles": np.full(n_ue, 4e8),
        "compute_capacity_hz": np.full(n_bs, 2e9),
        "upload_backlog_bit": backlog.sum(axis=1) / 1000,
        "compute_head_cycles": backlog,
        "compute_backlog_cycles": backlog,
        "tasks_computing": (backlog > 0).astype(np.int32),
        "tasks_uploading": (backlog.sum(axis=1) > 0).astype(np.int32),
        "oldest_age_s": np.zeros(n_ue, np.float32),
        "sinr_ul_db": np.full(n_ue, 10, np.float32),
        "rb_used_ul": np.zeros(n_ue, np.float32),
        "position_m": np.zeros((n_ue, 2), np.float32),
        "velocity_mps": np.ones((n_ue, 2), np.float32),
        "bs_position_m": np.arange(2.0 * n_bs, dtype=np.float32).reshape(n_bs, 2) * 100,
        "tasks_created": np.zeros(n_ue, np.int64),
        "delivered_bit": np.zeros(n_ue, np.int64),
        "upload_unconfirmed_bit": np.zeros(n_ue),
    }


def test_max_rsrp_takes_the_strongest():
    rule = Strongest()
    rule.begin(network(2, 2))
    assert rule.associate(observation([[-80, -90], [-95, -70]])).tolist() == [0, 1]


def test_load_balancing_spreads_users_that_hear_both():
    rule = LoadBalancing()
    rule.begin(network(8, 2))
    association = rule.associate(observation(np.full((8, 2), -80.0), serving=[-1] * 8))
    assert np.bincount(association).tolist() == [4, 4]


def test_load_balancing_counts_the_work_of_each_user():
    # Two users with five times the work of the others do not meet at one server.
    rule = LoadBalancing()
    rule.begin(network(6, 2))
    seen = observation(np.full((6, 2), -80.0), serving=[-1] * 6)
    seen["task_mean_cycles"] = np.array([1, 10, 1, 10, 1, 1]) * 2e8
    association = rule.associate(seen)
    assert association[1] != association[3]


def test_load_balancing_never_takes_a_cell_that_is_hardly_heard():
    rule = LoadBalancing(window_db=6)
    rule.begin(network(8, 2))
    assert (rule.associate(observation([[-80, -87]] * 8)) == 0).all()


def test_load_balancing_stays_where_nothing_is_gained():
    rule = LoadBalancing()
    rule.begin(network(2, 2))
    near = observation([[-80, -79.9], [-79.9, -80]], serving=[0, 1])
    assert rule.associate(near).tolist() == [0, 1]


@given(hnp.arrays(np.float64, 5, elements=st.floats(0, 50)))
def test_congestion_is_continuous_rising_and_at_least_one(load):
    assert (congestion(load) >= 1).all()
    assert (np.diff(congestion(np.sort(load))) >= 0).all()
    assert congestion(np.array([0.9 + 1e-9])) == pytest.approx(congestion(np.array([0.9 - 1e-9])))


def test_share_rules_follow_their_formulas():
    work = np.array([4e8, 16e8, 1e8, 0])
    assert equal(work, work, TASK_CYCLES).tolist() == [1, 1, 1, 1]
    assert np.allclose(proportional(work, work, TASK_CYCLES) / 1e8, [4, 16, 1, 4])
    assert np.allclose(square_root(work, work, TASK_CYCLES) / 1e4, [2, 4, 1, 2])
    assert np.allclose(srpt(work, work, TASK_CYCLES), [1, 4.0**-6, 4.0**6, 1])


def test_the_square_root_rule_minimises_the_sum_of_delays():
    # The optimum of min Σ Q/λ under Σ λ = C, against random other divisions.
    work = np.array([1.0, 3.0, 8.0])
    best = np.sqrt(work) / np.sqrt(work).sum()
    others = np.random.default_rng(0).dirichlet(np.ones(3), 2000)
    assert (work / best).sum() <= (work / others).sum(axis=1).min()


@given(
    hnp.arrays(np.float64, 6, elements=st.floats(0, 1e12)),
    hnp.arrays(np.int32, 6, elements=st.integers(-1, 2)),
)
def test_shares_add_up_to_one_in_every_cell(weights, serving):
    shares = shares_within_cells(weights, serving)
    assert ((shares >= 0) & (shares <= 1)).all()
    for bs in np.unique(serving):
        total = shares[serving == bs].sum()
        assert total == pytest.approx(1 if weights[serving == bs].sum() > 0 else 0, abs=1e-5)


# Those that look ahead have tests of their own: test_oracle.py, test_twin_association.py.
# So have those of other scenarios: test_tcp.py, test_rate_control.py.
ELSEWHERE = (
    *("oracle", "rollout-", "newreno", "cubic", "bbr", "fast-tcp", "tcp-agent"),
    *("minstrel-ht", "ideal", "thompson", "rate-agent"),
)


@pytest.mark.parametrize(
    "name", [name for name in policy_names() if not name.startswith(ELSEWHERE)]
)
def test_every_policy_gives_valid_actions_and_repeats_itself(name):
    from ns3_bridge.actions import check_action

    facts = network(5, 3)
    generator = np.random.default_rng(1)
    seen = observation(
        generator.uniform(-110, -70, (5, 3)),
        serving=[-1, 0, 1, 2, 2],
        backlog=generator.uniform(0, 1e9, (5, 3)),
    )
    idle = {f.name: np.zeros(f.shape, f.dtype) for f in facts.schema.observations}
    seen = {**idle, **seen}
    actions = []
    for _ in range(2):
        policy = load_policy(name)
        policy.begin(facts, seed=4)
        decided = {**policy.decide_frame(seen), **policy.decide_slot(seen)}
        actions.append(check_action(decided, facts.schema))
    assert all(np.array_equal(actions[0][field], actions[1][field]) for field in actions[0])


def test_an_own_policy_is_loaded_from_the_current_folder(tmp_path, monkeypatch):
    (tmp_path / "stubborn.py").write_text(
        "class Stubborn:\n"
        "    def begin(self, network, seed): pass\n"
        "    def decide_frame(self, observation): return {}\n"
        "    def decide_slot(self, observation): return {}\n"
        "class Lazy:\n"
        "    def begin(self, network, seed): pass\n"
    )
    monkeypatch.chdir(tmp_path)
    assert load_policy("stubborn:Stubborn").decide_frame({}) == {}
    with pytest.raises(UnknownPolicy, match="lacks the methods decide_frame, decide_slot"):
        load_policy("stubborn:Lazy")
    with pytest.raises(UnknownPolicy, match="stubborn has no 'Busy'"):
        load_policy("stubborn:Busy")
    with pytest.raises(UnknownPolicy, match="there is no module 'missing_module'"):
        load_policy("missing_module:Class")


def test_an_unknown_policy_lists_the_known_ones():
    with pytest.raises(UnknownPolicy, match=r"known: strongest-equal.*load-srpt.*random"):
        load_policy("best")


def test_a_network_cannot_be_changed_by_a_policy():
    with pytest.raises(dataclasses.FrozenInstanceError):
        network(1, 1).scenario = "other"


@pytest.mark.parametrize(
    ("former", "now"), [("cmu", "load-srpt"), ("strongest-cmu", "strongest-srpt")]
)
def test_a_former_name_loads_and_warns(former, now):
    with pytest.warns(FutureWarning, match=f"{former} is now {now}"):
        assert type(load_policy(former)) is type(load_policy(now))
    assert is_rule(former)
