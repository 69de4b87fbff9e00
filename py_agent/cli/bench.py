# SPDX-License-Identifier: MIT
"""``ns3-twin bench``: one command per benchmark."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

import typer
from typer.core import TyperGroup

from py_agent.cli.consoles import out

if TYPE_CHECKING:
    from py_agent.view.measurement import Measurement

Measure: TypeAlias = "Callable[..., Measurement]"

#: Name → module of a function ``measure``. Its docstring is the command's help, its parameters are
#: the command's options; to add a benchmark is one line here.
BENCHMARKS = {
    "branching": "py_agent.bench.branching",
    "bridge": "py_agent.bench.bridge",
    "contention": "py_agent.bench.contention",
    "decisions": "py_agent.bench.decisions",
    "radio-map": "py_agent.bench.radio_map",
    "shares": "py_agent.bench.shares",
    "twin": "py_agent.bench.twin",
    "vector": "py_agent.bench.vector",
}


def load_benchmark(name: str) -> Measure:
    """The function that measures."""
    return cast("Measure", importlib.import_module(BENCHMARKS[name]).measure)


class _Benchmarks(TyperGroup):
    """Commands that are imported when they are asked for."""

    def list_commands(self, ctx: Any) -> list[str]:
        return list(BENCHMARKS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in BENCHMARKS:
            return None
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(_command(load_benchmark(cmd_name)))
        return typer.main.get_command(alone)


bench = typer.Typer(
    cls=_Benchmarks, no_args_is_help=True, help="Measure; print a table, or JSON for programs."
)


def _command(measure: Measure) -> Callable[..., None]:
    def run(as_json: bool, **options: Any) -> None:
        measured = measure(**options)
        if as_json:
            print(json.dumps(measured.numbers))
            return
        for table in measured.tables:
            out().print(table)

    json_option = typer.Option("--json", help="Print the numbers as JSON in the last line.")
    signature = inspect.signature(measure, eval_str=True)
    parameter = inspect.Parameter(
        "as_json",
        inspect.Parameter.KEYWORD_ONLY,
        default=False,
        annotation=Annotated[bool, json_option],
    )
    parameters = [*signature.parameters.values(), parameter]
    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in parameters}
    run.__doc__ = measure.__doc__
    return run
