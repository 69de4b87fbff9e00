# SPDX-License-Identifier: MIT
"""The command ``ns3-twin verify``."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from py_agent.cli.consoles import err, out


def verify(
    drops: Annotated[int, typer.Option(min=1, help="Networks, each with maps of its own.")] = 100,
    users: Annotated[int, typer.Option(min=1, max=2000, help="Users dropped in each.")] = 200,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all percentiles as JSON in the last line.")
    ] = False,
) -> None:
    """Check the channel of `cellular` against 3GPP's large-scale calibration (TR 38.901, 7.8.1)."""
    from py_agent.bench.large_scale import measure

    with err().status("dropping users"):
        measured = measure(drops, users)
    if as_json:
        print(json.dumps(measured.numbers))
        return
    for table in measured.tables:
        out().print(table)
