# SPDX-License-Identifier: MIT
"""What a comparison runs: policies × settings × seeds."""

from __future__ import annotations

import dataclasses
import hashlib
import importlib.metadata
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ns3_scenarios
from ns3_bridge import InvalidSetting
from py_agent.experiment.networks import make_policy
from py_agent.experiment.run_settings import RunSettings, load_run_settings
from py_agent.input_files import digest, digests
from py_agent.policies import fingerprint


@dataclasses.dataclass(frozen=True)
class Cell:
    """One run of a comparison.

    Attributes:
        label: what the run is called in tables: the policy, with ``@rule`` its retraining rule.
        variant: the varied settings as text; empty where none is varied.
        run: all its settings.
    """

    label: str
    variant: str
    run: RunSettings

    @property
    def key(self) -> str:
        """Same key, same result: policy, seed, settings and version of the package, as JSON.

        Of files that these name, what is in them.
        """
        what = self.run.model_dump(mode="json", exclude={"runs_dir", "deadline_s", "log", "pcap"})
        what["version"] = importlib.metadata.version("ns3-twin")
        what["agent"] = fingerprint(self.run.policy)
        what["program"] = digest(Path(ns3_scenarios.program(self.run.scenario)))
        what["files"] = sorted(
            digests([self.run.settings, self.run.ns3, self.run.learning.recording]).values()
        )
        return json.dumps(what, sort_keys=True)


@dataclasses.dataclass(frozen=True)
class Grid:
    """A comparison to run.

    Attributes:
        policies: ``POLICY`` or ``POLICY@RETRAINING-RULE`` each.
        seeds: ns-3's run numbers; every policy meets the same ones.
        config: YAML file with settings of all runs, or None.
        overrides: values of `RunSettings` for all runs.
        assignments: ``name=value`` for all runs.
        varied: ``name=value1,value2,…``; every combination is a setting of its own.
        is_trusted: code that the file names may run (see `load_run_settings`).
    """

    policies: Sequence[str]
    seeds: Sequence[int]
    config: Path | None = None
    overrides: dict[str, Any] = dataclasses.field(default_factory=dict)
    assignments: Sequence[str] = ()
    varied: Sequence[str] = ()
    is_trusted: bool = False

    def cells(self) -> list[Cell]:
        """All runs, seed by seed: an interrupted comparison has whole pairs.

        Raises:
            InvalidSetting: a wrong setting, a policy that is named twice, or none.
            UnknownPolicy: no such policy.
        """
        if not self.policies or len(set(self.policies)) < len(self.policies):
            raise InvalidSetting(f"policies {','.join(self.policies)!r}: name each once")
        variants = list(self._variants())
        return [
            self._cell(policy, seed, variant)
            for seed, variant, policy in itertools.product(self.seeds, variants, self.policies)
        ]

    def _cell(self, label: str, seed: int, variant: Sequence[str]) -> Cell:
        policy, at, retrain = label.partition("@")
        chosen: dict[str, Any] = {"policy": policy, "seed": seed}
        if at:
            chosen["retrain"] = retrain
        assignments = [*self.assignments, *variant]
        given = {**self.overrides, **chosen}
        run = load_run_settings(self.config, given, assignments, is_trusted=self.is_trusted)
        make_policy(run)  # a name that is wrong is told before anything runs
        return Cell(label, ", ".join(variant), run)

    def _variants(self) -> Iterator[tuple[str, ...]]:
        choices = []
        for text in self.varied:
            name, equals, values = text.partition("=")
            if not (equals and name and values):
                raise InvalidSetting(f"--vary {text!r} must have the form name=value1,value2,…")
            choices.append([f"{name}={value}" for value in values.split(",")])
        return itertools.product(*choices)


def name_of(cells: Sequence[Cell], reference: str | None) -> str:
    """A short name of a comparison: the same for the same runs and reference, and for no other.

    Example:
        >>> name_of(Grid(["srpt", "load-fill"], [1, 2]).cells(), None)[:-8]
        'cellular__2-policies__2-seeds__'
    """
    text = json.dumps([[cell.key for cell in cells], [cell.label for cell in cells], reference])
    counts = {
        "policies": len({cell.label for cell in cells}),
        "settings": len({cell.variant for cell in cells}),
        "seeds": len({cell.run.seed for cell in cells}),
    }
    if counts["settings"] == 1:
        del counts["settings"]
    return "__".join(
        [
            Path(cells[0].run.scenario).name,
            *(f"{count}-{what}" for what, count in counts.items()),
            hashlib.sha256(text.encode()).hexdigest()[:8],
        ]
    )
