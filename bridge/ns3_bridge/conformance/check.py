# SPDX-License-Identifier: MIT
"""One finding of the conformance kit."""

from __future__ import annotations

import dataclasses


@dataclasses.dataclass(frozen=True)
class Check:
    """Something that the protocol asks for, and whether it was met.

    Attributes:
        what: the demand.
        ok: whether it was met.
        seen: what was seen instead.
    """

    what: str
    ok: bool
    seen: str = ""
