"""Other settings for an episode: `reset(options={"settings": …})`."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest

import ns3_bridge
import ns3_scenarios
from ns3_bridge import Gateway, InvalidSetting, LocalHost
from ns3_bridge.testing import fake_scenario
from ns3_scenarios.multi_agent import BaseStationTeam

SMALL = {"n_ue": 3, "n_bs": 2, "duration_s": 0.2}
BUSY = {"on_s": 1.0, "off_s": 0.0, "rate_hz": 60.0}


def play(env, seed, options=None):
    """All bits of an episode under the actions of one generator."""
    env.action_space.seed(1)
    observation, _ = env.reset(seed=seed, options=options)
    seen, over = [observation], False
    while not over:
        observation, _, _, over, _ = env.step(env.action_space.sample())
        seen.append(observation)
    return seen


def bits(seen):
    return b"".join(value.tobytes() for one in seen for value in one.values())


@pytest.fixture
def busy_bits():
    env = ns3_scenarios.make("cellular", {**SMALL, "traffic": BUSY})
    taken = bits(play(env, 3))
    env.close()
    return taken


@pytest.mark.parametrize("warm", [{}, {"warm_starts": 1}], ids=["cold", "warm"])
def test_an_episode_is_that_of_an_environment_with_these_settings(busy_bits, warm):
    env = ns3_scenarios.make("cellular", SMALL, **warm)
    own = bits(play(env, 3))
    assert bits(play(env, 3, {"settings": {"traffic": BUSY}})) == busy_bits
    assert env.settings.traffic.rate_hz == 60
    assert env.settings.n_ue == 3
    assert bits(play(env, 3)) == own  # the next one has the environment's
    assert env.settings.traffic.rate_hz != 60
    env.close()


def test_episodes_may_be_longer_and_servers_faster():
    env = ns3_scenarios.make("cellular", SMALL)
    options = {"settings": {"duration_s": 0.4, "compute": {"capacity_hz": 1e9}}}
    seen = play(env, 1, options)
    assert len(seen) == 21
    assert (seen[-1]["compute_capacity_hz"] == 1e9).all()
    assert (env.schema.observation("compute_capacity_hz").constant == 1e9).all()
    env.close()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_ue": 4}, r"shape of the observation position_m becomes \(4, 2\)"),
        ({"n_bs": 3}, "shape of the observation bs_position_m"),
        ({"state": {"mac": False}}, "observations lose cell_rb_available, "),
        ({"retraining": {"enabled": True}}, "observations gain trained_samples, "),
        ({"radio": {"bandwidth_rb": 50}}, "high of the observation rb_used_dl becomes 50"),
        ({"traffic": {"rate_hz": -1}}, r"traffic\.rate_hz = -1: .* greater than or equal to 0"),
        ({"trafic": {}}, "unknown setting trafic"),
        ({"layout": {"positions": "/no/such/file"}}, "/no/such/file"),
        (3, "must be a dict of names and values, not 3"),
    ],
)
def test_what_cannot_be_changed_is_told_and_the_episode_goes_on(cellular, settings, message):
    env = cellular(**SMALL)
    env.reset(seed=1)
    with pytest.raises(InvalidSetting, match=message):
        env.reset(seed=2, options={"settings": settings})
    env.step(env.action_space.sample())
    assert (env.run, env.channel.slot) == (1, 1)


def test_unknown_options_are_named(cellular):
    with pytest.raises(InvalidSetting, match=r"\['speed'\]; known: settings"):
        cellular().reset(options={"speed": 3})


def test_each_environment_of_a_vector_has_its_own(busy_bits):
    envs = gymnasium.make_vec("ns3_scenarios:ns3/Cellular-v0", 2, settings=SMALL)
    single = ns3_scenarios.make("cellular", SMALL)
    single.action_space.seed(1)
    observations, _ = envs.reset(seed=[3, 3], options={"settings": [None, {"traffic": BUSY}]})
    seen = [{name: value[1] for name, value in observations.items()}]
    for _ in range(10):
        action = single.action_space.sample()
        observations, *_ = envs.step({name: np.stack([v, v]) for name, v in action.items()})
        seen.append({name: value[1] for name, value in observations.items()})
    assert bits(seen) == busy_bits
    rates = [host.settings.traffic.rate_hz for host in envs.unwrapped.hosts]
    assert rates[1] == 60 != rates[0]
    envs.step(envs.action_space.sample())  # both start anew, with the same settings
    assert [host.settings.traffic.rate_hz for host in envs.unwrapped.hosts] == rates
    envs.reset(options={"reset_mask": np.array([False, True])})
    assert envs.unwrapped.hosts[1].settings.traffic.rate_hz == rates[0]
    for wrong, message in (([{}], "1 settings for 2"), ({"n_ue": 9}, "shape")):
        with pytest.raises(InvalidSetting, match=message):
            envs.reset(options={"settings": wrong})
    envs.close()
    single.close()


def test_a_pool_has_them_until_its_next_reset():
    pool = ns3_scenarios.make_pool("cellular", 2, settings=SMALL)
    pool.async_reset(seed=1, options={"settings": {"warmup_s": 1.5}})
    observations, *_ = pool.recv()
    assert observations["time_s"].ravel().tolist() == [1.5, 1.5]
    with pytest.raises(InvalidSetting, match="shape"):
        pool.async_reset(options={"settings": {"n_ue": 9}})
    pool.async_reset(seed=1)
    assert pool.recv()[0]["time_s"].ravel().tolist() == [1.0, 1.0]
    pool.close()


def test_a_team_has_them():
    team = BaseStationTeam(settings=SMALL)
    observations, _ = team.reset(seed=1, options={"settings": {"warmup_s": 1.5}, "other": 1})
    assert observations["bs_0"]["time_s"].tolist() == [1.5]
    team.close()


def test_gymnasium_s_own_vectors_have_them():
    envs = gymnasium.make_vec(
        "ns3_scenarios:ns3/Cellular-v0", 2, settings=SMALL, vectorization_mode="sync"
    )
    observations, _ = envs.reset(seed=1, options={"settings": {"warmup_s": 1.5}})
    assert observations["time_s"].ravel().tolist() == [1.5, 1.5]
    envs.close()


def test_a_branch_goes_on_under_the_settings_of_its_episode(cellular):
    env = cellular(**SMALL)
    env.reset(seed=1, options={"settings": {"warmup_s": 1.5}})
    with env.branch() as (branch,):
        assert branch.settings.warmup_s == 1.5
        assert branch.step(branch.action_space.sample())[0]["time_s"][0] == pytest.approx(1.52)


def test_behind_a_gateway_they_are_the_gateway_s(tmp_path, in_background):
    field = {"name": "x", "shape": [2], "low": 0, "high": 1}
    program = fake_scenario(tmp_path / "fake", {"observations": [field], "actions": [field]})
    gateway = Gateway(LocalHost(program), f"ipc://{tmp_path}/socket")
    in_background(gateway)
    env = ns3_bridge.connect(gateway.address)
    env.reset(seed=1)
    with pytest.raises(InvalidSetting, match="those of a simulation behind a gateway"):
        env.reset(options={"settings": {"duration_s": 1}})
    env.close()
