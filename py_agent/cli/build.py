# SPDX-License-Identifier: MIT
"""``ns3-twin build`` and what helps to build elsewhere: the bridge in an ns-3 of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from py_agent.cli.consoles import err, out


def build(
    sources: Annotated[list[Path], typer.Argument(help="C++ files of the scenario.")],
    modules: Annotated[
        str,
        typer.Option(help="ns-3 modules that the files name by TypeId alone: wifi,applications."),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option(help="Program to write.", show_default="the first file without .cc"),
    ] = None,
    deadline_s: Annotated[
        float,
        typer.Option(
            "--deadline", help="Longest wait for another build of these files, in seconds.", min=0
        ),
    ] = 600.0,
    ns3: Annotated[
        Path | None,
        typer.Option(
            help="Where another ns-3 is installed: the folder with include/ns3.",
            show_default="the ns-3 of cellular",
            exists=True,
            file_okay=False,
        ),
    ] = None,
) -> None:
    """Compile a scenario of your own to a program for --scenario."""
    program = (output or Path(sources[0].stem)).absolute()
    with err().status(f"compiling {program.name}"):
        from ns3_scenarios.build import build as build_scenario

        named = modules.replace(",", " ").split()
        build_scenario(sources, named, program, deadline_s=deadline_s, ns3=ns3)
    out().print(f"built; try: ns3-twin run --scenario {program} --policy random", highlight=False)


def cmake_dir() -> None:
    """Print the folder for CMake's find_package(ns3_bridge)."""
    from ns3_scenarios.build import CMAKE_DIR

    print(CMAKE_DIR)


def contrib(
    folder: Annotated[Path, typer.Argument(help="Folder contrib of an ns-3 tree.")],
) -> None:
    """Write the bridge into an ns-3 tree, as its module ns3-bridge."""
    from ns3_scenarios.contrib import write_contrib

    out().print(
        f"module  {write_contrib(folder)}; build it: ./ns3 configure, ./ns3 build", highlight=False
    )
