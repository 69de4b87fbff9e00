"""Users that come and go."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from pettingzoo.test import parallel_api_test
from stable_baselines3.common.env_checker import check_env as check_env_of_baselines

import ns3_scenarios
from ns3_bridge import FlatBox, InvalidSetting
from ns3_scenarios.multi_agent import BaseStationTeam

COMING = {
    **{"n_ue": 8, "n_bs": 2, "duration_s": 6, "slots_per_frame": 10},
    "arrival": {"rate_hz": 3, "sojourn_s": 1.5},
    "traffic": {"model": "poisson", "rate_hz": 4, "result_ratio": 0.2},
}
SILENT = ("upload_backlog_bit", "download_backlog_bit", "tasks_uploading", "tasks_downloading")
SILENT += ("task_rate_hz", "oldest_age_s", "training_backlog_samples", "training_backlog_cycles")

TRACE = """<fcd-export>
<timestep time="0"><vehicle id="a" x="0" y="0"/><vehicle id="b" x="50" y="0"/></timestep>
<timestep time="3"><vehicle id="a" x="9" y="0"/><vehicle id="c" x="-60" y="0"/></timestep>
<timestep time="4"><vehicle id="a" x="12" y="0"/><vehicle id="c" x="-60" y="9"/></timestep>
<timestep time="5"><vehicle id="a" x="15" y="0"/></timestep>
<timestep time="9"><vehicle id="a" x="27" y="0"/></timestep>
</fcd-export>"""


def settings(**changed):
    return {**COMING, **changed}


def equal(env, observation, **chosen):
    """Equal shares of everything; users stay where they are."""
    n_ue = len(observation["serving_bs"])
    action = {
        "association": np.maximum(observation["serving_bs"], 0),
        "compute_share": np.full(n_ue, 1 / n_ue),
        "bandwidth_share": np.full(n_ue, 1 / n_ue),
        "training_share": np.full(n_ue, 1 / n_ue),
        "retrain_samples": np.full(n_ue, 3),
        **chosen,
    }
    return {name: action[name] for name in env.action_space.spaces}


def played(env, seed=1, decide=equal):
    """All observations, rewards and records of an episode."""
    observation, _ = env.reset(seed=seed)
    observations, rewards, truncated = [observation], [], False
    while not truncated:
        observation, reward, _, truncated, _ = env.step(decide(env, observation))
        observations.append(observation)
        rewards.append(reward)
    return observations, np.array(rewards), env.take_records()


@pytest.fixture
def make():
    made = []

    def build(**changed):
        made.append(ns3_scenarios.make("cellular", settings(**changed)))
        return made[-1]

    yield build
    for env in made:
        env.close()


def present(observations):
    return np.array([observation["present"] for observation in observations])


def test_who_is_away_sends_nothing_and_is_served_by_nobody(make):
    env = make(retraining={"enabled": True, "cycles_per_sample": 2e7})
    observations, rewards, records = played(env)
    there = present(observations) > 0
    assert 0.2 < there.mean() < 0.9
    for now, here in zip(observations, there, strict=True):
        assert (now["serving_bs"][~here] == -1).all()
        for name in SILENT:
            assert (now[name][~here] == 0).all(), name
        assert (now["compute_backlog_cycles"][~here] == 0).all()
        heard = env.schema.observation("rsrp_dbm").present(now["rsrp_dbm"])
        assert not heard[~here].any()
        assert now["cell_users"].sum() <= here.sum()
    # Nor does its radio carry data: a slot later all that it had under way is gone.
    still_away = ~there[1:-1] & ~there[:-2]
    used_rb = np.array([now["rb_used_ul"] + now["rb_used_dl"] for now in observations])
    assert used_rb[2:][still_away & ~there[2:]].sum() == 0
    # Those who have just come are served soon.
    served = np.array([now["serving_bs"] >= 0 for now in observations])
    assert served[there].mean() > 0.95
    tasks = records["task"]
    last = observations[-1]
    under_way = last["tasks_uploading"] + last["tasks_downloading"]
    under_way += last["tasks_computing"].sum(axis=1)
    assert last["tasks_left"].sum() == np.isfinite(tasks["left_s"]).sum() > 5
    assert (last["tasks_created"] == last["tasks_completed"] + last["tasks_left"] + under_way).all()
    # The reward is minus the time of all tasks in the system, of those that left until then.
    ended_s = np.fmin(np.fmin(tasks["done_s"], tasks["left_s"]), last["time_s"][0])
    assert rewards.sum() == pytest.approx(-(ended_s - tasks["created_s"]).sum())
    jobs = records["training"]
    assert np.isnan(jobs["done_s"]).any()
    assert np.isfinite(jobs["done_s"]).sum() == last["training_jobs_done"].sum() > 0
    stays = records["stay"]
    assert stays["tasks_left"].sum() == last["tasks_left"].sum()
    for stay in stays:
        at_s = np.array([now["time_s"][0] for now in observations])
        inside = (at_s >= stay["came_s"] - 1e-9) & ~(at_s >= stay["left_s"] - 1e-9)
        assert there[inside, stay["ue"]].all()
        created_s = tasks["created_s"][tasks["ue"] == stay["ue"]]
        assert len(created_s) or inside.sum() < 150
    assert len(stays) > 15


def test_no_access_point_counts_who_is_away():
    env = ns3_scenarios.make("wifi", settings(duration_s=3))
    observations, _, _ = played(env)
    env.close()
    assert 0.2 < (present(observations) > 0).mean() < 0.9
    for now in observations:
        counts = np.bincount(now["serving_bs"][now["serving_bs"] >= 0], minlength=2)
        assert (now["bs_users"] == counts).all()


def test_comings_and_goings_depend_on_the_seed_alone(make):
    def restless(env, observation):
        return equal(env, observation, association=np.arange(8) % 2)

    first, again, other = (
        present(played(make(duration_s=3), seed, decide)[0])
        for seed, decide in ((1, equal), (1, restless), (2, equal))
    )
    assert (first == again).all()
    assert (first != other).any()


def test_a_command_to_somebody_who_is_away_is_refused(make):
    env = make(duration_s=2)
    observation, _ = env.reset(seed=1)
    away = before = None
    for slot in range(100):
        if slot == 50:
            away = observation["present"] == 0
        association = np.maximum(observation["serving_bs"], 0)
        if away is not None:
            association = np.where(away, 1 - before, before)
        before = association
        observation, *_ = env.step(equal(env, observation, association=association))
    handovers = env.take_records()["handover"]
    labels = env.schema.table("handover").column("reason")["labels"]
    refused = handovers[handovers["reason"] == labels.index("absent")]
    assert set(np.flatnonzero(away)) & set(refused["ue"])
    outcomes = env.schema.table("handover").column("outcome")["labels"]
    assert (refused["outcome"] == outcomes.index("refused")).all()


@pytest.mark.parametrize(
    "radio", [{"ideal_rrc": False}, {"scheduler": "pf"}, {"scheduler": "rr", "ideal_rrc": False}]
)
def test_users_come_and_go_over_any_scheduler_while_others_are_handed_over(make, radio):
    rng = np.random.default_rng(1)

    def restless(env, observation):
        return equal(env, observation, association=rng.integers(0, 2, 8))

    observations, rewards, records = played(make(radio=radio), decide=restless)
    tasks = records["task"]
    ended_s = np.fmin(np.fmin(tasks["done_s"], tasks["left_s"]), observations[-1]["time_s"][0])
    assert rewards.sum() == pytest.approx(-(ended_s - tasks["created_s"]).sum())
    assert np.isfinite(tasks["done_s"]).sum() > 5
    assert np.isfinite(tasks["left_s"]).any()


def test_users_of_a_trace_are_there_while_it_has_them(make, tmp_path):
    path = tmp_path / "town.xml"
    path.write_text(TRACE)
    trace = {"model": "trace", "trace": str(path)}
    env = make(n_ue=2, mobility=trace, arrival={}, traffic={"model": "poisson", "rate_hz": 20})
    observations, _, records = played(env)
    time_s = np.array([now["time_s"][0] for now in observations])
    there = present(observations) > 0
    # b has left before the first slot: it is none of the users.
    assert there[:, 0].all()
    assert (there[:, 1] == ((time_s >= 3 - 1e-9) & (time_s < 4 - 1e-9))).all()
    of_c = records["task"][records["task"]["ue"] == 1]
    assert len(of_c) > 5
    assert (of_c["created_s"] >= 3).all()
    assert (of_c["created_s"] <= 4).all()


def test_nothing_is_declared_where_nobody_comes_or_goes(make):
    for changed in ({"arrival": {}}, {"arrival": {}, "mobility": {"model": "trace"}}):
        schema = make(**changed).schema
        assert "present" not in {field.name for field in schema.observations}
        assert "stay" not in {table.name for table in schema.tables}
        assert "left_s" not in schema.table("task").dtype.names


def test_arrivals_and_a_trace_that_says_who_is_there_exclude_each_other(make, tmp_path):
    path = tmp_path / "town.xml"
    path.write_text(TRACE)
    with pytest.raises(InvalidSetting, match=r"arrival\.rate_hz = 3: must be 0 with mobil"):
        make(n_ue=2, mobility={"model": "trace", "trace": str(path)})


def test_branches_have_the_comings_and_goings_of_the_run(make):
    env = make(duration_s=3)
    observation, _ = env.reset(seed=3)
    for _ in range(40):
        observation, *_ = env.step(equal(env, observation))
    with env.branch(2) as branches:
        seen = []
        for one in (env, *branches):
            now, there = observation, []
            for _ in range(80):
                now, *_ = one.step(equal(one, now))
                there.append(now["present"])
            seen.append(there)
    assert np.array_equal(seen[0], seen[1])
    assert np.array_equal(seen[0], seen[2])
    assert (np.diff(seen[0], axis=0) != 0).any()


def test_another_radio_knows_it_too(formula_radio):
    env = ns3_scenarios.make(formula_radio, settings(radio={"band_hz": 1e6}))
    observations, rewards, records = played(env)
    env.close()
    there = present(observations) > 0
    for now, here in zip(observations, there, strict=True):
        assert (now["serving_bs"][~here] == -1).all()
        assert (now["upload_backlog_bit"][~here] == 0).all()
    tasks = records["task"]
    ended_s = np.fmin(np.fmin(tasks["done_s"], tasks["left_s"]), observations[-1]["time_s"][0])
    assert rewards.sum() == pytest.approx(-(ended_s - tasks["created_s"]).sum())


def test_in_a_team_no_station_serves_them():
    team = BaseStationTeam(settings=settings(duration_s=1))
    observations, _ = team.reset(seed=1)
    while team.agents:
        actions = {agent: team.action_space(agent).sample() for agent in team.agents}
        observations, *_ = team.step(actions)
        served = sum(observation["served"] for observation in observations.values())
        assert (served == observations["bs_0"]["present"]).all()
    team.close()
    assert (served == 0).any()


def test_it_is_an_environment_like_any_other():
    short = settings(duration_s=0.4)
    env = gymnasium.make("ns3_scenarios:ns3/Cellular-v0", settings=short)
    check_env(env.unwrapped, skip_render_check=True)
    check_env_of_baselines(FlatBox(env), warn=True)
    env.close()
    team = BaseStationTeam(settings=short)
    parallel_api_test(team, num_cycles=30)
    team.close()


def test_a_sojourn_without_arrivals_is_refused():
    with pytest.raises(InvalidSetting, match=r"arrival\.sojourn_s = 30: nobody comes and goes"):
        ns3_scenarios.make("cellular", {"arrival": {"sojourn_s": 30}})
