# SPDX-License-Identifier: MIT
"""``ns3-twin bench``: one command per benchmark."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

import typer
from rich.console import Console

from py_agent.bench import branching, bridge, radio_map, shares, twin, vector
from py_agent.cli.errors import errors_as_messages
from py_agent.view.measurement import Report

Measure: TypeAlias = Callable[..., Report]

#: Name → function. Its docstring is the command's help, its parameters are the command's options;
#: to add a benchmark is one line here.
BENCHMARKS: dict[str, Measure] = {
    "branching": branching.measure,
    "bridge": bridge.measure,
    "radio-map": radio_map.measure,
    "shares": shares.measure,
    "twin": twin.measure,
    "vector": vector.measure,
}

bench = typer.Typer(no_args_is_help=True, help="Measure; print a table, or JSON for programs.")


def _command(measure: Measure) -> Callable[..., None]:
    def run(as_json: bool, **options: Any) -> None:
        with errors_as_messages():
            report = measure(**options)
        if as_json:
            print(json.dumps(report.numbers))
            return
        for table in report.tables:
            Console().print(table)

    json_option = typer.Option("--json", help="Print the numbers as JSON, last line.")
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


for _name, _measure in BENCHMARKS.items():
    bench.command(_name)(_command(_measure))
