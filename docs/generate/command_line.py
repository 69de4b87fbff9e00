"""The commands of ns3-twin with their arguments, as `--help` shows them."""

from __future__ import annotations

from collections.abc import Iterator

import typer.main

from py_agent.cli.app import app


def page() -> str:
    """One section per command."""
    whole = typer.Context(typer.main.get_command(app), info_name="ns3-twin")
    return "\n".join(_section(context) for context in _commands(whole))


def _commands(context: typer.Context) -> Iterator[typer.Context]:
    """Contexts of all commands, those of groups included."""
    if not hasattr(context.command, "list_commands"):
        yield context
        return
    for name in context.command.list_commands(context):
        command = context.command.get_command(context, name)
        yield from _commands(typer.Context(command, info_name=name, parent=context))


def _section(context: typer.Context) -> str:
    records = [parameter.get_help_record(context) for parameter in context.command.params]
    rows = [f"| `{names}` | {_cell(text)} |" for names, text in filter(None, records)]
    table = "\n".join(["| argument | meaning |", "| --- | --- |", *rows])
    return f"## {context.command_path}\n\n{context.command.help or ''}\n\n{table}\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "\\<").replace("[", "\\[")
