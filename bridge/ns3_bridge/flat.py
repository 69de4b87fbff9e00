# SPDX-License-Identifier: MIT
"""Environments for agents that know only vectors of numbers in [−1, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.utils import RecordConstructorArgs
from gymnasium.vector import VectorEnv, VectorWrapper
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ns3_bridge.errors import InvalidAction
from ns3_bridge.schema import Schema
from ns3_bridge.vector_codec import Range, Vector, VectorCodec, codec_of


class FlatBox(gymnasium.Wrapper[Any, Any, Any, Any], RecordConstructorArgs):
    """Observations and actions as flat vectors ``float32`` in [−1, 1], as stable-baselines3 asks.

    It flattens what the spaces below it say, so it goes on top of other wrappers. Field by field in
    the order of the space: a category (Discrete, MultiDiscrete, or integers that a scenario
    declares to name things) is one-hot, one place per value; a number x in [low, high] becomes
    2·(x − low)/(high − low) − 1; if the range is wider than 10⁴, sign(x)·log(1 + abs x) takes the
    place of x, low and high, so that a backlog of 10⁶ bits in a range up to 10¹⁵ is still told from
    one of 10⁵.

    Action: a number is mapped back linearly and rounded if it is an integer; a category has one
    place per element and value, and the value with the largest number is chosen.

    >>> import numpy as np, tempfile
    >>> from ns3_bridge import LocalHost, ScenarioEnv
    >>> from ns3_bridge.testing import echo_scenario
    >>> folder = tempfile.TemporaryDirectory()
    >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
    >>> env = FlatBox(ScenarioEnv(LocalHost(program)))
    >>> vector, info = env.reset(seed=1)
    >>> vector, *_ = env.step(np.array([0.25, -0.5]))
    >>> vector.tolist()
    [0.25, -0.5]
    >>> env.close()
    >>> folder.cleanup()

    Args:
        env: an environment whose spaces are of numbers with bounds, also wrapped.

    Raises:
        InvalidSetting: a space below is not of numbers, or has no bounds.
    """

    def __init__(self, env: gymnasium.Env[Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        categories = declared_categories(getattr(env.unwrapped, "schema", None))
        self._observations = codec_of(env.observation_space, categories)
        self._actions = codec_of(env.action_space, categories)
        self.observation_space = flat_space(self._observations)
        self.action_space = flat_space(self._actions)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Vector, dict[str, Any]]:
        """See `ScenarioEnv.reset`."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._observations.scaled(observation), info

    def step(self, action: Vector) -> tuple[Vector, float, bool, bool, dict[str, Any]]:
        """See `ScenarioEnv.step`.

        Raises:
            InvalidAction: `action` has not the shape of the action space, or holds a NaN.
        """
        observation, reward, terminated, truncated, info = self.env.step(self.unflatten(action))
        vector = self._observations.scaled(observation)
        return vector, float(reward), terminated, truncated, info

    def unflatten(self, action: Vector) -> Any:
        """The action of the space below that a vector stands for; numbers beyond ±1 count as ±1.

        Raises:
            InvalidAction: `action` has not the shape of the action space, or holds a NaN.
        """
        return self._actions.unscaled(checked_vector(action, (self._actions.places,)))


class FlatVectorBox(VectorWrapper, RecordConstructorArgs):
    """What `FlatBox` is to one environment, for a vector environment.

    >>> import numpy as np, tempfile
    >>> from ns3_bridge import LocalHost, ScenarioVectorEnv
    >>> from ns3_bridge.testing import echo_scenario
    >>> folder = tempfile.TemporaryDirectory()
    >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
    >>> envs = FlatVectorBox(ScenarioVectorEnv(LocalHost(program), num_envs=3))
    >>> vectors, infos = envs.reset(seed=1)
    >>> vectors, *_ = envs.step(np.full((3, 2), 0.5))
    >>> vectors.tolist()
    [[0.5, 0.5], [0.5, 0.5], [0.5, 0.5]]
    >>> envs.close()
    >>> folder.cleanup()

    Args:
        env: a vector environment whose spaces are of numbers with bounds.

    Raises:
        InvalidSetting: a space below is not of numbers, or has no bounds.
    """

    def __init__(self, env: VectorEnv[Any, Any, Any]) -> None:
        RecordConstructorArgs.__init__(self)
        super().__init__(env)
        categories = declared_categories(getattr(env.unwrapped, "schema", None))
        self._observations = codec_of(env.single_observation_space, categories)
        self._actions = codec_of(env.single_action_space, categories)
        self.single_observation_space = flat_space(self._observations)
        self.single_action_space = flat_space(self._actions)
        self.observation_space = batch_space(self.single_observation_space, self.num_envs)
        self.action_space = batch_space(self.single_action_space, self.num_envs)

    def reset(
        self, *, seed: Any = None, options: dict[str, Any] | None = None
    ) -> tuple[Vector, dict[str, Any]]:
        """See `ScenarioVectorEnv.reset`."""
        observations, infos = self.env.reset(seed=seed, options=options)
        return self._scaled(observations), infos

    def step(self, actions: Vector) -> tuple[Vector, Any, Any, Any, dict[str, Any]]:
        """See `ScenarioVectorEnv.step`; last observations in ``infos["final_obs"]`` are flat, too.

        Raises:
            InvalidAction: `actions` has not the shape of the action space, or holds a NaN.
        """
        vectors = checked_vector(actions, (self.num_envs, self._actions.places))
        observations, rewards, terminated, truncated, infos = self.env.step(
            self._actions.unscaled(vectors)
        )
        if "final_obs" in infos:
            infos["final_obs"] = _each(infos["final_obs"], self._observations)
        return self._scaled(observations), rewards, terminated, truncated, infos

    def _scaled(self, observations: Any) -> Vector:
        return self._observations.scaled(observations, (self.num_envs,))


def flat_space(codec: VectorCodec) -> spaces.Box:
    """The space of the vectors of a codec."""
    return spaces.Box(-1.0, 1.0, (codec.places,), np.float32)


def checked_vector(action: Any, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """A flat action, or many of them.

    Raises:
        InvalidAction: it has another shape, is not of numbers, or holds a NaN.
    """
    try:
        vector = np.asarray(action, np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidAction(f"the action is not a vector of numbers: {error}") from error
    if vector.shape != shape:
        raise InvalidAction(f"the action has shape {vector.shape}, expected {shape}")
    if np.isnan(vector).any():
        raise InvalidAction(f"action{np.argwhere(np.isnan(vector))[0].tolist()} is NaN")
    return vector


def declared_categories(schema: Schema | None) -> Mapping[str, Range]:
    """Ranges of the fields whose integers name things, by name."""
    fields = () if schema is None else (*schema.observations, *schema.actions)
    return {field.name: (field.low, field.high) for field in fields if field.categorical}


def _each(last: NDArray[Any], codec: VectorCodec) -> NDArray[Any]:
    """The vector of each last observation ``[num_envs]``; None where there is none."""
    flat = np.full(len(last), None, object)
    for i, observation in enumerate(last):
        if observation is not None:
            flat[i] = codec.scaled(observation)
    return flat
