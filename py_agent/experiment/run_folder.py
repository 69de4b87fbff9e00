# SPDX-License-Identifier: MIT
"""Where a run keeps what it wrote."""

from __future__ import annotations

import dataclasses
import datetime
import json
from pathlib import Path
from typing import Any

import yaml


@dataclasses.dataclass(frozen=True)
class RunFolder:
    """The files of one run: ``<scenario>__<policy>__<seed>__<time>/``.

    Attributes:
        path: the folder.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as runs:
        ...     folder = RunFolder.create(Path(runs), "cellular", "load-srpt", seed=1)
        ...     folder.write_summary({"seed": 1})
        ...     folder.read_summary()
        {'seed': 1}
    """

    path: Path

    @classmethod
    def create(cls, runs_dir: Path, scenario: str, policy: str, seed: int) -> RunFolder:
        """Make a new folder; two runs in one microsecond get two folders."""
        now = datetime.datetime.now(datetime.timezone.utc)
        name = "__".join(
            [
                Path(scenario).name,
                policy.replace(":", "-").replace("/", "-"),
                str(seed),
                now.strftime("%Y%m%dT%H%M%S.%f"),
            ]
        )
        path = runs_dir / name
        path.mkdir(parents=True)
        return cls(path)

    @property
    def settings(self) -> Path:
        """All settings of the run, as YAML that ``ns3-twin run --config`` takes."""
        return self.path / "settings.yaml"

    @property
    def summary(self) -> Path:
        """The summary, as JSON; written last."""
        return self.path / "summary.json"

    @property
    def slots(self) -> Path:
        """Observations and actions, one row per slot."""
        return self.path / "slots.parquet"

    @property
    def last_observation(self) -> Path:
        """What was observed after the last slot: one row."""
        return self.path / "last_observation.parquet"

    def table(self, name: str) -> Path:
        """Records of one of the scenario's tables."""
        return self.path / f"{name}.parquet"

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
        self.settings.write_text(yaml.safe_dump(values, sort_keys=False), encoding="utf-8")

    def write_summary(self, values: dict[str, Any]) -> None:
        """Write `summary`."""
        self.summary.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")

    def read_summary(self) -> dict[str, Any]:
        """Read `summary`."""
        summary: dict[str, Any] = json.loads(self.summary.read_text(encoding="utf-8"))
        return summary
