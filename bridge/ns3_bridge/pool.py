# SPDX-License-Identifier: MIT
"""Many simulators of one scenario, each stepped as soon as its action is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from typing import Any, NamedTuple, TypeAlias

import gymnasium
import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector.utils import batch_space
from numpy.typing import ArrayLike, NDArray

from ns3_bridge._native import Status
from ns3_bridge.actions import check_actions
from ns3_bridge.batches import Batch, ObservationBatch
from ns3_bridge.channel import Channel, wait_any
from ns3_bridge.episode_settings import settings_of, settings_of_each
from ns3_bridge.errors import BridgeError, InvalidSetting
from ns3_bridge.local_host import LocalHost
from ns3_bridge.seeds import draw_seed
from ns3_bridge.spaces import dict_space
from ns3_bridge.spin import side_by_side_spin
from ns3_bridge.starts import Starts
from ns3_bridge.vector_resets import check_number, is_count, seeds_of

Infos: TypeAlias = dict[str, NDArray[Any]]
Step: TypeAlias = tuple[Batch, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]

_PATROL_S = 0.05
_PATROL_OF_STARTS_S = 0.002


class _Result(NamedTuple):
    """What an environment has to say after its start or its step."""

    env: int
    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False
    error: str | None = None


class ScenarioPool:
    """N simulators that nobody holds up: the interface of EnvPool's asynchronous mode.

    A vector environment waits in every step for the slowest of its simulators. Here `recv` returns
    those that are ready first, `send` gives them their next actions, and all others simulate on::

        pool.async_reset(seed=1)
        for _ in range(1000):
            observations, rewards, terminated, truncated, infos = pool.recv()
            pool.send(policy(observations), infos["env_id"])

    With more environments than processors no processor waits for the agent either. Each
    environment goes the same way as a single one under its seeds and actions, bit for bit; only
    the order in which they answer is the machine's.

    An environment whose episode is over starts the next one with its next `send`, which ignores
    its action. One whose simulator dies, hangs or breaks the protocol is *truncated* with its last
    observation and reward 0; ``infos["simulator_error"]`` says what happened.

    >>> import numpy as np, tempfile
    >>> from ns3_bridge import LocalHost
    >>> from ns3_bridge.testing import echo_scenario
    >>> folder = tempfile.TemporaryDirectory()
    >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
    >>> pool = ScenarioPool(LocalHost(program), num_envs=3, batch_size=2)
    >>> pool.async_reset(seed=1)
    >>> observations, *_, infos = pool.recv()
    >>> pool.send({"say": np.full((2, 2), 0.5, np.float32)}, infos["env_id"])
    >>> len(pool.recv()[0]["echo"])
    2
    >>> pool.close()
    >>> folder.cleanup()

    Args:
        host: starts the simulators.
        num_envs: how many.
        batch_size: how many `recv` returns at once; None: all.

    Attributes:
        num_envs: as given.
        batch_size: as given.
        single_observation_space: of one environment.
        single_action_space: of one environment.
        observation_space: of a batch.
        action_space: of a batch.

    Raises:
        InvalidSetting: `num_envs` or `batch_size` is out of bounds.
    """

    def __init__(self, host: LocalHost, num_envs: int, batch_size: int | None = None) -> None:
        check_number(num_envs)
        self.batch_size = num_envs if batch_size is None else batch_size
        if not is_count(self.batch_size) or self.batch_size > num_envs:
            raise InvalidSetting(
                f"batch_size = {batch_size!r}: must be an integer from 1 to num_envs = {num_envs}; "
                "settings of a scenario are given as settings={…}"
            )
        self._host = host
        self._hosts = [host] * num_envs
        self.num_envs = num_envs
        self.single_observation_space = dict_space(host.schema.observations)
        self.single_action_space = dict_space(host.schema.actions)
        self.observation_space = batch_space(self.single_observation_space, self.batch_size)
        self.action_space = batch_space(self.single_action_space, self.batch_size)
        self._spin = side_by_side_spin(num_envs)
        self._random = [seeding.np_random(None)[0] for _ in range(num_envs)]
        self._observations = ObservationBatch(host.schema, num_envs)
        self._channels: list[Channel | None] = [None] * num_envs
        self._starts = Starts()
        self._starting: dict[int, Future[Channel]] = {}
        self._stepping: dict[int, Channel] = {}  # who was posted first comes first
        self._results: list[_Result] = []  # not yet received
        self._over = np.ones(num_envs, np.bool_)  # whose next `send` starts an episode

    @property
    def pids(self) -> list[int | None]:
        """Processes of the simulators, ``[num_envs]``; None where none runs."""
        return [None if one is None else one.process.pid for one in self._channels]

    def async_reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """Start new episodes everywhere; `recv` brings their first observations.

        Args:
            seed: run numbers of ns-3, one per environment; an integer s means s, s + 1, …; None
                draws them from each environment's own generator.
            options: ``"settings"``: other settings of the scenario, as of `ScenarioEnv.reset`, the
                same for all or a list ``[num_envs]``. They hold until the next call of
                `async_reset`.

        Raises:
            InvalidSetting: `seed` or `options` does not fit; all episodes go on.
        """
        changed = settings_of_each(settings_of(options), self.num_envs)
        seeds = seeds_of(seed, self.num_envs)
        self._hosts = [self._host if s is None else self._host.under(s) for s in changed]
        self._end()
        for env, run in enumerate(seeds):
            if run is not None:
                self._random[env] = seeding.np_random(run)[0]
            self._start(env, run)

    def send(self, actions: Mapping[str, NDArray[Any]], env_id: ArrayLike) -> None:
        """Let some environments simulate their next slot. Does not wait.

        Args:
            actions: per action field ``[n, *shape]``.
            env_id: ``[n]`` the environments that they are for, as `recv` named them.

        Raises:
            InvalidAction: an action cannot be enforced; no environment was stepped.
            InvalidSetting: `env_id` names one that does not exist, twice, or that has not answered.
        """
        envs = self._waiting(env_id)
        running = [row for row, env in enumerate(envs) if not self._over[env]]
        checked = check_actions(actions, self._host.schema, envs, running)
        for row, action in zip(running, checked, strict=True):
            channel = self._channels[envs[row]]
            assert channel is not None
            channel.write_action(action)
            channel.post()
            self._stepping[envs[row]] = channel
        for env in envs:
            if self._over[env]:
                self._start(env, None)

    def recv(self) -> Step:
        """Wait for the first `batch_size` environments that are ready.

        Returns:
            observations, per field ``[batch_size, *shape]``, rewards, terminations, truncations
            and infos, ``[batch_size]`` each: ``env_id``, ``slot``, ``time_s``, ``events``, and
            ``simulator_error`` if there is one.

        Raises:
            ResetNeeded: fewer than `batch_size` simulate: `send` actions, or `async_reset`.
            BridgeError: a simulator does not start (see `LocalHost.start`).
        """
        busy = len(self._starting) + len(self._stepping) + len(self._results)
        if busy < self.batch_size:
            raise gymnasium.error.ResetNeeded(
                f"{busy} environments simulate, a batch has {self.batch_size}: "
                "call async_reset() first, and send() after each recv()"
            )
        try:
            while len(self._results) < self.batch_size:
                self._await(self.batch_size - len(self._results))
        except BridgeError:
            raise
        except BaseException:  # Ctrl-C: what has not started yet shall not keep anybody
            self._starts.give_up()
            raise
        results, self._results = self._results, []
        envs = [result.env for result in results]
        rewards = np.array([result.reward for result in results])
        terminated = np.array([result.terminated for result in results])
        truncated = np.array([result.truncated for result in results])
        self._over[envs] = terminated | truncated
        return self._observations.take(envs), rewards, terminated, truncated, self._infos(results)

    def step(self, actions: Mapping[str, NDArray[Any]], env_id: ArrayLike) -> Step:
        """`send`, then `recv`: the answers may be those of other environments."""
        self.send(actions, env_id)
        return self.recv()

    def close(self) -> None:
        """End all simulations."""
        self._end()
        self._host.close()

    def _waiting(self, env_id: ArrayLike) -> list[int]:
        """`env_id`, checked."""
        ids = np.atleast_1d(np.asarray(env_id))
        envs: list[int] = ids.tolist()
        known = ids.dtype.kind in "iu" and ids.ndim == 1 and len(set(envs)) == len(envs)
        if not known or not all(0 <= env < self.num_envs for env in envs):
            raise InvalidSetting(
                f"env_id must name different environments from 0 to {self.num_envs - 1}, not {envs}"
            )
        if early := [env for env in envs if env in self._starting or env in self._stepping]:
            raise InvalidSetting(f"environments {early} have not answered yet: recv() first")
        return envs

    def _start(self, env: int, run: int | None) -> None:
        if run is None:
            run = draw_seed(self._random[env])
        self._over[env] = True
        ended, self._channels[env] = self._channels[env], None
        self._starting[env] = self._starts.submit(self._hosts[env].start, run, ended)

    def _await(self, most: int) -> None:
        """Wait for some environments, at most for a patrol; note their results."""
        started = [env for env, future in self._starting.items() if future.done()]
        for env in started[:most]:
            self._results.append(self._take_start(env))
        if started:
            return
        if not self._stepping:
            self._starts.await_an_end()
            return
        envs = list(self._stepping)
        patience_s = _PATROL_OF_STARTS_S if self._starting else _PATROL_S
        answered = wait_any(list(self._stepping.values()), patience_s)
        self._results += [self._take_step(envs[i]) for i in answered[:most]]

    def _take_start(self, env: int) -> _Result:
        channel = self._starting.pop(env).result()
        channel.spin = self._spin
        self._channels[env] = channel
        self._observations.put(env, channel.observation_block)
        return _Result(env)

    def _take_step(self, env: int) -> _Result:
        channel = self._stepping.pop(env)
        try:
            status = channel.collect()
        except BridgeError as error:
            channel.close()
            self._channels[env] = None
            return _Result(env, truncated=True, error=str(error))
        self._observations.put(env, channel.observation_block)
        return _Result(env, channel.reward, status == Status.TERMINATED, status == Status.TRUNCATED)

    def _infos(self, results: Sequence[_Result]) -> dict[str, NDArray[Any]]:
        channels = [self._channels[result.env] for result in results]
        infos = {
            "env_id": np.array([result.env for result in results]),
            "slot": np.array([-1 if c is None else c.slot for c in channels]),
            "time_s": np.array([np.nan if c is None else c.time_s for c in channels]),
            "events": np.array([0 if c is None else c.events for c in channels]),
        }
        if any(result.error for result in results):
            infos["simulator_error"] = np.array([result.error for result in results], object)
        return infos

    def _end(self) -> None:
        """End all episodes, also those that are only starting."""
        self._starts.give_up()
        while not all(future.done() for future in self._starting.values()):
            self._starts.await_an_end()
        started = [f.result() for f in self._starting.values() if f.exception() is None]
        self._starting.clear()
        self._stepping.clear()
        self._results.clear()
        self._over[:] = True
        for channel in (*started, *self._channels):
            if channel is not None:
                channel.close()
        self._channels = [None] * self.num_envs
