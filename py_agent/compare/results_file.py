# SPDX-License-Identifier: MIT
"""The results of a comparison on disk: one line of JSON per run, appended when the run is done."""

from __future__ import annotations

import dataclasses
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ns3_bridge import Ns3TwinError
from py_agent.long_run.frame_series import FrameSeries


class DamagedResults(Ns3TwinError):
    """Raised when a file of results holds what is none."""


_TEXTS = {
    *("scenario", "policy", "retrain"),
    *("ns3_version", "ns3_twin_version", "python_version", "numpy_version"),
}


@dataclasses.dataclass(frozen=True)
class RunResult:
    """What a comparison keeps of a run.

    Attributes:
        summary: of the whole run.
        series: frame by frame; None: the result is of before these were kept.
        commit: of the code that has made it elsewhere; empty: it was made here.

    Example:
        >>> import numpy as np
        >>> two, one = np.array([2.0, 1.0]), np.ones(2)
        >>> series = FrameSeries({"frame_s": one, "tasks": one, "delay_s": two})
        >>> RunResult({"mean_delay_s": 1.5}, series).after(1)["mean_delay_s"]
        1.0
    """

    summary: dict[str, Any]
    series: FrameSeries | None = None
    commit: str = ""

    def after(self, cut: int) -> dict[str, Any]:
        """The summary, with the statistics of the frames from `cut` on."""
        return self.summary if self.series is None else {**self.summary, **self.series.after(cut)}

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        row: dict[str, Any] = {"summary": self.summary}
        if self.series is not None:
            row["series"] = self.series.to_json()
        if self.commit:
            row["commit"] = self.commit
        return row

    @classmethod
    def from_json(cls, row: Any) -> RunResult:
        """What `to_json` has returned.

        Raises:
            ValueError, KeyError, TypeError: it has not.
        """
        summary = row["summary"]
        if not _is_summary(summary):
            raise TypeError("the summary is of another kind")
        series = FrameSeries.from_json(row["series"]) if "series" in row else None
        return cls(summary, series, str(row.get("commit", "")))


class ResultsFile:
    """Finished runs by key. A process killed while it wrote leaves a part of a line: it is cut off.

    Args:
        path: the file; it and its folder are made when the first result comes.
        known: results from elsewhere, by key; they stand in for those that the file has not, and
            are not written into it.

    Raises:
        DamagedResults: a line holds no result; the message names it.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     results = ResultsFile(Path(folder) / "results.jsonl")
        ...     results.append("a run", RunResult({"sim_time_s": 5.0}))
        ...     later = ResultsFile(Path(folder) / "results.jsonl")
        >>> "a run" in later, later["a run"].summary
        (True, {'sim_time_s': 5.0})
    """

    def __init__(self, path: Path, known: Mapping[str, RunResult] | None = None) -> None:
        self.path = path
        self._results = dict(known or {})
        if path.exists():
            self._read()

    def __contains__(self, key: str) -> bool:
        return key in self._results

    def __getitem__(self, key: str) -> RunResult:
        return self._results[key]

    def append(self, key: str, result: RunResult) -> None:
        """Keep the result of a run; it is on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        row = {"key": key, **result.to_json()}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._results[key] = result

    def _read(self) -> None:
        text = self.path.read_bytes()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            os.truncate(self.path, whole)
        for number, line in enumerate(text[:whole].split(b"\n")[:-1], 1):
            try:
                row = json.loads(line)
                key, result = row["key"], RunResult.from_json(row)
                if not isinstance(key, str):
                    raise TypeError("the key is of another kind")
            except (ValueError, KeyError, TypeError, RecursionError) as error:
                raise DamagedResults(
                    f"{self.path}, line {number}: no result of a run ({type(error).__name__}): "
                    "take the line out, and its run is done again"
                ) from error
            self._results[key] = result


def _is_summary(summary: Any) -> bool:
    """Whether it is what a run sums up to: numbers, some texts, and how long it was."""
    if not isinstance(summary, dict) or summary.get("sim_time_s") is None:
        return False
    return all(
        isinstance(value, str | None if name in _TEXTS else int | float | None)
        for name, value in summary.items()
    )
