# SPDX-License-Identifier: MIT
"""A scenario for agents that know only vectors of numbers in [−1, 1]."""

from __future__ import annotations

from typing import Any, TypeAlias

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from ns3_bridge.env import Action, Observation, ScenarioEnv
from ns3_bridge.field import Field

Vector: TypeAlias = NDArray[np.float32]

_WIDE = 1e4  # a range wider than this is scaled by its logarithm


class FlatBox(gymnasium.Wrapper[Any, Any, Any, Any]):
    """Observations and actions as flat vectors ``float32`` in [−1, 1], as stable-baselines3 asks.

    Observation, field by field in the order of their declaration: a categorical field is one-hot
    (0 or 1, one place per value); a number x in [low, high] becomes 2·(x − low)/(high − low) − 1;
    if the range is wider than 10⁴, sign(x)·log(1 + abs x) takes the place of x, low and high, so
    that a backlog of 10⁶ bits in a range up to 10¹⁵ is still told from one of 10⁵.

    Action: a number is mapped back linearly and rounded if it is an integer; a categorical field
    has one place per element and value, and the value with the largest number is chosen.

    >>> import numpy as np, tempfile
    >>> from ns3_bridge import LocalHost
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
        env: an environment of a scenario, also wrapped.
    """

    def __init__(self, env: gymnasium.Env[Observation, Action]) -> None:
        super().__init__(env)
        unwrapped = env.unwrapped
        if not isinstance(unwrapped, ScenarioEnv):
            raise TypeError(f"FlatBox wraps environments of scenarios, not {type(unwrapped)}")
        self._observations = unwrapped.schema.observations
        self._actions = unwrapped.schema.actions
        self.observation_space = _box(self._observations)
        self.action_space = _box(self._actions)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Vector, dict[str, Any]]:
        """See `ScenarioEnv.reset`."""
        observation, info = self.env.reset(seed=seed, options=options)
        return self._flatten(observation), info

    def step(self, action: Vector) -> tuple[Vector, float, bool, bool, dict[str, Any]]:
        """See `ScenarioEnv.step`.

        Raises:
            ValueError: `action` has not the shape of the action space.
        """
        observation, reward, terminated, truncated, info = self.env.step(self.unflatten(action))
        return self._flatten(observation), float(reward), terminated, truncated, info

    def unflatten(self, action: Vector) -> dict[str, NDArray[Any]]:
        """The action fields that a vector stands for; numbers beyond ±1 count as ±1.

        Raises:
            ValueError: `action` has not the shape of the action space.
        """
        vector = np.asarray(action, np.float64)
        expected = self.action_space.shape
        if vector.shape != expected:
            raise ValueError(f"action has shape {vector.shape}, expected {expected}")
        fields = {}
        begin = 0
        for field in self._actions:
            end = begin + places(field)
            fields[field.name] = unscaled(vector[begin:end], field)
            begin = end
        return fields

    def _flatten(self, observation: Observation) -> Vector:
        return np.concatenate(
            [scaled(observation[field.name], field) for field in self._observations]
        )


def _box(fields: tuple[Field, ...]) -> spaces.Box:
    return spaces.Box(-1.0, 1.0, (sum(map(places, fields)),), np.float32)


def _choices(field: Field) -> int:
    return int(field.high - field.low) + 1


def places(field: Field) -> int:
    """How many places of the vector a field takes."""
    return int(np.prod(field.shape)) * (_choices(field) if field.categorical else 1)


def scaled(value: NDArray[Any], field: Field) -> Vector:
    """The places of an observed field, ``[places(field)]``, as `FlatBox` says."""
    flat = value.astype(np.float64).ravel()
    if field.categorical:
        one_hot: Vector = np.eye(_choices(field), dtype=np.float32)[(flat - field.low).astype(int)]
        return one_hot.ravel()
    bounds = np.array([field.low, field.high])
    if field.high - field.low > _WIDE:
        flat, bounds = (np.sign(x) * np.log1p(np.abs(x)) for x in (flat, bounds))
    low, high = bounds
    in_range = 2 * (flat - low) / max(high - low, np.finfo(float).tiny) - 1
    vector: Vector = np.clip(in_range, -1, 1).astype(np.float32)
    return vector


def unscaled(part: NDArray[np.float64], field: Field) -> NDArray[Any]:
    """The action field ``field.shape`` that its places of a vector stand for."""
    dtype = np.dtype(field.dtype)
    if field.categorical:
        scores = part.reshape(*field.shape, _choices(field))
        chosen: NDArray[Any] = (field.low + scores.argmax(axis=-1)).astype(dtype)
        return chosen
    number = field.low + (np.clip(part, -1, 1) + 1) / 2 * (field.high - field.low)
    if dtype.kind != "f":
        number = np.rint(number)
    return number.reshape(field.shape).astype(dtype)
