# SPDX-License-Identifier: MIT
"""A scenario program as a Gymnasium environment."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, TypeVar, cast

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import ArrayLike, NDArray

from ns3_bridge._native import Status
from ns3_bridge.actions import check_action
from ns3_bridge.episode_settings import settings_of
from ns3_bridge.errors import BranchRefused, BridgeError
from ns3_bridge.rendering import RENDER_MODES, check_render_mode, renderer_of
from ns3_bridge.seeds import check_seed, draw_seed
from ns3_bridge.spaces import dict_space
from ns3_bridge.transport import BranchingHost, Host, Transport

Observation: TypeAlias = dict[str, NDArray[Any]]
Action: TypeAlias = Mapping[str, ArrayLike]
AnyEnv = TypeVar("AnyEnv", bound="gymnasium.Env[Any, Any]")

_FRAMES_PER_S = 50


class ScenarioEnv(gymnasium.Env[Observation, Action]):
    """One simulated slot per step.

    Observations and actions are dicts with one array per declared field; ``ns3-twin describe``
    prints their table. The simulation starts at the first `reset`, not before.

    Seeds: ``reset(seed=s)`` sets ns-3's run number to s; a reset without a seed draws a new run
    number from the environment's own generator. The same seed and the same actions give bit-equal
    observations, on whatever host.

    An episode is *truncated* when the setting ``duration_s`` is over.

    Pickled or copied between episodes it becomes an environment with a host of its own, e.g. in
    another process. A running simulation cannot be copied so, but by `branch`.

    >>> import numpy as np, tempfile
    >>> from ns3_bridge import LocalHost, ScenarioEnv
    >>> from ns3_bridge.testing import echo_scenario
    >>> folder = tempfile.TemporaryDirectory()
    >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
    >>> env = ScenarioEnv(LocalHost(program))
    >>> observation, info = env.reset(seed=1)
    >>> observation, *_ = env.step({"say": np.array([0.25, -0.5], np.float32)})
    >>> observation["echo"].tolist()
    [0.25, -0.5]
    >>> with env.branch(2) as branches:  # both go on from here
    ...     [branch.channel.slot for branch in branches]
    [1, 1]
    >>> env.close()
    >>> folder.cleanup()

    Args:
        host: where the simulations run; `ns3_scenarios.make` and `ns3_bridge.connect` make one.
        render_mode: ``"rgb_array"``: `render` draws the network; ``"human"``: every slot is shown
            in a window; None: nothing is drawn.

    Attributes:
        settings: all settings of the present episode, checked.
        schema: the declared fields and tables.
        ns3_version: the ns-3 that simulates.
        bridge_wait_s: time spent waiting for simulators so far.
        run: run number of the present episode: a reset with it as seed repeats the episode. None:
            there is none, or it is a branch that draws from another one.
        render_mode: as given.

    Raises:
        InvalidSetting: there is no such `render_mode`, or nobody can draw this scenario.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 - declared so by Gymnasium
        "render_modes": list(RENDER_MODES),
        "render_fps": _FRAMES_PER_S,
    }

    def __init__(self, host: Host, render_mode: str | None = None) -> None:
        self._host = self._episode_host = host
        self.settings = host.settings
        self.ns3_version = host.ns3_version
        self.schema = host.schema
        self.render_mode = check_render_mode(render_mode)
        self._renderer = None if render_mode is None else renderer_of(host.schema, render_mode)
        if (slot_s := getattr(host.settings, "slot_s", None)) is not None:
            self.metadata = {**self.metadata, "render_fps": max(1, round(1 / slot_s))}
        # Gymnasium's Dict is not typed as a space of dicts of arrays.
        self.observation_space = cast(
            "spaces.Space[Observation]", dict_space(self.schema.observations)
        )
        self.action_space = cast("spaces.Space[Action]", dict_space(self.schema.actions))
        self._channel: Transport | None = None
        self._closed_wait_s = 0.0
        self._is_branch = False
        self.run: int | None = None

    @property
    def channel(self) -> Transport:
        """The channel of the present episode: NumPy views without copies, for fast agents.

        Raises:
            BridgeError: there is no episode; call `reset` first.
        """
        if self._channel is None:
            raise BridgeError("no simulation is running: call reset() first")
        return self._channel

    @property
    def host(self) -> Host:
        """Where the simulations run."""
        return self._host

    @property
    def is_over(self) -> bool:
        """Has the scenario come to the end of the present episode?"""
        return self.channel.status in (Status.TERMINATED, Status.TRUNCATED)

    @property
    def bridge_wait_s(self) -> float:
        """Time spent waiting for simulators, over all episodes."""
        return self._closed_wait_s + (self._channel.wait_s if self._channel else 0.0)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        """Start a new simulation.

        Args:
            seed: the run number of ns-3, from 0 to 2³² − 1.
            options: ``{"settings": {…}}`` changes settings of the scenario for this episode alone,
                e.g. ``{"traffic": {"rate_hz": 3}}``; all others are those of the environment. What
                changes the spaces, such as ``n_ue``, is refused. With `warm_starts` such an
                episode starts cold.

        Raises:
            InvalidSetting: `seed` or `options` does not fit; the episode before goes on.
            BridgeError: the simulation does not start (see `Host`).
        """
        changed = settings_of(options)
        seed = None if seed is None else check_seed(seed)
        host = self._host if changed is None else self._host.under(changed)
        super().reset(seed=seed)
        run = draw_seed(self.np_random) if seed is None else seed
        ended = self._leave_episode()
        self._episode_host, self.run = host, run
        self.settings, self.schema = host.settings, host.schema
        self._channel = channel = host.start(run, instead_of=ended)
        observation = channel.copy_observations()
        if self._renderer is not None:
            self._renderer.begin(observation)
            self._show()
        return observation, self._info()

    def resume(self) -> tuple[Observation, dict[str, Any]]:
        """Go on with the episode that a gateway kept for us, where it was.

        Raises:
            BridgeError: there is none, or the simulations run on this machine.
        """
        self._channel = channel = self._host.resume()
        return channel.copy_observations(), self._info()

    def step(self, action: Action) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        """Enforce an action and simulate one slot.

        Raises:
            InvalidAction: the action cannot be enforced; the simulation stays where it was.
            SimulatorDied: the simulator's process has ended; `reset` starts another.
            DeadlineExceeded: the slot took longer than `deadline_s`; `reset` starts another.
        """
        channel = self.channel
        if self.is_over:
            raise gymnasium.error.ResetNeeded("the episode is over: call reset()")
        for name, array in check_action(action, self.schema).items():
            channel.actions[name][...] = array
        status = channel.exchange()
        observation = channel.copy_observations()
        if self._renderer is not None:
            self._renderer.follow(observation)
            self._show()
        return (
            observation,
            channel.reward,
            status == Status.TERMINATED,
            status == Status.TRUNCATED,
            self._info(),
        )

    def render(self) -> NDArray[np.uint8] | None:
        """The network as it stands: users' trajectories, cells, associations and queues.

        Returns:
            ``[height, width, 3]`` if `render_mode` is ``"rgb_array"``; else None: a window shows
            every slot by itself, or nothing is drawn.

        Raises:
            ResetNeeded: there is no episode.
        """
        if self._renderer is None:
            gymnasium.logger.warn(
                "render() draws nothing: make the environment with render_mode='rgb_array'"
            )
            return None
        if self._channel is None:
            raise gymnasium.error.ResetNeeded("there is nothing to draw: call reset() first")
        return self._renderer.image() if self.render_mode == "rgb_array" else None

    def take_records(self) -> dict[str, NDArray[Any]]:
        """Rows that the scenario wrote since the last call, per table ``[n_rows]`` (structured)."""
        return self.channel.take_records()

    def branch(self, n: int = 1, *, seeds: Sequence[int] | None = None) -> Branches[ScenarioEnv]:
        """Continue the present physical state `n` times, each time under other decisions.

        Each branch is an environment of its own, at the present slot of this one, which is not
        changed. With the same actions a branch and this environment go the same way, bit for bit.
        Branches can be branched; closing or losing one touches no other. `Branches` is a list and
        a context manager that closes them:

            with env.unwrapped.branch(2) as (stay, move):
                ...

        A branch holds what happens from now on: records already written are not repeated. After
        its episode it can be `reset` like any environment; without a seed it draws the run numbers
        that this environment would draw next.

        Args:
            n: how many.
            seeds: ``[n]`` run numbers from which the branches draw their random numbers from now
                on: several futures of one state. None: all have the one future that this
                environment has.

        Raises:
            ResetNeeded: there is no running episode.
            BranchRefused: too many branches are alive, or the simulation cannot be branched so.
            SimulatorDied: the simulator's process has ended.
            DeadlineExceeded: there was no answer in time.
        """
        if self._channel is None or self.is_over:
            raise gymnasium.error.ResetNeeded("no episode is running that could be branched")
        host = self._episode_host
        if not isinstance(host, BranchingHost):
            raise BranchRefused("only a simulation on this machine can be branched")
        runs: Sequence[int | None] = [None] * n if seeds is None else seeds
        if n < 1 or len(runs) != n:
            raise BranchRefused(f"n = {n} with {len(runs)} seeds: both must be one number ≥ 1")
        branches = Branches[ScenarioEnv]()
        try:
            for run in runs:
                number = None if run is None else check_seed(run)
                branch = self._with_channel(host.branch(self._channel, number))
                branch.run = self.run if number is None else None
                branches.append(branch)
        except BaseException:
            branches.close()
            raise
        return branches

    def close(self) -> None:
        """End the simulation, if there is one, and leave the host."""
        if (ended := self._leave_episode()) is not None:
            ended.close()
        if self._renderer is not None:
            self._renderer.close()
        if not self._is_branch:
            self._host.close()

    def __reduce__(self) -> tuple[Any, ...]:
        if self._channel is not None:
            raise BridgeError(
                "a running simulation is neither pickled nor copied: branch() continues it in "
                "another environment, and before reset() or after close() the environment can be "
                "copied"
            )
        kept = ("spec", "_np_random", "_np_random_seed", "observation_space", "action_space")
        state = {name: self.__dict__[name] for name in kept if name in self.__dict__}
        return type(self), (self._host, self.render_mode), state

    def _with_channel(self, channel: Transport) -> ScenarioEnv:
        branch = object.__new__(type(self))
        branch.__dict__.update(self.__dict__)
        branch._is_branch = True
        branch._renderer = branch.render_mode = None
        branch._channel = channel
        branch._closed_wait_s = 0.0
        branch._np_random = copy.deepcopy(self._np_random)
        return branch

    def _leave_episode(self) -> Transport | None:
        ended, self._channel = self._channel, None
        if ended is not None:
            self._closed_wait_s += ended.wait_s
        return ended

    def _show(self) -> None:
        if self._renderer is not None and self.render_mode == "human":
            self._renderer.show()

    def _info(self) -> dict[str, Any]:
        channel = self.channel
        return {"slot": channel.slot, "time_s": channel.time_s, "events": channel.events}


class Branches(list[AnyEnv]):
    """Environments that continue one physical state; as a context manager it closes them.

    Example:
        >>> import tempfile
        >>> from ns3_bridge import LocalHost
        >>> from ns3_bridge.testing import echo_scenario
        >>> folder = tempfile.TemporaryDirectory()
        >>> program = echo_scenario(f"{folder.name}/echo", n_floats=2, n_slots=3)
        >>> env = ScenarioEnv(LocalHost(program))
        >>> observation, info = env.reset(seed=1)
        >>> with env.branch(2) as branches:  # closed at the end of the block
        ...     [branch.step(env.action_space.sample())[4]["slot"] for branch in branches]
        [1, 1]
        >>> env.close()
        >>> folder.cleanup()
    """

    def __enter__(self) -> Branches[AnyEnv]:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every branch; what they came from goes on."""
        for branch in self:
            branch.close()
