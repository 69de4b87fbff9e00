"""The flat view on a real scenario, as stable-baselines3 checks it."""

from __future__ import annotations

import gymnasium
import numpy as np
import pytest
from stable_baselines3.common.env_checker import check_env

from ns3_bridge import FlatBox


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
    with pytest.raises(ValueError, match="shape"):
        FlatBox(cellular()).unflatten(np.zeros(3, np.float32))


def test_only_scenarios_are_flattened():
    with pytest.raises(TypeError, match="CartPole"):
        FlatBox(gymnasium.make("CartPole-v1"))
