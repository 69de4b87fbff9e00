# SPDX-License-Identifier: MIT
"""What has been reported last, of every field and entry, and when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field
from py_agent.twin.estimation.reporting import Report, cell_fields, user_fields

Floats = NDArray[np.float64]

_ROUNDING = 1e-6  # of a bound in a field's own type
_LARGEST = np.finfo(np.float64).max


class Packed(Mapping[str, Floats]):
    """Fields side by side in one table, so that all are worked on at once.

    Args:
        columns: of each field, and the shape of one row of it.
        table: ``[n, n_columns]``.

    Example:
        >>> columns = {"time_s": (slice(0, 1), ()), "position_m": (slice(1, 3), (2,))}
        >>> packed = Packed(columns, np.arange(6.0).reshape(2, 3))
        >>> packed["position_m"].tolist()
        [[1.0, 2.0], [4.0, 5.0]]
        >>> packed.rows(np.array([False, True]))["time_s"].tolist()
        [3.0]
    """

    def __init__(self, columns: Mapping[str, tuple[slice, tuple[int, ...]]], table: Floats) -> None:
        self._columns = columns
        self.table = table

    def __getitem__(self, name: str) -> Floats:
        columns, shape = self._columns[name]
        if not shape:
            return self.table[:, columns.start]
        return self.table[:, columns].reshape(len(self.table), *shape)

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)

    def rows(self, which: NDArray[np.bool_]) -> Packed:
        """Of some users or cells, ``[n]``."""
        return self if which.all() else Packed(self._columns, self.table[which])


class _Group:
    """Fields with one row per user, or per cell."""

    def __init__(self, fields: Sequence[Field]) -> None:
        self.columns: dict[str, tuple[slice, tuple[int, ...]]] = {}
        low, high, first, whole, at = [], [], [], [], 0
        for field in fields:
            width = int(np.prod(field.shape[1:], dtype=int))
            self.columns[field.name] = (slice(at, at + width), field.shape[1:])
            low += [max(field.low - _ROUNDING * abs(field.low), -_LARGEST)] * width
            high += [min(field.high + _ROUNDING * abs(field.high), _LARGEST)] * width
            first += [_before_any_report(field)] * width
            whole += [np.dtype(field.dtype).kind in "iu"] * width
            at += width
        self._low, self._high, self._integer = np.array(low), np.array(high), np.array(whole, bool)
        # A position is only reported as a whole.
        self._together = [
            self.columns[f.name][0] for f in fields if len(f.shape) > 1 and not _per_link(f)
        ]
        self._link = {f.name: _per_link(f) for f in fields}
        n = fields[0].shape[0] if fields else 0
        self.held = np.tile(np.array(first, np.float64), (n, 1))
        self.time_s = np.full((n, at), -np.inf)

    def take(self, report: Report) -> tuple[Packed, int]:
        """Hold what is believable and newer.

        Returns:
            what was reported, NaN where it is not believable, and how often that was.
        """
        n = len(self.held) if report.users is None else len(report.users)
        table = np.full((n, self.held.shape[1]), np.nan)
        for name, values in report.values.items():
            table[:, self.columns[name][0]] = np.asarray(values).reshape(n, -1)
        good = (table >= self._low) & (table <= self._high)
        rejected = good.size - int(np.count_nonzero(good))
        if rejected:
            table[~good] = np.nan
            for columns in self._together:
                good[:, columns] = good[:, columns].all(axis=1, keepdims=True)
        everybody = n == len(self.held)
        which: Any = slice(None) if everybody else report.users
        newer = good & (report.time_s > self.time_s[which])
        rounded = np.rint(table, where=self._integer, out=table.copy()) if rejected else table
        if everybody:
            np.copyto(self.time_s, report.time_s, where=newer)
            np.copyto(self.held, rounded, where=newer)
        else:
            self.time_s[which] = np.where(newer, report.time_s, self.time_s[which])
            self.held[which] = np.where(newer, rounded, self.held[which])
        return Packed(self.columns, table), rejected

    def age_s(self, now_s: float) -> dict[str, Floats]:
        ages = Packed(self.columns, np.maximum(now_s - self.time_s, 0.0))
        return {
            name: ages[name] if self._link[name] else ages.table[:, columns.start]
            for name, (columns, _) in self.columns.items()
        }


class ReceivedFields:
    """Last believable value of every entry of every field.

    A value is believable if it is finite and within the declared bounds; others count as not
    reported. So do values that are not newer than the one that is held.

    Args:
        fields: declared observations.

    Attributes:
        latest: by name, of the field's shape, float64.
        rejected: values that were not believable, so far.

    Example:
        >>> speed = Field("speed_mps", "float32", (2,), "m/s", 0, 100, dims=("ue",))
        >>> received = ReceivedFields([speed])
        >>> users = np.array([0, 1])
        >>> _ = received.take(Report(1.0, users, {"speed_mps": np.array([5.0, -3.0])}))
        >>> received.latest["speed_mps"][0], received.rejected  # no speed is −3 m/s
        (np.float64(5.0), 1)
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._users = _Group(user_fields(fields))
        self._cells = _Group(cell_fields(fields))
        self.latest = self._by_name(self._users.held, self._cells.held)
        self.rejected = 0

    def take(self, report: Report) -> Packed:
        """Hold a report; return it with NaN where it is not believable.

        Args:
            report: of users or cells.

        Returns:
            by name of the field, float64, ``[n, ...]``.
        """
        group = self._cells if report.users is None else self._users
        clean, rejected = group.take(report)
        self.rejected += rejected
        return clean

    def snapshot(self) -> dict[str, Floats]:
        """A copy of `latest`."""
        return self._by_name(self._users.held.copy(), self._cells.held.copy())

    def age_s(self, now_s: float) -> dict[str, Floats]:
        """Since the last believable report, by name; infinite: never.

        ``[n_ue]`` or ``[n_bs]``, and ``[n_ue, n_bs]`` for fields of links.
        """
        return {**self._users.age_s(now_s), **self._cells.age_s(now_s)}

    def _by_name(self, users: Floats, cells: Floats) -> dict[str, Floats]:
        return {**Packed(self._users.columns, users), **Packed(self._cells.columns, cells)}


def _per_link(field: Field) -> bool:
    return field.dims == ("ue", "bs")


def _before_any_report(field: Field) -> float:
    nearest_to_zero = float(np.clip(0, field.low, field.high))
    return nearest_to_zero if field.missing is None else field.missing
