# SPDX-License-Identifier: MIT
"""Loan applications judged by rules that change: river's Agrawal generator."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.learning.streams.base import Features, Floats, Labels, Samples
from py_agent.learning.streams.class_pools import ClassPools
from py_agent.learning.streams.drift import DriftKind
from py_agent.learning.streams.drifting_users import DriftingUsers

_N_CLASSES = 2
# Two of river's ten rules (7 and 9) grant, or refuse, nearly everything: no class to learn.
_RULES = (0, 1, 2, 3, 4, 5, 6, 8)
_N_RULES = len(_RULES)


class DriftingLoans:
    """Applications for a loan (9 numbers) and whether it is granted, by one of eight rules.

    Concept drift: position p of a user (see `Drift`) means that a sample follows rule ``⌊p⌋``, or,
    with probability ``p − ⌊p⌋``, the next one; after the eighth comes the first. What is asked for
    stays the same kind of data, its label becomes another: the opposite of `RotatingDigits`.
    The data are made by ``river.datasets.synth.Agrawal`` (Agrawal et al., "Database mining: a
    performance perspective", IEEE TKDE 5(6), 1993) once, per rule; users draw from them.

    Args:
        n_users: number of users.
        seed: of rates, phases, priors and data.
        kind: how users move along the rules.
        rate_per_s: smallest and largest rate in rules per second.
        drift_speed: factor on all rates.
        period_s: of abrupt and recurring drift.
        noise: standard deviation of the noise on the standardised features.
        concentration: Dirichlet parameter of the class priors.
        prior_period_s: one full swing of the class prior.
        pool_per_rule: samples made per rule, half for training, half for users to meet.

    Example:
        >>> stream = DriftingLoans(n_users=3, seed=1, pool_per_rule=50)
        >>> samples = stream.draw(time_s=10.0, n=5, rng=np.random.default_rng(1))
        >>> samples.x.shape, samples.y.shape
        ((3, 5, 9), (3, 5))
    """

    n_features = 9
    n_classes = _N_CLASSES

    def __init__(
        self,
        n_users: int,
        seed: int,
        kind: DriftKind = "abrupt",
        rate_per_s: tuple[float, float] = (0.02, 0.08),
        drift_speed: float = 1.0,
        period_s: float = 20.0,
        noise: float = 0.02,
        concentration: float = 5.0,
        prior_period_s: float = 60.0,
        pool_per_rule: int = 1000,
    ) -> None:
        rng = np.random.default_rng(seed)
        self.n_users = n_users
        self._users = DriftingUsers(
            *(n_users, _N_CLASSES, rng, kind, rate_per_s, drift_speed),
            period_s=period_s,
            noise=noise,
            concentration=concentration,
            prior_period_s=prior_period_s,
        )
        self.drift_rate: Floats = self._users.drift.rate
        self._x, y = _applications(pool_per_rule, seed)
        # A "class" of the pools is a pair (rule, label), so that one look-up serves all rules.
        pair = np.repeat(np.arange(_N_RULES), pool_per_rule) * _N_CLASSES + y
        for_training = np.arange(len(y)) % 2 == 0
        self._rows = (np.flatnonzero(~for_training), np.flatnonzero(for_training))
        self._pools = tuple(ClassPools(pair[rows], _N_RULES * _N_CLASSES) for rows in self._rows)
        self.pool_size: Labels = self._pools[True].size.reshape(_N_RULES, _N_CLASSES).min(axis=0)

    def draw(self, time_s: Floats | float, n: int, rng: np.random.Generator) -> Samples:
        """See `DriftStream.draw`; never runs dry."""
        y = self._users.labels(time_s, n, rng)
        return Samples(self._seen(y, self._users.drift.position(time_s), rng, training=False), y)

    def draw_classes(
        self,
        users: NDArray[np.intp],
        time_s: Floats | float,
        labels: Labels,
        rng: np.random.Generator,
    ) -> Features:
        """See `DriftStream.draw_classes`."""
        return self._seen(labels, self._users.drift.position(time_s, users), rng, training=True)

    def _seen(
        self, y: Labels, position: Floats, rng: np.random.Generator, *, training: bool
    ) -> Features:
        rule = np.floor(position[:, None] + rng.random(y.shape)).astype(np.int64) % _N_RULES
        rows = self._rows[training][self._pools[training].rows(rule * _N_CLASSES + y, rng)]
        return self._users.add_noise(self._x[rows], rng)


def _applications(per_rule: int, seed: int) -> tuple[Features, Labels]:
    """Standardised features ``[8 · per_rule, 9]`` and labels, rule after rule."""
    from river.datasets import synth  # takes a second to import

    x, y = [], []
    for rule in _RULES:
        for application, granted in synth.Agrawal(rule, seed=seed).take(per_rule):
            x.append(list(application.values()))
            y.append(int(granted))
    table = np.array(x, np.float64)
    standardised = (table - table.mean(axis=0)) / table.std(axis=0)
    return standardised.astype(np.float32), np.array(y, np.int64)
