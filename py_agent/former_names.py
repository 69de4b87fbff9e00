# SPDX-License-Identifier: MIT
"""Names of before version 0.2, of modules and in modules: they warn, and go in version 0.3."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
import warnings
from collections.abc import Callable, Sequence
from typing import Any

MOVED = {
    "py_agent.bench.cli": "py_agent.cli.bench",
    "py_agent.bench.report": "py_agent.view.measurement",
    "py_agent.cli_compare": "py_agent.cli.compare",
    "py_agent.cli_errors": "py_agent.cli.errors",
    "py_agent.cli_network": "py_agent.cli.gateway",
    "py_agent.cli_records": "py_agent.cli.records",
    "py_agent.cli_run": "py_agent.cli.run",
    "py_agent.cli_train": "py_agent.cli.train",
    "py_agent.cli_twin": "py_agent.cli.twin",
    "py_agent.compare.bootstrap": "py_agent.intervals",
    "py_agent.doctor": "py_agent.cli.doctor",
    "py_agent.experiment.side_by_side": "py_agent.side_by_side",
    "py_agent.learning.calibration": "py_agent.calibration.accuracy_law",
    "py_agent.policies.base": "py_agent.contract",
    "py_agent.policies.drl_policy": "py_agent.drl.policy",
    "py_agent.twin.calibration": "py_agent.calibration",
    "py_agent.twin.calibration.calibrate": "py_agent.calibration.calibrate",
    "py_agent.twin.calibration.control_fit": "py_agent.radio.lte.control_fit",
    "py_agent.twin.calibration.law_fit": "py_agent.calibration.law_fit",
    "py_agent.twin.calibration.radio_fit": "py_agent.radio.lte.channel_fit",
    "py_agent.twin.calibration.rate_fit": "py_agent.radio.lte.rate_fit",
    "py_agent.twin.calibration.recorded": "py_agent.calibration.recorded",
    "py_agent.twin.calibration.traffic_fit": "py_agent.calibration.traffic_fit",
    "py_agent.twin.env": "py_agent.twin.environment.env",
    "py_agent.twin.estimate": "py_agent.twin.model.estimate",
    "py_agent.twin.estimation.channel_map": "py_agent.radio.lte.channel_map",
    "py_agent.twin.estimation.gauss_markov": "py_agent.radio.gauss_markov",
    "py_agent.twin.estimation.gaussian_process_map": "py_agent.radio.lte.gaussian_process_map",
    "py_agent.twin.estimation.radio": "py_agent.radio.lte.estimator",
    "py_agent.twin.estimation.rate_curve": "py_agent.radio.lte.rate_curve",
    "py_agent.twin.fidelity": "py_agent.fidelity",
    "py_agent.twin.fidelity.continuation": "py_agent.fidelity.continuation",
    "py_agent.twin.fidelity.coverages": "py_agent.fidelity.coverages",
    "py_agent.twin.fidelity.measure": "py_agent.fidelity.measure",
    "py_agent.twin.fidelity.radio_maps": "py_agent.bench.radio_maps",
    "py_agent.twin.fidelity.report": "py_agent.fidelity.report",
    "py_agent.twin.fidelity.scene": "py_agent.fidelity.checkpoint",
    "py_agent.twin.fidelity.scene_file": "py_agent.fidelity.checkpoint_file",
    "py_agent.twin.fidelity.scores": "py_agent.fidelity.scores",
    "py_agent.twin.fidelity.tracking": "py_agent.fidelity.tracking",
    "py_agent.twin.fidelity.trunk": "py_agent.fidelity.prefix",
    "py_agent.twin.host": "py_agent.twin.environment.host",
    "py_agent.twin.lagging_models": "py_agent.twin.rollout.lagging_models",
    "py_agent.twin.learning_vector_env": "py_agent.twin.environment.learning_vector_env",
    "py_agent.twin.network": "py_agent.twin.environment.network",
    "py_agent.twin.parameters": "py_agent.twin.model.parameters",
    "py_agent.twin.prediction": "py_agent.twin.estimation.prediction",
    "py_agent.twin.prior": "py_agent.twin.model.prior",
    "py_agent.twin.radio_model": "py_agent.radio.lte.laws",
    "py_agent.twin.received": "py_agent.twin.estimation.received",
    "py_agent.twin.reporting": "py_agent.twin.estimation.reporting",
    "py_agent.twin.task_records": "py_agent.twin.environment.task_records",
    "py_agent.twin.twin": "py_agent.twin.estimation.twin",
    "py_agent.twin.vector_env": "py_agent.twin.environment.vector_env",
}

#: What modules of today held under another name, or moved elsewhere since.
RENAMED = {
    "py_agent.calibration.recorded": {
        "log_correlation": "py_agent.radio.lte.channel_fit:log_correlation",
    },
    "py_agent.compare.execution": {
        "Report": "py_agent.compare.execution:Callback",
    },
    "py_agent.drl.validation": {
        "Judgement": "py_agent.drl.validation:Evaluation",
        "judge": "py_agent.drl.validation:evaluate",
    },
    "py_agent.experiment.replay": {
        "finished_run": "py_agent.experiment.run_data:finished_run",
    },
    "py_agent.experiment.run_settings": {
        "RetrainingName": "py_agent.policies.former_tables:RetrainingName",
    },
    "py_agent.fidelity.checkpoint": {
        "Scene": "py_agent.fidelity.checkpoint:Checkpoint",
        "SceneSettings": "py_agent.fidelity.checkpoint:CheckpointSettings",
    },
    "py_agent.fidelity.checkpoint_file": {
        "load_scene": "py_agent.fidelity.checkpoint_file:load_checkpoint",
        "save_scene": "py_agent.fidelity.checkpoint_file:save_checkpoint",
        "scene_key": "py_agent.fidelity.checkpoint_file:checkpoint_key",
    },
    "py_agent.fidelity.measure": {
        "POLICIES": "py_agent.fidelity.former_tables:POLICIES",
        "QUICK_POLICIES": "py_agent.fidelity.former_tables:QUICK_POLICIES",
    },
    "py_agent.fidelity.prefix": {
        "TRUNK_POLICY": "py_agent.fidelity.prefix:PREFIX_POLICY",
        "Trunk": "py_agent.fidelity.prefix:Prefix",
    },
    "py_agent.fidelity.tracking": {
        "SINR_EDGES_DB": "py_agent.fidelity.tracking:QUALITY_EDGES_DB",
    },
    "py_agent.intervals": {
        "bootstrap_mean": "py_agent.intervals:mean_over_seeds",
    },
    "py_agent.policies": {
        "POLICIES": "py_agent.policies.former_tables:POLICIES",
    },
    "py_agent.policies.registry": {
        "POLICIES": "py_agent.policies.former_tables:POLICIES",
        "RULES": "py_agent.policies.former_tables:RULES",
    },
    "py_agent.policies.share_rules": {
        "index_rule": "py_agent.policies.share_rules:srpt",
    },
    "py_agent.policies.twin_association": {
        "foreseen_rate_bps": "py_agent.policies.twin_association:predicted_rate_bps",
    },
    "py_agent.side_by_side": {
        "Say": "py_agent.side_by_side:Callback",
        "say": "py_agent.side_by_side:report",
    },
    "py_agent.twin.errors": {
        "NothingToLearn": "py_agent.radio.errors:NothingToLearn",
    },
    "py_agent.twin.estimation.prediction": {
        "rsrp_ahead": "py_agent.twin.estimation.prediction:strength_ahead",
    },
    "py_agent.twin.model.parameters": {
        "ChannelMap": "py_agent.radio.lte.parameters:ChannelMap",
        "ControlChannel": "py_agent.radio.lte.parameters:ControlChannel",
        "DataInterference": "py_agent.radio.lte.parameters:DataInterference",
        "RateCurve": "py_agent.radio.lte.parameters:RateCurve",
        "UplinkSinr": "py_agent.radio.lte.parameters:UplinkSinr",
    },
    "py_agent.twin.rollout.rollout": {
        "MEASURED_S": "py_agent.twin.rollout.engine_parameters:MEASURED_S",
    },
    "py_agent.twin.rollout.start": {
        "futures_of": "py_agent.twin.rollout.futures:futures_of",
    },
    "py_agent.view.measurement": {
        "Report": "py_agent.view.measurement:Measurement",
    },
}

#: What to use instead of a name whose table or function is only kept for those who still ask.
_INSTEAD = {
    "py_agent.fidelity.former_tables:POLICIES": "py_agent.fidelity.measure.usual_policies()",
    "py_agent.fidelity.former_tables:QUICK_POLICIES": (
        "py_agent.fidelity.measure.usual_policies(quick=True)"
    ),
    "py_agent.policies.former_tables:POLICIES": "py_agent.policies.policy_names()",
    "py_agent.policies.former_tables:RULES": "py_agent.policies.rule_names()",
    "py_agent.policies.former_tables:RetrainingName": (
        "py_agent.policies.retraining.RETRAINING_RULES"
    ),
    "py_agent.twin.rollout.futures:futures_of": "py_agent.twin.rollout.start.rollouts_of()",
}

#: Names without a successor that does the same, and what to use now.
GONE = {
    "py_agent.cli.gateway": {"add_commands": "py_agent.cli.app.app, which has all commands"},
    "py_agent.cli.records": {"add_commands": "py_agent.cli.app.app, which has all commands"},
    "py_agent.cli.twin": {"add_commands": "py_agent.cli.app.app, which has all commands"},
    "py_agent.radio.lte.estimator": {
        "RadioState": "LteEstimator for links, py_agent.twin.estimation.motion for places",
    },
    "py_agent.twin.estimation.traffic_filter": {
        "mean_size_bit": "py_agent.twin.model.traffic.mean_size_bit, which takes settings, too",
    },
    "py_agent.twin.rollout.random_streams": {
        "RandomStreams": "uniform, normal and noise of py_agent.engine._engine, on NumPy arrays",
        "seed_tensor": "seed_array, which is NumPy's",
    },
    "py_agent.twin.rollout.rollout": {
        "FutureState": "Rollout.state, arrays by name over the engine's memory",
    },
}


class _FormerNames(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds a module under its former name: what is imported is the module of today itself."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(fullname, self) if fullname in MOVED else None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        name = MOVED[spec.name]
        warnings.warn(
            f"{spec.name} is now {name}; the old name goes in version 0.3",
            DeprecationWarning,
            stacklevel=2,
        )
        module = importlib.import_module(name)
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """It ran when it was imported under its own name, which it keeps."""
        alias = module.__spec__
        module.__spec__ = None if alias is None else alias.loader_state


def names_in(module: str) -> Callable[[str], Any]:
    """What finds the former names in a module, as its ``__getattr__`` (PEP 562)."""

    def find(name: str) -> Any:
        if instead := GONE.get(module, {}).get(name):
            raise AttributeError(f"{module}.{name} is gone: use {instead}")
        target = RENAMED.get(module, {}).get(name)
        if target is None:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place, _, today = target.partition(":")
        warnings.warn(
            f"{module}.{name} is now {_INSTEAD.get(target, f'{place}.{today}')}; "
            "the old name goes in version 0.3",
            DeprecationWarning,
            stacklevel=2,
        )
        return getattr(importlib.import_module(place), today)

    return find


def register() -> None:
    """Let modules be imported under their former names.

    First of all finders: a package under its former name would show others its files anew.
    """
    sys.meta_path.insert(0, _FormerNames())
