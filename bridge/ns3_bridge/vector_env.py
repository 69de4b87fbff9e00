# SPDX-License-Identifier: MIT
"""Many simulators of one scenario as a Gymnasium vector environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import gymnasium
import numpy as np
from gymnasium.utils import seeding
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from ns3_bridge._native import Status
from ns3_bridge.actions import check_actions
from ns3_bridge.batches import Batch, ObservationBatch
from ns3_bridge.channel import Channel
from ns3_bridge.episode_settings import settings_of, settings_of_each
from ns3_bridge.errors import BridgeError
from ns3_bridge.local_host import LocalHost
from ns3_bridge.seeds import draw_seed
from ns3_bridge.spaces import dict_space
from ns3_bridge.spin import side_by_side_spin
from ns3_bridge.starts import Starts
from ns3_bridge.vector_resets import (
    autoreset_of,
    check_max_steps,
    check_number,
    check_running,
    reset_mask,
    seeds_of,
)

Records: TypeAlias = dict[str, NDArray[Any]]
Infos: TypeAlias = dict[str, Any]
Step: TypeAlias = tuple[Batch, NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_], Infos]


class ScenarioVectorEnv(VectorEnv[Batch, Mapping[str, NDArray[Any]], NDArray[Any]]):
    """N simulators, each a process of its own, stepped at once.

    All actions are posted before the first answer is waited for, so the simulators run side by
    side on as many cores as there are, and no Python process lies between them and the agent.
    Episodes are bit-equal to those of N single environments under the same seeds.

    A simulator that dies, hangs or breaks the protocol does not end the others: its environment is
    *truncated* with its last observation and reward 0, ``infos["simulator_error"]`` says what
    happened, and it starts anew as after any end of an episode.

    An action that cannot be enforced raises `InvalidAction` naming the environment; then none of
    them is stepped.

    >>> import numpy as np, tempfile
    >>> from ns3_bridge import LocalHost
    >>> from ns3_bridge.testing import echo_scenario
    >>> folder = tempfile.TemporaryDirectory()
    >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
    >>> env = ScenarioVectorEnv(LocalHost(program), num_envs=3)
    >>> observations, infos = env.reset(seed=1)
    >>> observations, *_ = env.step({"say": np.full((3, 2), 0.5, np.float32)})
    >>> observations["echo"].shape
    (3, 2)
    >>> env.close()
    >>> folder.cleanup()

    Args:
        host: starts the simulators.
        num_envs: how many.
        autoreset_mode: when an environment whose episode is over is reset: with the next step
            (Gymnasium's default), within the same step, or never (by ``options["reset_mask"]``).
        max_episode_steps: an episode is truncated after so many steps; None: by the scenario alone.

    Attributes:
        host: as given.
        hosts: where the present episode of each environment runs: under other settings, if its
            last reset has asked for some.
        runs: run numbers of the present episodes, ``[num_envs]``.
        has_ended: whose scenario came to its end in the last step, ``[num_envs]``; others may have
            been truncated.
        schema: the declared fields and tables.
        metadata: holds ``autoreset_mode``.
    """

    def __init__(
        self,
        host: LocalHost,
        num_envs: int,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        max_episode_steps: int | None = None,
    ) -> None:
        check_number(num_envs)
        self.host = host
        self.hosts = [host] * num_envs
        self.runs: list[int | None] = [None] * num_envs
        self.schema = host.schema
        self.has_ended = np.zeros(num_envs, np.bool_)
        self._max_steps = check_max_steps(max_episode_steps)
        self.num_envs = num_envs
        self.metadata = {"autoreset_mode": autoreset_of(autoreset_mode)}
        self.single_observation_space = dict_space(host.schema.observations)
        self.single_action_space = dict_space(host.schema.actions)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.action_space = batch_space(self.single_action_space, num_envs)
        self._channels: list[Channel | None] = [None] * num_envs
        self._random = [seeding.np_random(None)[0] for _ in range(num_envs)]
        self._over = np.zeros(num_envs, np.bool_)
        self._observations = ObservationBatch(host.schema, num_envs)
        self._spin = side_by_side_spin(num_envs)
        self._unanswered: set[int] = set()  # posted to, and not yet collected
        self._ended_records: dict[int, Records] = {}  # of episodes replaced within the last step

    @property
    def pids(self) -> list[int | None]:
        """Processes of the simulators, ``[num_envs]``; None where none runs."""
        return [None if one is None else one.process.pid for one in self._channels]

    def reset(
        self,
        *,
        seed: int | Sequence[int | None] | None = None,
        options: Mapping[str, Any] | None = None,
    ) -> tuple[Batch, Infos]:
        """Start new simulations, side by side.

        Args:
            seed: run numbers of ns-3, one per environment; an integer s means s, s + 1, …; None
                draws them from each environment's own generator.
            options: ``"reset_mask"``, ``[num_envs]`` bool: resets only some environments;
                ``"settings"``: other settings of the scenario, as of `ScenarioEnv.reset`, the same
                for all that are reset or a list ``[num_envs]``. They hold until the next call of
                `reset`, also in episodes that start by themselves.

        Raises:
            InvalidSetting: `seed` or `options` does not fit; all episodes go on.
            BridgeError: a simulator does not start (see `LocalHost.start`).
        """
        changed = settings_of_each(settings_of(options, ("reset_mask",)), self.num_envs)
        seeds = seeds_of(seed, self.num_envs)
        chosen = np.flatnonzero(reset_mask(options or {}, self.num_envs)).tolist()
        hosts = {i: self.host if (s := changed[i]) is None else self.host.under(s) for i in chosen}
        for i in chosen:
            self.hosts[i] = hosts[i]
            if seeds[i] is not None:
                self._random[i] = seeding.np_random(seeds[i])[0]
        infos: Infos = {}
        self._ended_records.clear()
        self._start(chosen, {i: run for i in chosen if (run := seeds[i]) is not None})
        return self._observations.take(), self._add_infos(infos, chosen)

    def step(self, actions: Mapping[str, NDArray[Any]]) -> Step:
        """Enforce an action and simulate one slot in every environment.

        Args:
            actions: per action field ``[num_envs, *shape]``.

        Raises:
            InvalidAction: an action cannot be enforced; no environment was stepped.
            ResetNeeded: an episode is over and the mode is ``DISABLED``, or there was no reset.
            AlreadyPendingCallError: the step before was interrupted; only `reset` goes on.
            BridgeError: a simulator does not start anew (see `LocalHost.start`). The others have
                made their step; the next one tries again.
        """
        if self._unanswered:
            raise gymnasium.error.AlreadyPendingCallError(
                f"the step before was broken off while environments {sorted(self._unanswered)} "
                "simulated: call reset()",
                "step",
            )
        mode = self.metadata["autoreset_mode"]
        ready = self._over | np.array([channel is not None for channel in self._channels])
        check_running(ready, self._over, mode)
        restarting = np.flatnonzero(self._over).tolist()
        running = np.flatnonzero(~self._over).tolist()
        checked = check_actions(actions, self.host.schema, range(self.num_envs), running)
        for i, action in zip(running, checked, strict=True):
            channel = self._channel(i)
            channel.write_action(action)
            self._unanswered.add(i)
            channel.post()
        rewards = np.zeros(self.num_envs)
        terminations = np.zeros(self.num_envs, np.bool_)
        truncations = np.zeros(self.num_envs, np.bool_)
        infos: Infos = {}
        self.has_ended[:] = False
        self._ended_records.clear()
        failure: BridgeError | None = None
        try:
            self._start(restarting, {})
        except BridgeError as error:
            failure = error
        else:
            infos = self._add_infos(infos, restarting)
        for i in running:
            try:
                status = self._channel(i).collect()
                self._unanswered.discard(i)
            except BridgeError as error:
                truncations[i] = True
                infos = self._add_info(infos, {"simulator_error": str(error)}, i)
                self._end(i)
            else:
                rewards[i] = self._channel(i).reward
                terminations[i] = status == Status.TERMINATED
                self.has_ended[i] = status != Status.RUNNING
                too_long = self._channel(i).slot >= self._max_steps
                truncations[i] = status == Status.TRUNCATED or too_long
                self._observations.put(i, self._channel(i).observation_block)
                infos = self._add_infos(infos, [i])
        self._over = terminations | truncations
        if failure is not None:
            self._over[[i for i in restarting if self._channels[i] is None]] = True
            raise failure
        if mode == AutoresetMode.SAME_STEP and self._over.any():
            infos = self._reset_within_step(infos)
        return self._observations.take(), rewards, terminations, truncations, infos

    def take_records(self) -> list[dict[str, NDArray[Any]]]:
        """Rows that each scenario wrote since the last call; nothing of one that has died.

        Of an episode that was replaced within the last step, too. Rows of an episode go with it:
        take them after every step.
        """
        return [
            _joined(self._ended_records.pop(i, {}), channel.take_records() if channel else {})
            for i, channel in enumerate(self._channels)
        ]

    def close_extras(self, **kwargs: Any) -> None:
        """End all simulations."""
        for i in range(self.num_envs):
            self._end(i)
        self.host.close()

    def _channel(self, i: int) -> Channel:
        channel = self._channels[i]
        assert channel is not None
        return channel

    def _start(self, which: Sequence[int], runs: Mapping[int, int]) -> None:
        """Start new episodes side by side, under given run numbers or drawn ones."""
        if not which:
            return
        numbers = [runs[i] if i in runs else draw_seed(self._random[i]) for i in which]
        ended = [self._channels[i] for i in which]
        for i, run in zip(which, numbers, strict=True):
            self.runs[i] = run
            self._channels[i] = None
            self._unanswered.discard(i)
        starts = Starts()
        try:
            started = [
                starts.submit(self.hosts[i].start, run, channel)
                for i, run, channel in zip(which, numbers, ended, strict=True)
            ]
            while not all(future.done() for future in started):
                starts.await_an_end()
        except BaseException:
            starts.give_up()
            raise
        for i, future in zip(which, started, strict=True):
            if future.exception() is None:
                self._channels[i] = channel = future.result()
                channel.spin = self._spin
                self._over[i] = False
                self._observations.put(i, channel.observation_block)
        for future in started:
            future.result()  # raises what went wrong, now that no simulator can be forgotten

    def _end(self, i: int) -> None:
        self._unanswered.discard(i)
        channel = self._channels[i]
        if channel is not None:
            channel.close()
            self._channels[i] = None

    def _add_infos(self, infos: Infos, which: Sequence[int]) -> Infos:
        """Add what is told of the present observation of some environments."""
        for i in which:
            infos = self._add_info(infos, self._channel(i).info, i)
        return infos

    def _reset_within_step(self, infos: Infos) -> Infos:
        ended = np.flatnonzero(self._over).tolist()
        for i in ended:
            channel = self._channels[i]
            final = {
                "final_obs": {n: value[0] for n, value in self._observations.take([i]).items()},
                "final_info": channel.info if channel else {},
            }
            infos = self._add_info(infos, final, i)
            if channel is not None:
                self._ended_records[i] = channel.take_records()
        self._start(ended, {})
        return self._add_infos(infos, ended)


def _joined(first: Records, then: Records) -> Records:
    if not first or not then:
        return first or then
    return {table: np.concatenate([first[table], rows]) for table, rows in then.items()}
