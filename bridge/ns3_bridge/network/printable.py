# SPDX-License-Identifier: MIT
"""Text that a peer sent, before it goes to a terminal or into an error."""

from __future__ import annotations

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def printable(text: str, most: int = 4000) -> str:
    """The text without escape sequences and other control characters; lines and tabs stay.

    Args:
        text: from the other side.
        most: characters; what is beyond is cut off.
    """
    shown = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() or c in "\n\t" else _REPLACEMENT for c in shown)
