# SPDX-License-Identifier: MIT
"""How validations went in the course of a training: ``curve.jsonl`` of its folder."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

from py_agent.drl.errors import NoCurve
from py_agent.intervals import Estimate

_NAME = "curve.jsonl"


@dataclasses.dataclass(frozen=True)
class CurvePoint:
    """One validation in the twin, beside the rule.

    Attributes:
        steps: of training so far.
        cost: paired ratio of the cost per task.
        delay: paired ratio of the delay.
        below: share of user-seconds below the target of accuracy.
        below_of_rule: the rule's.

    Example:
        >>> import tempfile
        >>> from py_agent.intervals import paired_ratio
        >>> ratio = paired_ratio([0.9, 1.0], [1.0, 1.0])
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     CurvePoint(1000, ratio, ratio, 0.02, 0.03).append_to(Path(folder))
        ...     CurvePoint.all_of(Path(folder))[0].steps
        1000
    """

    steps: int
    cost: Estimate
    delay: Estimate
    below: float
    below_of_rule: float

    def append_to(self, folder: Path) -> None:
        """Write it behind the others."""
        with (folder / _NAME).open("a", encoding="utf-8") as file:
            file.write(json.dumps(dataclasses.asdict(self)) + "\n")

    @classmethod
    def all_of(cls, folder: Path) -> list[CurvePoint]:
        """Those of a training, in order.

        Raises:
            NoCurve: there are none, or they are damaged.
        """
        path = folder / _NAME
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
            told = [json.loads(line) for line in lines]
            if not told:
                raise ValueError("nothing has been validated yet")
            return [
                cls(
                    int(one["steps"]),
                    Estimate(**one["cost"]),
                    Estimate(**one["delay"]),
                    float(one["below"]),
                    float(one["below_of_rule"]),
                )
                for one in told
            ]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise NoCurve(f"cannot read the validations of a training: {path}: {error}") from (
                error
            )
