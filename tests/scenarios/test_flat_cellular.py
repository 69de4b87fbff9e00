"""The flat view on a real scenario: stable-baselines3, wrappers below it, vectors, teams."""

from __future__ import annotations

import pickle

import gymnasium
import numpy as np
import pytest
from gymnasium.wrappers import FilterObservation, FrameStackObservation, TransformAction
from stable_baselines3.common.env_checker import check_env

from ns3_bridge import FlatBox, FlatVectorBox, InvalidAction

ID = "ns3_scenarios:ns3/Cellular-v0"
SMALL = {"n_ue": 3, "n_bs": 2, "duration_s": 0.2}


@pytest.fixture
def small():
    made = gymnasium.make(ID, settings=SMALL)
    yield made
    made.close()


def test_stable_baselines3_accepts_it(cellular):
    check_env(FlatBox(cellular(duration_s=0.2)), warn=True)


def test_the_largest_score_decides_the_association(cellular):
    env = FlatBox(cellular())
    env.reset(seed=1)
    action = np.full(env.action_space.shape, -1, np.float32)
    action[:8] = [0.2, 0.1, -1, 1, 1, -1, 0, 0]  # association comes first: 4 users × 2 cells
    fields = env.unflatten(action)
    assert fields["association"].tolist() == [0, 1, 0, 0]
    assert fields["compute_share"].tolist() == [0, 0, 0, 0]
    observation, *_ = env.step(action)
    assert observation.dtype == np.float32
    assert (np.abs(observation) <= 1).all()


def test_a_vector_of_another_length_is_refused(cellular):
    with pytest.raises(InvalidAction, match="shape"):
        FlatBox(cellular()).unflatten(np.zeros(3, np.float32))


def test_fields_may_be_left_out_below_it(small):
    env = FlatBox(FilterObservation(small, ["serving_bs", "position_m"]))
    vector, _ = env.reset(seed=1)
    assert vector.shape == (3 * 3 + 3 * 2,)  # none or one of two cells, x and y
    whole = small.unwrapped.channel.observations["serving_bs"]
    # Filtered spaces are sorted by name: places first.
    assert (vector[6:].reshape(3, 3).argmax(axis=1) - 1 == whole).all()


def test_frames_may_be_stacked_below_it(small):
    env = FlatBox(FrameStackObservation(FilterObservation(small, ["serving_bs", "time_s"]), 4))
    vector, _ = env.reset(seed=1)
    assert vector in env.observation_space
    assert vector.shape == (4 * (3 * 3 + 1),)
    vector, *_ = env.step(env.action_space.sample())
    assert vector in env.observation_space


def test_actions_may_be_changed_below_it(small):
    fewer = gymnasium.spaces.Dict({"association": small.action_space["association"]})
    share = np.full(3, 0.25, np.float32)
    sent = []

    def completed(action):
        sent.append({**action, "bandwidth_share": share, "compute_share": share})
        return sent[-1]

    env = FlatBox(TransformAction(small, completed, fewer))
    assert env.action_space.shape == (6,)
    env.reset(seed=1)
    env.step(np.array([1, 0, 0, 1, 1, 0], np.float32))
    assert sent[0]["association"].tolist() == [0, 1, 0]


def test_its_spec_makes_it_again(small):
    env = FlatBox(small)
    again = gymnasium.make(env.spec)
    assert isinstance(again, FlatBox)
    assert (again.reset(seed=1)[0] == env.reset(seed=1)[0]).all()
    again.close()


def test_it_goes_to_another_process(small):
    env = FlatBox(small)
    again = pickle.loads(pickle.dumps(env))
    assert (again.reset(seed=1)[0] == env.reset(seed=1)[0]).all()
    again.close()


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_a_vector_environment_is_flattened_row_by_row(small, mode):
    single = FlatBox(small)
    envs = FlatVectorBox(gymnasium.make_vec(ID, 2, settings=SMALL, autoreset_mode=mode))
    one, _ = single.reset(seed=1)
    many, _ = envs.reset(seed=1)
    assert (many[0] == one).all()
    for _ in range(10):
        actions = envs.action_space.sample()
        one, *_ = single.step(actions[0])
        many, _, _, truncated, infos = envs.step(actions)
    assert truncated.all()
    last = infos["final_obs"][0] if mode == "SameStep" else many[0]
    assert (last == one).all()
    assert many in envs.observation_space
    envs.close()
