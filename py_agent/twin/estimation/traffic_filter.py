# SPDX-License-Identifier: MIT
"""Whether each user's traffic is on, and how much it sends when it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from py_agent import former_names
from py_agent.twin.model.traffic import UsersTraffic

Floats = NDArray[np.float64]

_PRIOR_TASKS = 30.0  # the expected size counts like so many tasks
_PRIOR_S = 60.0  # the expected rate counts like so many seconds of observation


class TrafficFilter:
    """A two-state Markov-modulated Poisson process per user, filtered report by report.

    ``p(on)`` moves with the rates 1/on_s, 1/off_s and is weighed by the Poisson likelihood of the
    tasks that came (Fischer and Meier-Hellstern 1993), as if a source did not change between two
    reports. At a report per slot it hardly does; where reports are rarer than changes, ``p(on)`` is
    too sure of itself and the rate comes out too low. The rate while on has a Gamma belief:
    prior tasks over prior seconds, plus tasks over expected seconds of being on. The mean size
    follows likewise from bits and tasks.

    Args:
        traffic: the users' laws.
        mean_bit: expected size of a task, ``[n_ue]``.

    Attributes:
        on_probability: ``[n_ue]``.

    Example:
        >>> from py_agent.twin.model.parameters import Traffic
        >>> alike = UsersTraffic((Traffic(rate_hz=1.0),), np.zeros(2, int))
        >>> traffic = TrafficFilter(alike, mean_bit=np.full(2, 4e5))
        >>> five, none = np.array([5.0]), np.array([0.0])
        >>> traffic.update(np.array([0]), five, 4e5 * five, np.array([1.0]))
        >>> traffic.update(np.array([1]), none, none, np.array([1.0]))
        >>> bool(traffic.rate_hz[0] > traffic.rate_hz[1])
        True
    """

    def __init__(self, traffic: UsersTraffic, mean_bit: Floats) -> None:
        n_ue = len(mean_bit)
        self._duty = traffic.each(lambda law: law.on_s / (law.on_s + law.off_s))
        # How fast the probability settles; those without pauses are on.
        self._settling_hz = traffic.each(
            lambda law: 1 / law.on_s + 1 / law.off_s if law.off_s > 0 else np.inf
        )
        self.on_probability = self._duty.copy()
        self._tasks = traffic.each(lambda law: law.rate_hz) * _PRIOR_S
        self._on_time_s = np.full(n_ue, _PRIOR_S)
        self._size_tasks = np.full(n_ue, _PRIOR_TASKS)
        self._bits = self._size_tasks * mean_bit

    def expect(self, users: NDArray[np.intp], rate_hz: Floats, mean_bit: Floats) -> None:
        """These users follow a law of their own, which is declared, ``[n_ue]`` each."""
        self._tasks[users] = rate_hz[users] * _PRIOR_S
        self._bits[users] = self._size_tasks[users] * mean_bit[users]

    def advance(self, users: NDArray[np.intp], by_s: Floats) -> None:
        """Time passes without news."""
        self.on_probability[users] = self.ahead(users, by_s)

    def ahead(self, users: NDArray[np.intp], by_s: Floats) -> Floats:
        """Probability of being on some time later, ``[n]``."""
        duty, settling_hz = self._duty[users], self._settling_hz[users]
        pauses = np.isfinite(settling_hz)
        settle = np.exp(-np.asarray(by_s) * np.where(pauses, settling_hz, 0.0))
        later: Floats = duty + settle * (self.on_probability[users] - duty)
        return np.where(pauses, later, 1.0)

    def update(
        self, users: NDArray[np.intp], tasks: Floats, bits: Floats, during_s: Floats
    ) -> None:
        """Tasks that users have created in the time since their last reports, ``[n]`` each."""
        self.advance(users, during_s)
        rate_hz = self.rate_hz[users]
        on = self.on_probability[users]
        silent = np.exp(-rate_hz * during_s)
        posterior = np.where(tasks > 0, 1.0, on * silent / np.maximum(on * silent + 1 - on, 1e-12))
        self.on_probability[users] = posterior
        self._tasks[users] += tasks
        self._on_time_s[users] += posterior * during_s
        self._size_tasks[users] += tasks
        self._bits[users] += bits

    @property
    def rate_hz(self) -> Floats:
        """Tasks per second while on, ``[n_ue]``."""
        rate: Floats = self._tasks / self._on_time_s
        return rate

    @property
    def rate_sd_hz(self) -> Floats:
        """Its standard deviation, ``[n_ue]``."""
        deviation: Floats = np.sqrt(np.maximum(self._tasks, 1e-3)) / self._on_time_s
        return deviation

    @property
    def mean_bit(self) -> Floats:
        """Expected size of a task, ``[n_ue]``."""
        size: Floats = self._bits / self._size_tasks
        return size


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
