# SPDX-License-Identifier: MIT
"""Checkpoints on disk: what was measured once is not measured again."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ns3_bridge import Ns3TwinError
from py_agent import former_names
from py_agent.experiment.deciding_code import code_digest
from py_agent.fidelity.checkpoint import Checkpoint, CheckpointSettings
from py_agent.fidelity.continuation import Continuation
from py_agent.fidelity.prefix import States
from py_agent.input_files import digests
from py_agent.policies.registry import fingerprint
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.rollout.simulate import Outcome
from py_agent.whole_files import replace


class DamagedCheckpoint(Ns3TwinError):
    """Raised when a file of a checkpoint cannot be read."""


def checkpoint_key(
    chosen: CheckpointSettings, seed: int, policies: Sequence[str], parameters: TwinParameters
) -> str:
    """Same key, same checkpoint: settings, seed, policies, parameters and measuring code."""
    reporting = chosen.reporting.model_dump()
    return key_of(
        {**dataclasses.asdict(chosen), "reporting": reporting},
        seed,
        [(name, fingerprint(name)) for name in policies],
        parameters.model_dump(),
        scenario=chosen.scenario,
    )


def key_of(*what: Any, scenario: str) -> str:
    """A name for these values, what is in the files that they name, and what works on them."""
    read = [code_digest(scenario, "calibration", "fidelity"), *sorted(digests(list(what)).values())]
    text = json.dumps([*what, read], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def save_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write a checkpoint as arrays; the file is there when it is whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scalars = (checkpoint.seed, checkpoint.reported_bps, checkpoint.slots_per_frame)
    arrays: dict[str, Any] = {"scalars": np.array(scalars, np.float64)}
    arrays |= {f"states/{f.name}": getattr(checkpoint.states, f.name) for f in _fields(States)}
    arrays |= {f"tracked/{name}": values for name, values in checkpoint.tracked.items()}
    for part in ("physical", "reseeded", "twin"):
        for policy, value in getattr(checkpoint, part).items():
            named = {f"{part}/{policy}/{f.name}": getattr(value, f.name) for f in _fields(value)}
            arrays |= named

    def write(fresh: Path) -> None:
        with fresh.open("wb") as file:  # given a name, NumPy would add to it
            np.savez_compressed(file, **arrays)

    replace(path, write)


def load_checkpoint(path: Path, policies: Sequence[str]) -> Checkpoint:
    """Read what `save_checkpoint` wrote of these policies.

    Raises:
        DamagedCheckpoint: it cannot be read; the message names the file.
    """
    try:
        return _load(path, policies)
    except Exception as error:  # NumPy and zipfile have a dozen kinds, one per damage
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise DamagedCheckpoint(f"{path} is damaged ({reason}): remove it to measure again") from (
            error
        )


def _load(path: Path, policies: Sequence[str]) -> Checkpoint:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        seed, reported_bps, slots_per_frame = arrays["scalars"]

        def part(name: str, kind: type[Any]) -> Mapping[str, Any]:
            return {
                policy: kind(**{f.name: arrays[f"{name}/{policy}/{f.name}"] for f in _fields(kind)})
                for policy in policies
            }

        return Checkpoint(
            seed=int(seed),
            physical=part("physical", Continuation),
            reseeded=part("reseeded", Continuation),
            twin=part("twin", Outcome),
            states=States(**{f.name: arrays[f"states/{f.name}"] for f in _fields(States)}),
            tracked={
                name.removeprefix("tracked/"): arrays[name]
                for name in arrays.files
                if name.startswith("tracked/")
            },
            reported_bps=float(reported_bps),
            slots_per_frame=int(slots_per_frame),
        )


def _fields(value: Any) -> Iterator[dataclasses.Field[Any]]:
    return iter(dataclasses.fields(value))


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
