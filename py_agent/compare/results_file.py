# SPDX-License-Identifier: MIT
"""The results of a comparison on disk: one line of JSON per run, appended when the run is done."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any


class ResultsFile:
    """Finished runs by key. A process killed while it wrote leaves a part of a line: it is cut off.

    Args:
        path: the file; it and its folder are made when the first result comes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._summaries: dict[str, dict[str, Any]] = {}
        if path.exists():
            self._read()

    def __contains__(self, key: str) -> bool:
        return key in self._summaries

    def __getitem__(self, key: str) -> dict[str, Any]:
        return self._summaries[key]

    def append(self, key: str, summary: dict[str, Any]) -> None:
        """Keep the summary of a run; it is on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({"key": key, "summary": summary}) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._summaries[key] = summary

    def _read(self) -> None:
        text = self.path.read_bytes()
        whole = text.rfind(b"\n") + 1
        if whole < len(text):
            os.truncate(self.path, whole)
        for line in text[:whole].splitlines():
            row = json.loads(line)
            self._summaries[row["key"]] = row["summary"]
