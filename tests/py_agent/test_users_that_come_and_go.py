# SPDX-License-Identifier: MIT
"""Whoever decides, learns, predicts or counts knows which users are there."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

import ns3_scenarios
from py_agent.calibration.recorded import load_runs
from py_agent.calibration.traffic_fit import fit_traffic, stays_of
from py_agent.contract import present
from py_agent.driver import Decider, play
from py_agent.drl.user_decisions import UserDecisions
from py_agent.experiment.frame_log import FrameLog
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run
from py_agent.experiment.stay_statistics import summarise_stays
from py_agent.experiment.task_statistics import delay_parts, summarise_delays
from py_agent.fidelity.checkpoint import whole_settings
from py_agent.learning.env import LearningEnv
from py_agent.learning.learning_settings import LearningSettings
from py_agent.learning.plant import LearningPlant
from py_agent.policies import Network, load_policy
from py_agent.policies.association import LoadBalancing
from py_agent.policies.cell_work import WorkMeter
from py_agent.policies.fill import FillDivider
from py_agent.twin.environment.env import make
from py_agent.twin.errors import UnsuitableNetwork
from py_agent.twin.estimation.twin import Twin
from py_agent.twin.model.prior import prior_parameters
from py_agent.twin.rollout.observation import Observer
from py_agent.twin.rollout.rollout import Rollout
from py_agent.twin.rollout.simulate import simulate
from py_agent.twin.rollout.start import rollouts_of
from py_agent.view.figure import draw_run

NAN = float("nan")
SETTINGS = {
    **{"n_ue": 8, "n_bs": 2, "duration_s": 3, "slots_per_frame": 10},
    "arrival": {"rate_hz": 3, "sojourn_s": 1.5},
    "traffic": {"model": "poisson", "rate_hz": 4},
    "retraining": {"enabled": True, "cycles_per_sample": 2e7},
}


def test_no_model_learns_from_the_job_of_a_user_who_has_left(monkeypatch):
    numbers = []
    submit = LearningPlant.submit

    def noted(self, number, job):
        numbers.append(number)
        submit(self, number, job)

    monkeypatch.setattr(LearningPlant, "submit", noted)
    settings = {**SETTINGS, "arrival": {"rate_hz": 6, "sojourn_s": 0.4}, "slots_per_frame": 2}
    env = LearningEnv(make(settings), {"evaluated_samples": 20})
    env.reset(seed=2)
    action = {f.name: np.zeros(f.shape, f.dtype) for f in env.schema.actions}
    action["bandwidth_share"][:] = action["compute_share"][:] = 1 / SETTINGS["n_ue"]
    action["retrain"][:], action["retraining_ratio"][:] = 1, 0.5
    truncated = False
    while not truncated:
        *_, truncated, _ = env.step(action)
    env.close()
    assert len(numbers) > 10
    assert len(set(numbers)) == len(numbers)
    assert min(numbers) >= 0


@dataclasses.dataclass
class Seen:
    network: Network
    observations: list
    actions: list
    accuracy: np.ndarray


@pytest.fixture(scope="module")
def seen():
    """Three seconds of users that come and go, under load-fill, with models."""
    env = LearningEnv(ns3_scenarios.make("cellular", SETTINGS), LearningSettings())
    known = {**env.settings.model_dump(), "learning": LearningSettings().model_dump()}
    network = Network("cellular", known, env.schema)
    policy = load_policy("load-fill")
    policy.begin(network, 1)
    observation, _ = env.reset(seed=2)
    observations, actions = [observation], []

    class Retraining:
        def decide_frame(self, observation):
            retrain = np.ones(8, np.int32)
            return {**policy.decide_frame(observation), "retrain": retrain}

        def decide_slot(self, observation):
            ratio = np.full(8, 0.2, np.float32)
            return {**policy.decide_slot(observation), "retraining_ratio": ratio}

    for slot in play(env, Retraining(), network, observation):
        actions.append(slot.action)
        observations.append(slot.after)
    records = env.take_records()
    env.close()
    return Seen(network, observations, actions, records["accuracy"])


def mixed(seen):
    """The first observation with both users that are away and users that have tasks."""
    return next(
        o
        for o in seen.observations
        if 2 <= (o["present"] == 0).sum() <= 6 and o["tasks_uploading"].sum() > 0
    )


def held(network):
    """Its settings, but that rollouts hold who is there, as those of a trace do."""
    return {**network.settings, "arrival": {"rate_hz": 0, "sojourn_s": 1}}


def test_everybody_is_there_where_nobody_comes_or_goes():
    assert present({"serving_bs": np.zeros((2, 3))}).all()


def test_those_who_are_away_get_no_share_and_keep_their_station(seen):
    stations = None
    for observation, action in zip(seen.observations, seen.actions, strict=False):
        away = observation["present"] == 0
        for name in ("compute_share", "bandwidth_share", "training_share", "retraining_ratio"):
            assert (action[name][away] == 0).all()
        if stations is not None and observation["slot_in_frame"][0] == 0:
            assert (action["association"][away] == stations[away]).all()
        stations = action["association"]
    assert any(action["compute_share"].any() for action in seen.actions)


def test_a_batch_is_masked_network_by_network(seen):
    class Everything:
        def decide_frame(self, observation):
            return {"association": np.ones((2, 8), np.int32)}

        def decide_slot(self, observation):
            return {"compute_share": np.full((2, 8), 0.5, np.float32)}

    there = np.arange(16).reshape(2, 8) % 3 > 0
    observation = {"slot_in_frame": np.zeros((2, 1)), "present": there.astype(np.int32)}
    share = Decider(Everything(), seen.network).decide(observation)["compute_share"]
    assert share.dtype == np.float32
    assert (share == np.where(there, 0.5, 0)).all()


def test_shares_and_loads_are_those_of_a_network_without_them(seen):
    """Decisions for those who are there do not depend on what stands in the places of others."""
    observation = mixed(seen)
    here = observation["present"] > 0
    other = dict(observation)
    for name in ("task_mean_bit", "task_mean_cycles", "created_bit"):
        other[name] = np.where(here, observation[name], 7 * observation[name] + 1000)
    rule = LoadBalancing()
    rule.begin(seen.network)
    assert (rule.associate(observation)[here] == rule.associate(other)[here]).all()
    meter, divider = WorkMeter(seen.network), FillDivider(seen.network)
    for seen_so in (observation, other):
        work = meter.measure(seen_so)
        shares = divider.divide(work, divider.priorities(work, seen_so))
        both = shares["compute_share"] + shares["training_share"]
        for bs in range(2):
            # All of a server goes to those who are there.
            at = here & (work.server == bs) & (work.cell == bs)
            if (here & (work.server == bs)).sum() == at.sum() > 0:
                assert both[at].sum() == pytest.approx(1, abs=1e-5)


def places(time_s, created_bit, present=1):
    """Sixteen networks of eight users, who are told apart by what they create alone."""
    return {
        "time_s": np.full((16, 1), time_s),
        "present": np.full((16, 8), present, np.int32),
        "created_bit": created_bit,
        "rsrp_dbm": np.broadcast_to(np.float32([-80, -82]), (16, 8, 2)),
        "serving_bs": np.full((16, 8), -1, np.int32),
        "task_rate_hz": np.full((16, 8), 1.0),
        "task_mean_bit": np.full((16, 8), 4e5),
        "task_mean_cycles": np.full((16, 8), 4e8),
        "compute_capacity_hz": np.full((16, 2), 2e9),
    }


def test_load_balancing_counts_what_a_place_s_present_user_has_created(seen):
    own_bit, others_bit = np.random.default_rng(1).integers(0, 10**8, (2, 16, 8))
    start_s = seen.network.settings["warmup_s"]
    come = places(start_s + 20, np.zeros((16, 8), np.int64))
    fresh = LoadBalancing()
    fresh.begin(seen.network)
    fresh.watch(come)
    expected = fresh.associate({**come, "time_s": come["time_s"] + 9, "created_bit": own_bit})

    def decide(rule, *history):
        for observation in history:
            rule.watch(observation)
        return rule.associate(places(start_s + 29, others_bit + own_bit))

    together, *alone = (LoadBalancing() for _ in range(17))
    for rule in (together, *alone):
        rule.begin(seen.network)
    others = places(start_s, others_bit * 0), places(start_s + 10, others_bit)
    gone = places(start_s + 20, others_bit, present=0)
    assert (decide(together, *others, gone) == expected).all()
    for i, rule in enumerate(alone):  # a network decides alone as in a batch
        for observation in (*others, gone):
            rule.watch({name: value[i] for name, value in observation.items()})
        latest = places(start_s + 29, others_bit + own_bit)
        one = rule.associate({name: value[i] for name, value in latest.items()})
        assert (one == expected[i]).all()
    # In a run that begins after that one nobody has come or gone.
    stayed = decide(together, *others)
    assert (stayed != expected).any()
    fresh.begin(seen.network)
    assert (decide(fresh, *others) == stayed).all()
    # Where nobody can, all time counts, watched or not.
    rule.begin(seen.network)
    whole = {name: value for name, value in latest.items() if name != "present"}
    assert (rule.associate(whole) == stayed).all()


def test_an_agent_sees_zeros_of_them(seen):
    decisions = UserDecisions(seen.network, reach=1.0, raw=False)
    observation = mixed(seen)
    decisions.frame(observation)
    decisions.watch(observation)
    features = decisions.features()
    away = observation["present"] == 0
    assert (features[away] == 0).all()
    assert features[~away].any(axis=1).all()


def test_their_accuracy_counts_nowhere(seen):
    ends = [o for o in seen.observations[1:] if o["slot_in_frame"][0] == 0]
    for observation in ends:
        rows = seen.accuracy[seen.accuracy["time_s"] == observation["time_s"][0]]
        assert rows["ue"].tolist() == np.flatnonzero(observation["present"]).tolist()
    for before, after in zip(seen.observations, seen.observations[1:], strict=False):
        away = after["present"] == 0
        assert (after["accuracy_deficit"][away] == 0).all()
        assert (after["virtual_queue"] == before["virtual_queue"])[away].all()
        assert (after["trained_samples"] == before["trained_samples"])[
            away & (before["present"] == 0)
        ].all()
    assert seen.observations[-1]["training_jobs_done"].sum() > 0


def test_the_twin_knows_who_is_away(seen):
    twin = Twin(seen.network)
    for observation in seen.observations:
        twin.observe(observation)
        estimate = twin.estimate()
        away = observation["present"] == 0
        assert (estimate.away == away).all()
        assert (estimate.rate_hz[away] == 0).all()
        assert (estimate.rate_hz[~away] > 0).all()
        assert (estimate.upload.tasks[away] == 0).all()
        assert (estimate.compute.tasks[away] == 0).all()
        assert (estimate.gap_s[away] == 0).all()
        assert (estimate.target_bs[away] == -1).all()
    # Time away is no time without tasks.
    promised_hz = SETTINGS["traffic"]["rate_hz"]
    assert np.median(estimate.rate_hz[~away]) == pytest.approx(promised_hz, rel=0.3)


def test_rollouts_go_on_with_those_who_are_there(seen):
    twin = Twin(seen.network)
    for observation in seen.observations[: seen.observations.index(mixed(seen)) + 1]:
        twin.observe(observation)
    estimate = twin.estimate()
    away = estimate.away
    assert 2 <= away.sum() <= 6
    rollouts = rollouts_of(estimate, held(seen.network), 16, horizon_s=1, seed=1)
    observer = Observer(seen.network.schema, rollouts)
    served = []

    def watch(rollout: Rollout) -> None:
        seen_so = observer.all_arrays()
        assert (seen_so["present"] == ~away).all()
        assert (seen_so["serving_bs"][:, away] == -1).all()
        assert (seen_so["upload_backlog_bit"][:, away] == 0).all()
        assert (seen_so["task_rate_hz"][:, away] == 0).all()
        assert (seen_so["accuracy_deficit"][:, away] == 0).all()
        served.append((seen_so["serving_bs"][:, ~away] >= 0).mean())

    policy = load_policy("load-fill")
    outcome = simulate(rollouts, policy, seen.network.schema, slots=20, watch=watch)
    assert not set(rollouts.tasks()["ue"]) & set(np.flatnonzero(away))
    assert len(outcome.delay_s) > 0
    assert np.mean(served) > 0.9


def test_their_shares_take_nothing_from_others(seen):
    """By quota, whatever somebody who is away is given lowers nobody's rate."""
    quota = {**SETTINGS, "retraining": {}, "compute": {"mode": "quota"}}
    quota["radio"] = {"bandwidth_mode": "quota"}
    env = ns3_scenarios.make("cellular", quota)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    env.close()
    twin = Twin(network)
    for observation in seen.observations[: seen.observations.index(mixed(seen)) + 1]:
        twin.observe({field.name: observation[field.name] for field in env.schema.observations})
    estimate = twin.estimate()
    rewards = []
    for greed in (0.0, 1.0):
        rollouts = rollouts_of(estimate, held(network), 4, horizon_s=1, seed=1)
        share = np.where(estimate.away, greed, 1 / 8) * np.ones((4, 8))
        action = {
            "association": np.maximum(rollouts.state["cell"], 0),
            "compute_share": share.astype(np.float32),
            "bandwidth_share": share.astype(np.float32),
        }
        rewards.append(rollouts.steps(action, 20))
    assert (rewards[0] == rewards[1]).all()
    assert (rewards[0] < 0).any()


def test_fidelity_is_measured_under_such_settings():
    assert whole_settings(SETTINGS)["arrival"]["rate_hz"] == SETTINGS["arrival"]["rate_hz"]


def test_who_has_been_away_for_the_longest_time_comes_first_in_rollouts(seen):
    twin = Twin(seen.network)
    last_there_s = np.zeros(8)
    for observation in seen.observations[: seen.observations.index(mixed(seen)) + 20]:
        twin.observe(observation)
        here = observation["present"] > 0
        last_there_s[here] = observation["time_s"][0]
    estimate = twin.estimate()
    assert (estimate.away_s == np.where(here, 0, estimate.time_s - last_there_s)).all()
    rollouts = rollouts_of(estimate, seen.network.settings, 64, horizon_s=1, seed=1)
    before = rollouts.state["present"].copy()
    assert (before == here).all()
    action = {
        "association": np.maximum(rollouts.state["cell"], 0),
        "compute_share": np.full((64, 8), 0.125, np.float32),
        "training_share": np.full((64, 8), 0.125, np.float32),
    }
    came = np.zeros(64, bool)
    while not came.all():
        before = rollouts.state["present"].copy()
        order = np.where(before > 0, 99, rollouts.state["departure"])
        rollouts.step(action)
        fresh = (rollouts.state["present"] > 0) & (before == 0)
        first = fresh.any(axis=1) & ~came
        assert fresh[first, order[first].argmin(axis=1)].all()
        came |= first
    created = rollouts.state["created"].copy()
    for _ in range(100):
        rollouts.step(action)
    assert (rollouts.state["created"] - created)[:, estimate.away].any(axis=0).all()


def test_environments_of_the_twin_know_no_trace(tmp_path):
    path = tmp_path / "walk.csv"
    path.write_text("timestep_time,person_id,person_x,person_y\n1,a,0,0\n2.5,a,3,0\n9,b,5,5\n")
    with pytest.raises(UnsuitableNetwork, match=r"mobility\.trace come and go"):
        make({"n_ue": 1, "mobility": {"model": "trace", "trace": str(path)}})


@pytest.mark.parametrize(
    ("policy", "retrain"), [("twin-drl", "policy"), ("rollout-fill", None), ("load-srpt", "need")]
)
def test_policies_play_through(tmp_path, policy, retrain):
    chosen = {"policy": policy, "seed": 3, "runs_dir": tmp_path}
    chosen["settings"] = {**SETTINGS, "retraining": {"enabled": retrain is not None}}
    chosen |= {} if retrain is None else {"retrain": retrain}
    folder = Run(load_run_settings(None, chosen, [])).execute()
    summary = folder.read_summary()
    assert 1 < summary["users_present_mean"] < 8
    assert summary["users_came"] > 2
    assert summary["users_left"] > 2
    assert summary["tasks_left"] > 0
    tasks_s = summary["mean_delay_s"] * (summary["tasks_completed"] + summary["tasks_unfinished"])
    assert tasks_s > 0
    if retrain is None:
        assert tasks_s < -summary["total_reward"]  # which those that left have a part in
        figure = draw_run(folder)
        assert len(figure.axes) == 4  # map, delays, load, events


def test_a_run_in_which_nobody_comes_is_drawn(tmp_path):
    settings = {**SETTINGS, "arrival": {"rate_hz": 1e-3, "sojourn_s": 1}, "duration_s": 1}
    chosen = {"policy": "load-fill", "retrain": "spare", "runs_dir": tmp_path, "settings": settings}
    folder = Run(load_run_settings(None, chosen, ["retraining.enabled=true"])).execute()
    assert folder.read_summary()["accuracy_mean"] is None
    assert not any("Accuracy" in axes.get_title(loc="left") for axes in draw_run(folder).axes)


def test_calibration_counts_the_time_of_those_who_are_there(tmp_path):
    chosen = {"policy": "load-srpt", "seed": 3, "runs_dir": tmp_path}
    chosen["settings"] = {**SETTINGS, "duration_s": 8, "retraining": {}}
    run = Run(load_run_settings(None, chosen, []))
    prior = prior_parameters(run.env.settings.model_dump(), "lte", "cellular").traffic
    (recorded,) = load_runs([run.execute().path])
    everybody = np.arange(SETTINGS["n_ue"])
    fitted = fit_traffic([recorded], prior, everybody)
    there_s = sum((to_s - from_s) for _, from_s, to_s in stays_of(recorded, everybody))
    tasks = len(recorded.table("task")["ue"])
    # Four standard errors of a Poisson number.
    assert abs(tasks / there_s - prior.rate_hz) < 4 * np.sqrt(tasks) / there_s
    assert fitted.rate_hz == pytest.approx(prior.rate_hz, rel=0.15)


def test_curves_are_means_over_those_who_are_there(tmp_path, seen):
    observation = mixed(seen)
    log = FrameLog(tmp_path, seen.network.schema.observations)
    log.append(7, observation, 0.0)
    log.close()
    curves = EventAccumulator(str(tmp_path)).Reload()

    def point(name):
        (tensor,) = curves.Tensors(f"observation/{name}")
        return tensor.tensor_proto.float_val[0]

    here = observation["present"] > 0
    assert point("sinr_ul_db") == pytest.approx(observation["sinr_ul_db"][here].mean(), rel=1e-5)
    assert point("present") == pytest.approx(here.mean())


def test_tasks_that_left_with_their_user_count_with_their_age_then():
    columns = {
        "created_s": [1.0, 1.0, 2.0],
        "uploaded_s": [2.0, NAN, NAN],
        "compute_s": [0.5, NAN, NAN],
        "computed_s": [3.0, NAN, NAN],
        "done_s": [3.0, NAN, NAN],
        "left_s": [NAN, 4.0, NAN],
    }
    parts = delay_parts(columns, end_s=5.0)
    assert parts.delay_s.tolist() == [2.0, 3.0, 3.0]
    assert parts.upload_s.tolist() == [1.0, 3.0, 3.0]
    assert parts.left.tolist() == [False, True, False]
    summary = summarise_delays(parts)
    assert (summary["tasks_completed"], summary["tasks_unfinished"]) == (1, 1)


def test_stays_are_summarised():
    stays = np.array(
        [(0, 0.0, NAN, 0), (1, 0.0, 3.0, 2), (1, 4.0, NAN, 0)],
        [("ue", int), ("came_s", float), ("left_s", float), ("tasks_left", int)],
    )
    assert summarise_stays(stays, start_s=1.0, end_s=5.0) == {
        "users_came": 1,
        "users_left": 1,
        "users_present_mean": (4 + 2 + 1) / 4,
        "tasks_left": 2,
    }
