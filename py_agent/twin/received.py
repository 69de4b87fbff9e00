# SPDX-License-Identifier: MIT
"""What has been reported last, of every field and entry, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ns3_bridge import Field
from py_agent.twin.reporting import Report, is_cell_field

Floats = NDArray[np.float64]

_ROUNDING = 1e-6  # of a bound in a field's own type
_TYPICAL = {"serving_bs": -1, "rsrp_dbm": -140.0, "rsrq_db": -34.0, "connection_state": 0}


class ReceivedFields:
    """Last believable value of every entry of every field.

    A value is believable if it is finite and within the declared bounds; others count as not
    reported. So do values that are not newer than the one that is held.

    Args:
        fields: declared observations.

    Attributes:
        latest: by name, of the field's shape and type.
        rejected: values that were not believable, so far.
    """

    def __init__(self, fields: Sequence[Field]) -> None:
        self._fields = {field.name: field for field in fields}
        self.latest: dict[str, NDArray[Any]] = {
            f.name: np.full(f.shape, _TYPICAL.get(f.name, np.clip(0, f.low, f.high)), f.dtype)
            for f in fields
        }
        self._time_s = {
            f.name: np.full(f.shape[:1] if not _per_link(f) else f.shape, -np.inf) for f in fields
        }
        self.rejected = 0

    def take(self, report: Report) -> dict[str, NDArray[Any]]:
        """Hold a report; return it with NaN (integers: as floats) where it is not believable.

        Args:
            report: of users or cells.

        Returns:
            by name of the field, float64, ``[n, ...]``.
        """
        clean: dict[str, NDArray[Any]] = {}
        for name, reported in report.values.items():
            field = self._fields[name]
            values = np.asarray(reported, np.float64)
            low = field.low - _ROUNDING * abs(field.low)
            high = field.high + _ROUNDING * abs(field.high)
            good = np.isfinite(values) & (values >= low) & (values <= high)
            self.rejected += int(good.size - np.count_nonzero(good))
            clean[name] = np.where(good, values, np.nan)
            self._hold(name, report, clean[name], good)
        return clean

    def age_s(self, now_s: float) -> dict[str, Floats]:
        """Since the last believable report, by name; infinite: never.

        ``[n_ue]`` or ``[n_bs]``, and ``[n_ue, n_bs]`` for fields of links.
        """
        return {name: np.maximum(now_s - at_s, 0.0) for name, at_s in self._time_s.items()}

    def _hold(self, name: str, report: Report, values: Floats, good: NDArray[np.bool_]) -> None:
        which = slice(None) if report.users is None else report.users
        held, at_s = self.latest[name], self._time_s[name]
        whole = good
        if at_s.ndim < values.ndim:  # a position is only reported as a whole
            whole = np.asarray(good.all(axis=tuple(range(1, values.ndim))))
        newer = whole & (report.time_s > at_s[which])
        at_s[which] = np.where(newer, report.time_s, at_s[which])
        wide = newer.reshape(newer.shape + (1,) * (values.ndim - newer.ndim))
        kept = np.where(wide, values, held[which])
        held[which] = np.rint(kept) if held.dtype.kind in "iu" else kept


def _per_link(field: Field) -> bool:
    return (
        len(field.shape) == 2
        and field.name not in ("position_m", "velocity_mps")
        and not is_cell_field(field.name)
    )
