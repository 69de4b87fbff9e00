# SPDX-License-Identifier: MIT
"""Where a run keeps what it wrote."""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ns3_bridge import InvalidSetting
from py_agent import yaml_text
from py_agent.experiment.errors import DamagedRun
from py_agent.whole_files import replace_text

_LONGEST_PART = 80  # of a folder's name, which has 255 characters at most

_IN_EVERY_SUMMARY = {
    *("scenario", "policy", "seed", "sim_time_s", "slots", "n_ue", "n_bs", "total_reward"),
    *("ns3_version", "ns3_events", "wall_s", "bridge_wait_s", "decision_ms_per_slot"),
}

RUNNING, FINISHED, FAILED, INTERRUPTED = "running", "finished", "failed", "interrupted"


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """The files of one run: ``<scenario>__<policy>__<seed>__<settings>__<time>/``.

    Attributes:
        path: the folder.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as runs:
        ...     folder = RunFolder.create(Path(runs), "cellular", "load-srpt", seed=1)
        ...     folder.write_record("failed", "the disk is full")
        ...     folder.early_end()
        'failed: the disk is full'
    """

    path: Path

    @classmethod
    def create(
        cls,
        runs_dir: Path,
        scenario: str,
        policy: str,
        seed: int,
        settings: Mapping[str, Any] | None = None,
    ) -> RunFolder:
        """Make a new folder; two runs in one microsecond get two folders.

        Args:
            runs_dir: where.
            scenario: name or path of a program.
            policy: name.
            seed: ns-3's run number.
            settings: those that are not default, by full name: they tell runs apart.
        """
        now = datetime.datetime.now(datetime.timezone.utc)
        differences = ",".join(f"{name}={_word(v)}" for name, v in (settings or {}).items())
        parts = [
            *(Path(scenario).name, policy, str(seed), differences),
            now.strftime("%Y%m%dT%H%M%S.%f"),
        ]
        path = runs_dir / "__".join(_file_name(part) for part in parts if part)
        path.mkdir(parents=True)
        return cls(path)

    @property
    def settings(self) -> Path:
        """All settings of the run, as YAML that ``ns3-twin run --config`` takes."""
        return self.path / "settings.yaml"

    @property
    def record(self) -> Path:
        """How the run stands, and which files it used, as JSON."""
        return self.path / "run.json"

    @property
    def summary(self) -> Path:
        """The summary, as JSON; written last: only a finished run has one."""
        return self.path / "summary.json"

    @property
    def slots(self) -> Path:
        """Observations and actions, one row per slot."""
        return self.path / "slots.parquet"

    @property
    def frames(self) -> Path:
        """What the run was like frame by frame; written before the summary."""
        return self.path / "frames.parquet"

    @property
    def last_observation(self) -> Path:
        """What was observed after the last slot: one row."""
        return self.path / "last_observation.parquet"

    @property
    def ns3_log(self) -> Path:
        """What ns-3 logged, if it was asked to."""
        return self.path / "ns3.log"

    @property
    def pcap(self) -> Path:
        """Folder of packet captures, if there shall be some."""
        return self.path / "pcap"

    def table(self, name: str) -> Path:
        """Records of one of the scenario's tables.

        Raises:
            InvalidSetting: a file of every run is called so.
        """
        file = self.path / f"{name}.parquet"
        if file in (self.slots, self.frames, self.last_observation):
            raise InvalidSetting(
                f"table {name!r} of the scenario: {file.name} of a run folder holds something "
                "else; give the table another name"
            )
        return file

    @property
    def figure(self) -> Path:
        """Picture of the run."""
        return self.path / "figure.png"

    @property
    def report(self) -> Path:
        """Page with picture and tables."""
        return self.path / "report.html"

    def write_settings(self, values: dict[str, Any]) -> None:
        """Write `settings`."""
        replace_text(self.settings, yaml_text.dump(values))

    def read_settings(self) -> dict[str, Any]:
        """Read `settings`.

        Raises:
            InvalidSetting: they cannot be read.
        """
        return yaml_text.read_mapping(self.settings)

    def write_record(self, status: str, reason: str = "", **facts: Any) -> None:
        """Write `record`; what it held beside stays.

        Args:
            status: ``running``, ``finished``, ``failed`` or ``interrupted``.
            reason: why it did not finish.
            facts: more of it.
        """
        before = self.read_record() if self.record.exists() else {}
        replace_text(self.record, _as_json({**before, "status": status, "reason": reason, **facts}))

    def read_record(self) -> dict[str, Any]:
        """Read `record`; empty for a run of before there were records.

        Raises:
            DamagedRun: it cannot be read.
        """
        return _read_json(self.record) if self.record.exists() else {}

    def write_summary(self, values: dict[str, Any]) -> None:
        """Write `summary`."""
        replace_text(self.summary, _as_json(values))

    def read_summary(self) -> dict[str, Any]:
        """Read `summary`.

        Raises:
            DamagedRun: it cannot be read.
        """
        summary = _read_json(self.summary)
        missing = _IN_EVERY_SUMMARY - set(summary)
        if missing:
            raise DamagedRun(f"{self.summary} lacks {', '.join(sorted(missing))}")
        for name in ("slots", "sim_time_s"):
            if not isinstance(summary[name], int | float) or not summary[name] > 0:
                raise DamagedRun(
                    f"{self.summary}: {name} = {summary[name]!r} is not a positive number"
                )
        return summary

    def early_end(self) -> str:
        """Why the run ended early; empty if it is finished."""
        if self.summary.exists():
            return ""
        record = self.read_record()
        status, reason = record.get("status"), record.get("reason")
        if status in (FAILED, INTERRUPTED):
            return f"{status}: {reason}" if reason else str(status)
        return "it was killed, or still runs"


def _as_json(values: dict[str, Any]) -> str:
    return json.dumps(values, indent=2) + "\n"


def _read_json(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedRun(f"{path} cannot be read: {error}") from error
    if not isinstance(values, dict):
        raise DamagedRun(f"{path} must hold an object, not {type(values).__name__}")
    return values


def _word(value: Any) -> str:
    """A value, of files their last names alone."""
    return "+".join(Path(part.strip()).name or part.strip() for part in str(value).split(";"))


def _file_name(text: str) -> str:
    """A text as part of a file's name; what is cut off is told apart by a hash."""
    plain = re.sub(r"[^\w.,=+@-]", "-", text)
    if len(plain) <= _LONGEST_PART:
        return plain
    return f"{plain[: _LONGEST_PART - 9]}~{hashlib.sha256(text.encode()).hexdigest()[:8]}"
