# SPDX-License-Identifier: MIT
"""A scenario's declarations as Markdown, for its page in the documentation."""

from __future__ import annotations

from collections.abc import Sequence

from ns3_bridge import Description
from py_agent.view.tables import DeclarationTable, declaration_tables


def description_markdown(description: Description) -> str:
    """All settings, observations, actions and records as Markdown tables."""
    schema = description.schema
    parts = [_section(table) for table in declaration_tables(description)]
    reward = f"### Reward\n\nUnit {schema.reward_unit}: {schema.reward_help}.\n"
    return "\n".join([*parts, reward])


def _section(table: DeclarationTable) -> str:
    lines = [f"### {table.title}", "", _row(table.header), _row(["---"] * len(table.header))]
    lines += [_row([_code(row[0]), *row[1:]]) for row in table.rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _code(name: str) -> str:
    return f"`{name}`"
