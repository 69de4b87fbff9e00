# SPDX-License-Identifier: MIT
"""What a comparison runs: policies × settings × seeds."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import importlib.metadata
import itertools
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ns3_bridge import InvalidSetting, Ns3TwinError
from py_agent import yaml_text
from py_agent.compare.labels import parse
from py_agent.experiment.deciding_code import code_digest
from py_agent.experiment.networks import make_policy, make_scenario
from py_agent.experiment.run_inputs import portable
from py_agent.experiment.run_settings import RunSettings, load_run_settings
from py_agent.input_files import digests
from py_agent.policies import fingerprint


@dataclasses.dataclass(frozen=True)
class Cell:
    """One run of a comparison.

    Attributes:
        label: what the run is called in tables: the policy, with ``@rule`` its retraining rule and
            with ``+KNOB=VALUE`` how it is tuned.
        variant: the varied settings as text; empty where none is varied.
        run: all its settings.
        beyond_weight: how far its w_A is above that of policies whose label gives none.

    Example:
        >>> first, again, other = (
        ...     Cell("random", "", RunSettings(policy="random", seed=seed)) for seed in (1, 1, 2)
        ... )
        >>> first.key == again.key, first.key == other.key
        (True, False)
    """

    label: str
    variant: str
    run: RunSettings
    beyond_weight: float = 0.0

    @functools.cached_property
    def key(self) -> str:
        """Same key, same result: policy, seed, settings, version and code, as JSON.

        Of files that these name, what was in them when the key was first asked for.
        """
        return self._key_now()

    def is_current(self) -> bool:
        """Whether the files that the key was made of still hold the same."""
        with contextlib.suppress(OSError, Ns3TwinError):  # one is gone
            return self.key == self._key_now()
        return False

    def _key_now(self) -> str:
        what = self.run.model_dump(mode="json", exclude={"runs_dir", "deadline_s", "log", "pcap"})
        what["version"] = importlib.metadata.version("ns3-twin")
        what["agent"] = fingerprint(self.run.policy)
        what["code"] = code_digest(self.run.scenario)
        what["files"] = sorted(
            digests([self.run.settings, self.run.ns3, self.run.learning.recording]).values()
        )
        return json.dumps(what, sort_keys=True)

    def movable(self) -> Cell:
        """The same run, its files named so that they are found from any folder.

        Raises:
            InvalidSetting: a setting of the scenario is wrong.
            UnknownScenario: no such scenario.
        """
        with contextlib.closing(make_scenario(self.run)) as env:
            run = RunSettings.model_validate(portable(self.run, env.settings))
        return dataclasses.replace(self, run=run)


@dataclasses.dataclass(frozen=True)
class Grid:
    """A comparison to run.

    Attributes:
        policies: ``POLICY`` or ``POLICY@RETRAINING-RULE`` each, both with knobs between delay and
            violations: ``+w_A=VALUE`` gives the policy a ``learning.accuracy_weight`` of its own,
            ``+NAME=VALUE`` is an option of the rule.
        seeds: ns-3's run numbers; every policy meets the same ones.
        config: YAML file with settings of all runs, or None.
        overrides: values of `RunSettings` for all runs.
        assignments: ``name=value`` for all runs.
        varied: ``name=value1,value2,…``; every combination is a setting of its own.
        is_trusted: code that the file names may run (see `load_run_settings`).

    Example:
        >>> grid = Grid(["load-fill", "load-fill@spare"], seeds=[1, 2], varied=["n_ue=10,20"])
        >>> cells = grid.cells()
        >>> len(cells), cells[1].label, cells[1].variant, cells[1].run.retrain
        (8, 'load-fill@spare', 'n_ue=10', 'spare')
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
        named = parse(label)
        assignments = [*self.assignments, *variant]
        chosen: dict[str, Any] = {"policy": named.policy, "seed": seed}
        if named.retrain is not None:
            chosen["retrain"] = named.retrain
        chosen["retrain_options"] = {**self._common_options(named.retrain), **named.options}
        given = {**self.overrides, **chosen}
        run = load_run_settings(self.config, given, assignments, is_trusted=self.is_trusted)
        common = run.learning.accuracy_weight
        if named.accuracy_weight is not None:
            assignments.append(f"learning.accuracy_weight={named.accuracy_weight!r}")
            run = load_run_settings(self.config, given, assignments, is_trusted=self.is_trusted)
        make_policy(run)  # a name that is wrong is told before anything runs
        return Cell(label, ", ".join(variant), run, run.learning.accuracy_weight - common)

    @functools.cached_property
    def _in_file(self) -> dict[str, Any]:
        return yaml_text.read_mapping(self.config) if self.config else {}

    def _common_options(self, rule: str | None) -> dict[str, Any]:
        """Parameters of all runs; those of a file are of the rule that it names, if it names one.

        Args:
            rule: of a label; None: that of all runs.
        """
        given = {name: value for name, value in self.overrides.items() if value is not None}
        source = given if "retrain_options" in given else self._in_file
        rule = rule or given.get("retrain") or self._in_file.get("retrain")
        is_of_rule = source.get("retrain") in (None, rule)
        return (source.get("retrain_options") or {}) if is_of_rule else {}

    def _variants(self) -> Iterator[tuple[str, ...]]:
        choices = []
        for text in self.varied:
            name, equals, values = text.partition("=")
            if not (equals and name and values):
                raise InvalidSetting(f"--vary {text!r} must have the form name=value1,value2,…")
            choices.append([f"{name}={value}" for value in values.split(",")])
        return itertools.product(*choices)


def check_reference(reference: str | None, policies: Sequence[str]) -> None:
    """Of a comparison of these policies, one has to be the reference, if any is.

    Raises:
        InvalidSetting: it is not compared.
    """
    if reference is not None and reference not in policies:
        raise InvalidSetting(f"reference {reference!r} is not compared; compared: {policies}")


def name_of(cells: Sequence[Cell], precision: float | None = None) -> str:
    """A short name of a comparison: the same for the same runs, and for no others.

    Args:
        cells: at first, if a precision is asked for.
        precision: that is asked for.

    Example:
        >>> name_of(Grid(["srpt", "load-fill"], [1, 2]).cells())[:-8]
        'cellular__2-policies__2-seeds__'
    """
    keys, labels = [cell.key for cell in cells], [cell.label for cell in cells]
    text = json.dumps([keys, labels, precision])
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
