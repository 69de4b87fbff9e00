# SPDX-License-Identifier: MIT
"""Measures the twin against ns-3 on seeds that it has not seen."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ns3_bridge import InvalidSetting
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run
from py_agent.policies.registry import RULES
from py_agent.twin.calibration.calibrate import calibrate
from py_agent.twin.fidelity.report import FidelityReport, make_report
from py_agent.twin.fidelity.scene import SceneSettings, play
from py_agent.twin.fidelity.tracking import Tracking
from py_agent.twin.parameters import TwinParameters

Progress = Callable[[str], None]

# Those of the twin itself would need a twin of each of its futures.
POLICIES = ("random", *(name for name in RULES if not name.startswith("twin-")))
QUICK_POLICIES = tuple(name for name in POLICIES if not name.endswith("-fill"))
_CALIBRATION_POLICIES = ("load-cmu", "max-rsrp-equal", "random")
_CALIBRATION_SEEDS = (1, 2)


def calibrate_for(
    settings: Mapping[str, Any], duration_s: float, progress: Progress
) -> TwinParameters:
    """Learn the constants from fresh runs under seeds 1 and 2, three policies each."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for seed in _CALIBRATION_SEEDS:
            for policy in _CALIBRATION_POLICIES:
                progress(f"calibrating: {policy}, seed {seed}")
                overrides = {
                    "policy": policy,
                    "seed": seed,
                    "runs_dir": Path(folder),
                    "settings": {**settings, "duration_s": duration_s},
                }
                run = load_run_settings(None, overrides, [])
                paths.append(Run(run).execute().path)
        progress("calibrating")
        return calibrate(paths)


def measure(
    chosen: SceneSettings,
    seeds: Sequence[int],
    policies: Sequence[str],
    parameters: TwinParameters,
    progress: Progress = lambda text: None,
) -> FidelityReport:
    """One scene per seed, in which every policy continues.

    Raises:
        InvalidSetting: a seed is one that the parameters were learned from.
        BridgeError: a simulation failed.
    """
    seen = sorted(set(seeds) & set(parameters.provenance.seeds))
    if seen:
        raise InvalidSetting(
            f"seeds {seen} are among those that the parameters were learned from "
            f"({sorted(set(parameters.provenance.seeds))}): take others"
        )
    tracking = Tracking()
    scenes = [play(chosen, seed, policies, parameters, tracking, progress) for seed in seeds]
    return make_report(scenes, tracking)
