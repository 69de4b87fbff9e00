# SPDX-License-Identifier: MIT
"""What a benchmark found."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table

from py_agent import former_names


@dataclasses.dataclass(frozen=True)
class Measurement:
    """Tables for people, numbers for programs.

    Attributes:
        tables: printed without ``--json``.
        numbers: JSON-serialisable; printed as the last line with ``--json``.
    """

    tables: Sequence[Table]
    numbers: Mapping[str, Any]


if not TYPE_CHECKING:
    __getattr__ = former_names.names_in(__name__)
