# SPDX-License-Identifier: MIT
"""The settings of the benchmark suite, as the package ships them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ns3_bridge import InvalidSetting
from py_agent import yaml_text

VERSION = "v0"
_FOLDER = Path(__file__).parent
#: In the order in which they are run and shown.
NAMES = (
    *("joint-retraining", "unequal-servers", "vehicles", "seven-stations"),
    "results-and-drift",
)
#: Settings by version; a suite of another radio is a version of its own.
VERSIONS = {VERSION: NAMES, "v0-wifi": ("wifi-quotas",)}
ALL_NAMES = tuple(name for names in VERSIONS.values() for name in names)


@dataclasses.dataclass(frozen=True)
class BenchmarkSetting:
    """A setting on which policies are compared.

    Attributes:
        version: of the suite that it belongs to.
        name: of its file.
        title: what it is.
        reason: why it is in the suite.
        run: values of `RunSettings`, without policy and seed.
    """

    version: str
    name: str
    title: str
    reason: str
    run: Mapping[str, Any]

    @property
    def has_models(self) -> bool:
        """Whether users have models that drift and are retrained."""
        return "retrain" in self.run


def benchmark_setting(name: str) -> BenchmarkSetting:
    """One of `ALL_NAMES`.

    Raises:
        InvalidSetting: there is none of this name.

    Example:
        >>> benchmark_setting("vehicles").run["settings"]["mobility"]
        {'model': 'trace', 'trace': 'vehicles'}
    """
    for version, names in VERSIONS.items():
        if name in names:
            values = yaml_text.read_mapping(_FOLDER / version / f"{name}.yaml")
            title, reason = values.pop("title"), values.pop("reason")
            return BenchmarkSetting(version, name, title, reason, values)
    raise InvalidSetting(f"no benchmark setting {name!r}; known: {', '.join(ALL_NAMES)}")
