# SPDX-License-Identifier: MIT
"""What a benchmark found."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table


@dataclasses.dataclass(frozen=True)
class Report:
    """Tables for people, numbers for programs.

    Attributes:
        tables: printed without ``--json``.
        numbers: JSON-serialisable; printed as the last line with ``--json``.
    """

    tables: Sequence[Table]
    numbers: Mapping[str, Any]
