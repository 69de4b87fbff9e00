"""The cellular scenario on real ns-3: small networks, few simulated seconds."""

from __future__ import annotations

import warnings

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from ns3_bridge import InvalidAction, InvalidSetting
from ns3_bridge.errors import BridgeError

BUSY = {"on_s": 1.0, "off_s": 0.0, "rate_hz": 4.0}


def keep(observation):
    """The action that leaves every user where it is and gives equal shares."""
    n_ue = len(observation["serving_bs"])
    return {
        "association": np.maximum(observation["serving_bs"], 0),
        "compute_share": np.full(n_ue, 1 / n_ue, np.float32),
        "bandwidth_share": np.full(n_ue, 1 / n_ue, np.float32),
    }


def play(env, seed, policy=keep, slots=None):
    """Play one episode. Returns observations, rewards, records and the last info."""
    observation, info = env.reset(seed=seed)
    observations, rewards, finished = [observation], [], False
    while not finished and len(rewards) != slots:
        observation, reward, terminated, truncated, info = env.step(policy(observation))
        observations.append(observation)
        rewards.append(reward)
        finished = terminated or truncated
    return observations, rewards, env.unwrapped.take_records(), info


def bits(observations):
    return b"".join(value.tobytes() for o in observations for value in o.values())


def test_gymnasium_accepts_it_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        env = gymnasium.make(
            "ns3_scenarios:ns3/Cellular-v0", settings={"n_ue": 3, "duration_s": 0.2}
        )
        check_env(env.unwrapped, skip_render_check=True)  # "human" needs a window
        env.close()


def test_spaces_are_known_before_ns3_starts(cellular):
    env = cellular(n_ue=5, n_bs=3)
    assert env.observation_space["rsrp_dbm"].shape == (5, 3)
    assert env.action_space["association"].nvec.tolist() == [3] * 5
    with pytest.raises(BridgeError, match="call reset"):
        env.step(env.action_space.sample())


def test_the_episode_has_the_slots_that_were_asked_for(cellular):
    env = cellular(duration_s=0.5, slot_s=0.01)
    observations, rewards, _, info = play(env, 1)
    assert len(rewards) == 50
    assert info["time_s"] == pytest.approx(1.5, abs=1e-9)
    times_s = [o["time_s"][0] for o in observations]
    assert np.allclose(np.diff(times_s), 0.01, atol=1e-9)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(keep(observations[-1]))


def test_same_seed_and_actions_give_the_same_bits(cellular):
    settings = {"n_ue": 6, "n_bs": 3, "duration_s": 2.0, "slots_per_frame": 25}

    def trace(seed):
        env = cellular(**settings)
        env.action_space.seed(9)
        observations, rewards, records, _ = play(env, seed, lambda _: env.action_space.sample())
        return bits(observations) + np.array(rewards).tobytes() + records["task"].tobytes()

    assert trace(5) == trace(5)
    assert trace(5) != trace(6)


def test_a_reset_without_a_seed_goes_on_from_the_last_seed(cellular):
    env = cellular()
    env.reset(seed=3)
    first = env.reset()[0]
    env.reset(seed=3)
    assert bits([env.reset()[0]]) == bits([first])
    assert bits([env.reset()[0]]) != bits([first])


def test_walks_and_tasks_do_not_depend_on_the_policy(cellular):
    def random_association(env):
        env.action_space.seed(1)
        return lambda _: env.action_space.sample()

    env = cellular(duration_s=2.0, slots_per_frame=20, traffic=BUSY)
    still = play(env, 4)
    moved = play(env, 4, random_association(env))
    for name in ("position_m", "created_bit"):
        assert all((a[name] == b[name]).all() for a, b in zip(still[0], moved[0], strict=True))


def test_delays_add_up_and_little_s_law_holds(cellular):
    env = cellular(duration_s=4.0, traffic=BUSY, compute={"capacity_hz": 4e9})
    observations, rewards, records, info = play(env, 2)
    tasks = records["task"]
    assert len(tasks) == observations[-1]["tasks_created"].sum() > 30
    done = tasks[~np.isnan(tasks["done_s"])]
    assert (done["created_s"] < done["uploaded_s"]).all()
    # No task can be computed faster than by the whole server.
    assert (done["done_s"] - done["uploaded_s"] >= done["compute_s"] - 1e-8).all()
    # Reward is minus the time in system: over the run, minus the sum of all delays and ages.
    left_s = np.where(np.isnan(tasks["done_s"]), info["time_s"], tasks["done_s"])
    assert sum(rewards) == pytest.approx(-(left_s - tasks["created_s"]).sum(), rel=1e-9)


def test_no_bit_is_lost(cellular):
    env = cellular(duration_s=3.0, slots_per_frame=10, traffic=BUSY)
    env.action_space.seed(3)
    observations, _, records, _ = play(env, 3, lambda _: env.action_space.sample())
    tasks = records["task"]
    last = observations[-1]
    for ue in range(4):
        own = tasks[tasks["ue"] == ue]
        assert own["size_bit"].sum() == last["created_bit"][ue]
        waiting_bit = own["size_bit"][np.isnan(own["uploaded_s"])].sum()
        # What the edge has but the user does not know of yet counts as backlog: at most a window.
        unacknowledged_bit = 32 * 1376 * 8
        assert 0 <= last["upload_backlog_bit"][ue] <= waiting_bit + unacknowledged_bit
        assert last["tasks_uploading"][ue] == np.isnan(own["uploaded_s"]).sum()


def test_uploads_survive_handovers(cellular):
    # From one base station to the other every quarter of a second, many times within an upload.
    env = cellular(
        n_ue=3,
        duration_s=8.0,
        slots_per_frame=12,
        traffic={"on_s": 1.0, "off_s": 0.0, "rate_hz": 1.0, "size_min_bit": 7e5},
        layout={"site_distance_m": 100},
        compute={"capacity_hz": 1e12},
    )
    frames = 0

    def back_and_forth(observation):
        nonlocal frames
        frames += observation["slot_in_frame"][0] == 0
        return {**keep(observation), "association": np.full(3, frames % 2)}

    tasks, handovers = (play(env, 1, back_and_forth)[2][name] for name in ("task", "handover"))
    moved = handovers[handovers["outcome"] == 2]
    assert len(moved) >= 60
    early = tasks[tasks["created_s"] < 7.0]
    assert len(early) >= 10
    assert not np.isnan(early["uploaded_s"]).any()
    during = [
        (
            (moved["ue"] == t["ue"])
            & (moved["ended_s"] > t["created_s"])
            & (moved["started_s"] < t["uploaded_s"])
        ).sum()
        for t in early
    ]
    assert max(during) >= 2  # some upload really lived through more than one


def test_association_is_obeyed_at_frame_starts_only(cellular):
    env = cellular(n_ue=2, n_bs=2, duration_s=2.0, layout={"site_distance_m": 100})
    observation, _ = env.reset(seed=1)
    start = observation["serving_bs"].copy()
    other = {**keep(observation), "association": 1 - start}
    changed_in_frame = []
    for slot in range(100):
        action = keep(observation) if slot % 50 == 0 and slot < 50 else other
        observation, *_ = env.step(action)
        changed_in_frame.append((observation["serving_bs"] != start).any())
        if slot < 49:
            assert observation["slot_in_frame"][0] == slot + 1
    assert not any(changed_in_frame[:50])  # commanded all the time, obeyed at slot 50
    assert (observation["serving_bs"] == 1 - start).all()
    handovers = env.take_records()["handover"]
    assert handovers["commanded_s"].tolist() == [2.0, 2.0]
    assert (handovers["ended_s"] > handovers["started_s"]).all()
    assert (handovers["ended_s"] - handovers["started_s"] < 0.2).all()


def test_a_compute_share_of_zero_starves_and_recovers(cellular):
    env = cellular(n_ue=2, n_bs=1, duration_s=4.0, traffic=BUSY, compute={"capacity_hz": 1e10})
    observation, _ = env.reset(seed=1)
    for slot in range(200):
        share = [1.0, 0.0] if slot < 150 else [1.0, 1.0]
        observation, *_ = env.step({**keep(observation), "compute_share": share})
        if slot == 149:
            assert observation["tasks_completed"][1] == 0
            assert observation["tasks_completed"][0] > 5
            assert observation["tasks_computing"][1, 0] > 0
    assert observation["tasks_completed"][1] > 5


def test_quota_does_not_lend_what_is_idle(cellular):
    def slow_down(mode):
        env = cellular(
            n_ue=2,
            n_bs=1,
            duration_s=4.0,
            traffic={"on_s": 1.0, "off_s": 0.0, "rate_hz": 2.0},
            compute={"capacity_hz": 1e10, "mode": mode},
        )
        tasks = play(env, 1, lambda o: {**keep(o), "compute_share": [0.25, 0.25]})[2]["task"]
        tasks = tasks[~np.isnan(tasks["done_s"])]
        return (tasks["done_s"] - tasks["uploaded_s"]) / tasks["compute_s"]

    assert np.median(slow_down("work-conserving")) == pytest.approx(1, abs=0.01)
    assert np.median(slow_down("quota")) == pytest.approx(4, abs=0.01)


def test_five_hundred_random_slots(cellular):
    env = cellular(n_ue=8, n_bs=3, duration_s=10.0, slots_per_frame=10)
    env.action_space.seed(0)
    observations, rewards, records, _ = play(env, 7, lambda _: env.action_space.sample())
    assert len(rewards) == 500
    assert all(env.observation_space.contains(o) for o in observations)
    assert len(records["handover"]) > 50


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"association": [0, 1]}, r"association has shape \(2,\), expected \(4,\)"),
        ({"association": [0, 1, 0, 2]}, r"association\[3\] = 2 is outside \[0, 1\]"),
        ({"compute_share": [0, 0, np.nan, 0]}, r"compute_share\[2\] = nan is outside \[0, 1\]"),
        ({"compute_share": [0, 0, 0, -0.1]}, r"compute_share\[3\] = -0\.1 is outside \[0, 1\]"),
        ({"bandwidth_share": [1, 0, 2, 0]}, r"bandwidth_share\[2\] = 2 is outside \[0, 1\]"),
    ],
)
def test_a_wrong_action_is_refused_and_costs_nothing(cellular, change, message):
    env = cellular()
    reference = play(env, 1)
    observation, _ = env.reset(seed=1)
    observations = [observation]
    with pytest.raises(InvalidAction, match=message):
        env.step({**keep(observation), **change})
    for _ in range(50):
        observation, *_ = env.step(keep(observation))
        observations.append(observation)
    assert bits(observations) == bits(reference[0])


@pytest.mark.parametrize("scheduler", ["pf", "rr"])
def test_schedulers_that_take_no_shares_refuse_them(cellular, scheduler):
    env = cellular(radio={"scheduler": scheduler})
    observation, _ = env.reset(seed=1)
    assert "bandwidth_share" not in env.action_space.spaces
    with pytest.raises(InvalidAction, match=f"bandwidth_share is refused: .*{scheduler}"):
        env.step(keep(observation))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_ue": 301}, "n_ue = 301"),
        ({"n_bs": 0}, "n_bs = 0"),
        ({"mobility": {"speed_min_mps": 50}}, "speed_min_mps = 50.*must not exceed"),
        ({"radio": {"bandwidth_rb": 30}}, "bandwidth_rb = 30: must be one of 6, 15, 25"),
        ({"traffic": {"size_min_bit": 1e6}}, "size_min_bit.*must not exceed"),
        ({"radio": {"scheduler": "cqa", "ideal_rrc": False}}, 'scheduler = "cqa": needs .*ideal'),
        ({"duration_s": 0.001}, "duration_s.*at least one slot"),
    ],
)
def test_a_wrong_setting_is_refused_before_ns3_starts(cellular, settings, message):
    with pytest.raises(InvalidSetting, match=message):
        cellular(**settings)


def test_ns3_attributes_pass_through(cellular):
    noisy = cellular(ns3_attributes={"ns3::LteUePhy::NoiseFigure": 40})
    quiet = cellular()
    assert (
        play(noisy, 1, slots=5)[0][-1]["sinr_dl_db"] < play(quiet, 1, slots=5)[0][-1]["sinr_dl_db"]
    ).all()
    with pytest.raises(InvalidSetting, match="NoSuchAttribute"):
        cellular(ns3_attributes={"ns3::LteUePhy::NoSuchAttribute": 1})


@pytest.mark.parametrize("environment", ["uma", "umi", "rma", "inh"])
def test_rsrp_is_what_the_path_loss_of_tr_38_901_leaves(cellular, environment):
    # Line of sight for sure: the user stays within 18 m (rma: 10 m) of the only mast.
    height_m = {"umi": 10.0, "inh": 5.0}.get(environment, 25.0)
    env = cellular(
        n_ue=1,
        n_bs=1,
        duration_s=0.4,
        layout={"site_distance_m": 20, "bs_height_m": height_m},
        mobility={"speed_min_mps": 0.01, "speed_max_mps": 0.01},
        channel={"environment": environment, "shadowing": False},
    )
    observation = play(env, 2)[0][-1]
    d_m = np.hypot(np.linalg.norm(observation["position_m"][0]), height_m - 1.5)
    f_ghz = 2.12  # centre of ns-3's default band 1
    path_loss_db = {  # TR 38.901 Table 7.4.1-1, PL1 of the line-of-sight rows
        "uma": 28.0 + 22 * np.log10(d_m) + 20 * np.log10(f_ghz),
        "umi": 32.4 + 21 * np.log10(d_m) + 20 * np.log10(f_ghz),
        "inh": 32.4 + 17.3 * np.log10(d_m) + 20 * np.log10(f_ghz),
        # RMa with h = 5 m, the average height of buildings
        "rma": 20 * np.log10(40 * np.pi * d_m * f_ghz / 3)
        + min(0.03 * 5**1.72, 10) * np.log10(d_m)
        - min(0.044 * 5**1.72, 14.77)
        + 0.002 * np.log10(5) * d_m,
    }[environment]
    subcarrier_dbm = 43 - 10 * np.log10(12 * 25)
    assert observation["rsrp_dbm"][0, 0] == pytest.approx(subcarrier_dbm - path_loss_db, abs=0.3)


def test_shadowing_and_line_of_sight_have_the_statistics_of_tr_38_901(cellular):
    def rsrp_and_position(shadowing, seed):
        env = cellular(
            n_ue=60,
            n_bs=1,
            duration_s=0.02,
            warmup_s=0.6,
            layout={"site_distance_m": 600},
            traffic={"rate_hz": 0.0},
            channel={"shadowing": shadowing},
        )
        observation = env.reset(seed=seed)[0]
        env.close()
        return observation["rsrp_dbm"][:, 0], observation["position_m"]

    distances_m, losses_db, shadowing_db = [], [], []
    for seed in range(1, 5):
        clear_dbm, position_m = rsrp_and_position(False, seed)
        shadowed_dbm, same_m = rsrp_and_position(True, seed)
        assert (position_m == same_m).all()
        distances_m.append(np.hypot(*position_m.T))
        losses_db.append(43 - 10 * np.log10(12 * 25) - clear_dbm)
        shadowing_db.append(clear_dbm - shadowed_dbm)
    distance_m, loss_db, shadow_db = map(np.concatenate, (distances_m, losses_db, shadowing_db))
    d_3d_m = np.hypot(distance_m, 23.5)
    line_of_sight = loss_db < 28 + 22 * np.log10(d_3d_m) + 20 * np.log10(2.12) + 1
    expected = np.where(
        distance_m <= 18, 1, 18 / distance_m + np.exp(-distance_m / 63) * (1 - 18 / distance_m)
    )
    assert line_of_sight.mean() == pytest.approx(expected.mean(), abs=0.1)
    assert shadow_db[line_of_sight].std() == pytest.approx(4, rel=0.3)
    assert shadow_db[~line_of_sight].std() == pytest.approx(6, rel=0.2)
    assert abs(shadow_db[~line_of_sight].mean()) < 1.5


def test_users_that_miss_the_end_of_their_connection_do_not_hurt_others(cellular):
    # Real RRC messages get lost on the way to users that are sent to cells they hardly hear. Those
    # users used to go on sounding in the place of others, on which ns-3 aborts.
    env = cellular(
        n_ue=60,
        n_bs=3,
        duration_s=2.2,
        slots_per_frame=25,
        mobility={"speed_max_mps": 30},
        radio={"ideal_rrc": False},
    )
    env.action_space.seed(3)
    observations, _, records, _ = play(env, 3, lambda _: env.action_space.sample())
    failed = records["handover"]["outcome"] == 4
    assert failed.sum() > 5
    assert (observations[-1]["serving_bs"] >= 0).sum() > 50


def test_a_bandwidth_share_of_zero_starves_and_recovers(cellular):
    env = cellular(n_ue=2, n_bs=1, duration_s=4.0, traffic=BUSY)
    observation, _ = env.reset(seed=1)
    for slot in range(200):
        share = [1.0, 0.0] if slot < 100 else [0.5, 0.5]
        observation, *_ = env.step({**keep(observation), "bandwidth_share": share})
        if slot == 99:
            assert observation["tasks_created"][1] == observation["tasks_uploading"][1] > 3
            assert observation["tasks_created"][0] > observation["tasks_uploading"][0] + 3
            assert (observation["serving_bs"] == 0).all()  # starved, not disconnected
    assert observation["tasks_created"][1] > observation["tasks_uploading"][1] + 3


def test_bandwidth_shares_follow_the_weights(cellular):
    # Both users have more to send than the band carries: what arrives goes by the weights. Same
    # distance from the mast, in line of sight, so that a resource block carries the same.
    env = cellular(
        n_ue=2,
        n_bs=1,
        duration_s=2.0,
        traffic={"on_s": 1.0, "off_s": 0.0, "rate_hz": 100.0, "size_min_bit": 7e5},
        layout={"site_distance_m": 20},
        mobility={"speed_min_mps": 0.01, "speed_max_mps": 0.01},
    )

    def uploaded_bit(observation):
        return observation["created_bit"] - observation["upload_backlog_bit"]

    observation, _ = env.reset(seed=2)
    for slot in range(100):
        weights = {"bandwidth_share": [0.25, 0.75]}
        observation, *_ = env.step({**keep(observation), **weights})
        if slot == 19:
            start_bit = uploaded_bit(observation)
    gained_bit = uploaded_bit(observation) - start_bit
    assert gained_bit[1] / gained_bit.sum() == pytest.approx(0.75, abs=0.03)
