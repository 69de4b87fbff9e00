# SPDX-License-Identifier: MIT
"""Whether some policy can keep what a setting asks for."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from py_agent.capacity.load import LeastLoad, least_load
from py_agent.capacity.long_runs import Outcome
from py_agent.capacity.survey import Survey


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Load beside capacity, and what rules made of it.

    Attributes:
        survey: load of bands and servers.
        least: of the busiest band or server, whoever decides.
        outcomes: of rules in the twin, over many networks and long.

    Example:
        >>> from py_agent.capacity.load import Load
        >>> total = {"band": 0.3, "tasks": 0.9, "training": 0.2}
        >>> survey = Survey("strongest", [], Load([0.3], [0.9], [0.2], total), 40.0)
        >>> Verdict(survey, LeastLoad(1.1, "servers"), []).feasible  # more than there is
        False
    """

    survey: Survey
    least: LeastLoad
    outcomes: Sequence[Outcome]

    @property
    def fits(self) -> bool:
        """What is offered, the least training with it, is less than there is: necessary."""
        return self.least.load < 1 and self.survey.load.servers < 1

    @property
    def best(self) -> Outcome | None:
        """The fastest of the rules that keep the constraint, and under which nothing rises."""
        kept = [outcome for outcome in self.outcomes if outcome.keeps]
        return min(kept, key=lambda outcome: outcome.delay_s, default=None)

    @property
    def feasible(self) -> bool | None:
        """The load fits, and a rule shows that all can be kept; None: no rule was tried."""
        if not self.fits:
            return False
        return self.best is not None if self.outcomes else None

    @property
    def stationary(self) -> bool | None:
        """Under some rule all is level; False: under each something rises; None: not known."""
        found = [outcome.is_stationary for outcome in self.outcomes]
        if not found:
            return None
        return True if True in found else None if None in found else False

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        best = self.best
        return {
            "feasible": self.feasible,
            "stationary": self.stationary,
            "fits": self.fits,
            "binds": self.least.binds,
            "slack": {
                "load": 1 - self.least.load,
                "accuracy": None if best is None else best.accuracy_slack,
            },
            "least_load": self.least.load,
            "association": self.survey.association,
            "load": dataclasses.asdict(self.survey.load),
            "least_samples_hz": self.survey.samples_hz,
            "best_rule": None if best is None else best.policy,
            "rules": [
                {
                    **dataclasses.asdict(outcome),
                    "stationary": outcome.is_stationary,
                    "keeps": outcome.keeps,
                }
                for outcome in self.outcomes
            ],
        }


def verdict(found: Survey, outcomes: Sequence[Outcome]) -> Verdict:
    """Put together what was found."""
    return Verdict(found, least_load(found.demands), outcomes)
