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
_FOLDER = Path(__file__).parent / VERSION
#: In the order in which they are run and shown.
NAMES = (
    *("joint-retraining", "unequal-servers", "vehicles", "seven-stations"),
    "results-and-drift",
)


@dataclasses.dataclass(frozen=True)
class BenchmarkSetting:
    """A setting on which policies are compared.

    Attributes:
        name: of its file.
        title: what it is.
        reason: why it is in the suite.
        run: values of `RunSettings`, without policy and seed.
    """

    name: str
    title: str
    reason: str
    run: Mapping[str, Any]

    @property
    def has_models(self) -> bool:
        """Whether users have models that drift and are retrained."""
        return "retrain" in self.run


def benchmark_setting(name: str) -> BenchmarkSetting:
    """One of `NAMES`.

    Raises:
        InvalidSetting: there is none of this name.

    Example:
        >>> benchmark_setting("vehicles").run["settings"]["mobility"]
        {'model': 'trace', 'trace': 'vehicles'}
    """
    if name not in NAMES:
        raise InvalidSetting(f"no benchmark setting {name!r}; known: {', '.join(NAMES)}")
    values = yaml_text.read_mapping(_FOLDER / f"{name}.yaml")
    title, reason = values.pop("title"), values.pop("reason")
    return BenchmarkSetting(name, title, reason, values)
