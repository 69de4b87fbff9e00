"""Features, agents and their policy, without training."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest

import ns3_scenarios
from py_agent.driver import play
from py_agent.drl.agent import ACTIONS, Agent
from py_agent.drl.errors import InvalidAgent
from py_agent.drl.features import FEATURES, user_features, without_models
from py_agent.drl.policy import DrlPolicy
from py_agent.drl.trained import AGENTS
from py_agent.learning.learning_settings import LearningSettings
from py_agent.policies import Network, fingerprint, load_policy
from py_agent.policies.association import LoadBalancing
from py_agent.policies.cell_work import WorkMeter
from py_agent.policies.fill import FillDivider, FillPolicy
from py_agent.policies.retraining import WithRetraining
from py_agent.policies.spare_time import SpareTime
from py_agent.radio.link_model import link_model_of
from py_agent.twin.environment.env import make_vector


def agent(scale=1.0, *, falls_back=False, seed=0):
    rng = np.random.default_rng(seed)
    layers = [
        (rng.normal(size=(len(FEATURES), 16)).astype(np.float32), np.zeros(16, np.float32)),
        (
            scale * rng.normal(size=(16, len(ACTIONS))).astype(np.float32),
            np.zeros(len(ACTIONS), np.float32),
        ),
    ]
    return Agent(layers, [], "clip", 2.0, {"falls_back": falls_back})


@pytest.fixture(scope="module")
def seen():
    """A network with waiting tasks, and one observation of it."""
    settings = {"n_ue": 12, "n_bs": 3, "duration_s": 4, "traffic": {"rate_hz": 4}}
    env = ns3_scenarios.make("cellular", settings)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    policy = load_policy("strongest-equal")
    policy.begin(network, 1)
    observation, _ = env.reset(seed=2)
    *_, last = play(env, policy, network, observation, 150)
    observation = last.after
    env.close()
    assert (observation["upload_backlog_bit"] > 0).any()
    assert (observation["compute_backlog_cycles"] > 0).any()
    return network, observation


def slot_decision(policy, seen):
    network, observation = seen
    policy.begin(network, 1)
    return policy.decide_slot(observation)


@pytest.mark.parametrize("quiet", [agent(scale=0.0), agent(falls_back=True)])
def test_an_agent_that_says_nothing_is_the_rule(seen, quiet):
    rule = slot_decision(FillPolicy(LoadBalancing()), seen)
    drl = slot_decision(DrlPolicy(LoadBalancing(), quiet), seen)
    assert all(np.array_equal(rule[name], drl[name]) for name in rule)


def test_an_agent_can_turn_the_order_round(seen):
    weight = np.zeros((len(FEATURES), len(ACTIONS)), np.float32)
    weight[FEATURES.index("compute_priority"), ACTIONS.index("compute_share")] = -3
    contrary = Agent([(weight, np.zeros(len(ACTIONS), np.float32))], [], "clip", 2.0, {})
    network, observation = seen
    rule = slot_decision(FillPolicy(LoadBalancing()), seen)
    drl = slot_decision(DrlPolicy(LoadBalancing(), contrary), seen)
    assert np.array_equal(rule["bandwidth_share"], drl["bandwidth_share"])
    work = WorkMeter(network).measure(observation)
    crowded = np.bincount(work.server[work.compute_s > 0.1]).argmax()
    users = np.flatnonzero((work.server == crowded) & (work.compute_s > 0.1))
    first = users[rule["compute_share"][users].argmax()]
    assert drl["compute_share"][first] < rule["compute_share"][first]


@pytest.fixture(scope="module")
def learning():
    """A network of the twin whose models are retrained."""
    settings = {"n_ue": 12, "duration_s": 3, "retraining": {"enabled": True}}
    settings |= {"traffic": {"rate_hz": 2}, "compute": {"mode": "quota"}}
    learning = LearningSettings()
    networks = make_vector(2, settings, learning=learning)
    known = {**networks.settings.model_dump(), "learning": learning.model_dump()}
    yield networks, Network("cellular", known, networks.schema)
    networks.close()


def decisions(policy, networks, network, slots=100):
    policy.begin(network, 1)
    observation, _ = networks.reset(seed=1)
    for slot in play(networks, policy, network, observation, slots):
        yield slot.action


def test_an_agent_that_says_nothing_retrains_as_the_rule_does(learning):
    rule = WithRetraining(FillPolicy(LoadBalancing()), SpareTime())
    pairs = zip(
        decisions(rule, *learning),
        list(decisions(DrlPolicy(LoadBalancing(), agent(scale=0.0)), *learning)),
        strict=True,
    )
    submitted = 0
    for expected, done in pairs:
        assert expected.keys() == done.keys()
        assert all(np.array_equal(expected[name], done[name]) for name in expected)
        submitted += (done["retraining_ratio"] > 0).sum()
    assert submitted > 10


@pytest.mark.parametrize(("sign", "more"), [(1.0, True), (-1.0, False)])
def test_an_agent_decides_how_much_is_retrained(learning, sign, more):
    def samples(policy):
        return sum(action["retraining_ratio"].sum() for action in decisions(policy, *learning))

    bias = np.zeros(len(ACTIONS), np.float32)
    bias[ACTIONS.index("retraining_ratio")] = sign
    weight = np.zeros((len(FEATURES), len(ACTIONS)), np.float32)
    shifted = DrlPolicy(LoadBalancing(), Agent([(weight, bias)], [], "clip", 2.0, {}))
    plain = DrlPolicy(LoadBalancing(), agent(scale=0.0))
    assert (samples(shifted) > samples(plain)) == more


def test_without_a_twin_decisions_rest_on_the_last_report(learning):
    facts = {"training": {"view": "raw", "timescale": "slot"}, "falls_back": True}
    policy = DrlPolicy(LoadBalancing(), dataclasses.replace(agent(), facts=facts))
    shares = [action["bandwidth_share"] for action in decisions(policy, *learning, slots=50)]
    changes = [not np.array_equal(a, b) for a, b in itertools.pairwise(shares)]
    after_handovers = np.flatnonzero(changes[10:]) + 11
    assert len(after_handovers) > 0
    assert (after_handovers % 5 == 0).all()  # reported in every fifth slot


def test_without_a_twin_the_edge_knows_its_own_jobs(learning):
    """Or a job would be submitted again in every slot until the next report."""
    facts = {"training": {"view": "raw", "timescale": "slot"}, "falls_back": True}
    policy = DrlPolicy(LoadBalancing(), dataclasses.replace(agent(), facts=facts))
    networks, network = learning
    policy.begin(network, 1)
    observation, _ = networks.reset(seed=1)
    under_way = np.zeros(observation["accuracy"].shape, bool)
    submitted = 0
    for slot in play(networks, policy, network, observation, 100):
        jobs = slot.action["retraining_ratio"] > 0
        assert not (jobs & under_way).any()
        submitted += jobs.sum()
        under_way = slot.after["training_backlog_samples"] > 0
    assert submitted > 10


def test_features_do_not_depend_on_the_order_of_users(seen):
    network, observation = seen
    order = np.random.default_rng(3).permutation(12)
    shared = {"time_s", "slot_in_frame", "bs_position_m", "compute_capacity_hz"}
    per_user = {
        name: value if name in shared or value.shape[0] != 12 else value[order]
        for name, value in observation.items()
    }
    meter, divider = WorkMeter(network), FillDivider(network)
    link = link_model_of(network)

    def features(observation):
        work = meter.measure(observation)
        priorities = divider.priorities(work, observation)
        return user_features(work, observation, priorities, 50, without_models(observation), link)

    plain, permuted = features(observation), features(per_user)
    assert np.allclose(plain[order], permuted, atol=1e-6)
    assert np.isfinite(plain).all()
    assert np.abs(plain).max() < 20


def test_what_was_trained_elsewhere_decides_for_seven_cells_and_forty_users():
    settings = {"n_ue": 40, "n_bs": 7, "duration_s": 0.1, "warmup_s": 0.3}
    env = ns3_scenarios.make("cellular", settings)
    policy = load_policy("twin-drl")  # trained with 20 users and 3 base stations
    policy.begin(Network("cellular", env.settings.model_dump(), env.schema), 1)
    observation, _ = env.reset(seed=1)
    frame = policy.decide_frame(observation)
    for _ in range(5):
        decision = policy.decide_slot(observation)
        observation, *_ = env.step({**frame, **decision})
    env.close()
    assert decision["compute_share"].shape == (40,)
    assert len(np.unique(frame["association"])) > 3


def test_an_agent_is_what_was_saved(tmp_path):
    path = tmp_path / "agent.npz"
    kept = agent()
    kept.save(path)
    again = Agent.load(path)
    features = np.random.default_rng(1).normal(size=(5, len(FEATURES))).astype(np.float32)
    cell = np.zeros(5, np.int32)
    assert np.array_equal(kept(features, cell), again(features, cell))
    before = fingerprint(f"twin-drl={path}")
    agent(seed=1).save(path)
    assert fingerprint(f"twin-drl={path}") != before


@pytest.mark.parametrize(
    ("policy", "bundled"),
    [
        ("twin-drl", "default"),
        ("twin-drl", "wifi"),
        ("rollout-drl", "wifi"),
        ("single-twin-drl", "frame"),
        ("no-twin-drl", "raw"),
    ],
)
def test_the_fingerprint_is_of_the_agents_that_may_play(policy, bundled, monkeypatch):
    """Or results of an agent would be taken for those of the one in its place."""
    before, read = fingerprint(policy), Path.read_bytes

    def changed(file):
        return read(file) + b"another" * (file.name == f"{bundled}.npz")

    monkeypatch.setattr(Path, "read_bytes", changed)
    assert fingerprint(policy) != before


def test_a_file_that_is_no_agent_is_told(tmp_path):
    with pytest.raises(InvalidAgent, match="cannot read an agent"):
        load_policy(f"load-drl={tmp_path / 'none.npz'}")
    (tmp_path / "text.npz").write_text("no")
    with pytest.raises(InvalidAgent, match="cannot read an agent"):
        load_policy(f"load-drl={tmp_path / 'text.npz'}")


@pytest.mark.parametrize(("scenario", "own"), [("cellular", "default"), ("wifi", "wifi")])
def test_the_agent_that_comes_along_is_the_one_of_the_radio(scenario, own):
    settings = {"n_ue": 12, "retraining": {"enabled": True}, "traffic": {"rate_hz": 8}}
    learning = LearningSettings()
    networks = make_vector(2, settings, learning=learning, scenario=scenario)
    known = {**networks.settings.model_dump(), "learning": learning.model_dump()}
    network = Network(scenario, known, networks.schema)

    def decided(name):
        return [
            {field: value.tolist() for field, value in action.items()}
            for action in decisions(load_policy(name), networks, network, slots=60)
        ]

    by_file = {name: decided(f"load-drl={AGENTS / name}.npz") for name in ("default", "wifi")}
    assert by_file["default"] != by_file["wifi"]
    assert decided("load-drl") == by_file[own]
    networks.close()


@pytest.mark.parametrize(
    ("training", "knows"),
    [
        ({"retrain": True}, True),
        ({"retrain": False}, False),
        ({"retrain": False, "variants": [{"retrain": None}]}, False),
        ({"retrain": False, "variants": [{"retrain": None}, {"retrain": True}]}, True),
    ],
)
def test_an_agent_that_never_met_models_is_refused_where_there_are_some(training, knows):
    settings = {"n_ue": 3, "n_bs": 2, "retraining": {"enabled": True}}
    networks = make_vector(1, settings, learning=LearningSettings())
    known = {**networks.settings.model_dump(), "learning": LearningSettings().model_dump()}
    network = Network("cellular", known, networks.schema)
    one = agent()
    one.facts["training"] = training
    if knows:
        DrlPolicy(LoadBalancing(), one).begin(network, 1)
    else:
        with pytest.raises(InvalidAgent, match="without users' models"):
            DrlPolicy(LoadBalancing(), one).begin(network, 1)
    networks.close()
