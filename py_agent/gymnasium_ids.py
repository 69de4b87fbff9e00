# SPDX-License-Identifier: MIT
"""Registers environments of twin and models, as soon as anybody imports Gymnasium."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.metadata
import importlib.util
import sys
import types
from collections.abc import Sequence

_SCENARIOS = "ns3_twin.scenarios"
_TWIN = "py_agent.twin.environment.env"
_LEARNING = "py_agent.learning.environments"
_MAKERS = {
    "Twin": (f"{_TWIN}:make", f"{_TWIN}:make_vector"),
    "Learning": (f"{_LEARNING}:make", f"{_LEARNING}:make_vector"),
    "LearningTwin": (f"{_TWIN}:make_learning", f"{_TWIN}:make_learning_vector"),
}


def register() -> None:
    """Register now if Gymnasium is there, else right after its import."""
    if "gymnasium" in sys.modules:
        _register()
    else:
        sys.meta_path.insert(0, _AfterGymnasium())


def _register() -> None:
    """Every scenario that packages name; `make` tells whether one retrains or can be followed."""
    import gymnasium

    for scenario in importlib.metadata.entry_points(group=_SCENARIOS).names:
        for kind, (make, make_vector) in _MAKERS.items():
            identifier = f"ns3/{scenario.title()}{kind}-v0"  # as `ns3_scenarios.gymnasium_id`
            if identifier in gymnasium.registry:
                continue
            gymnasium.register(
                id=identifier,
                entry_point=make,
                vector_entry_point=make_vector,
                kwargs={"scenario": scenario},
            )


class _AfterGymnasium(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds Gymnasium as others do, once, and registers when it has run."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: types.ModuleType | None = None,
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname != "gymnasium":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(fullname)
        if spec is None or spec.loader is None:
            return spec
        self._loader = spec.loader
        spec.loader = self
        return spec

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: types.ModuleType) -> None:
        """Run it by its own loader, which it keeps."""
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._loader.exec_module(module)
        _register()
