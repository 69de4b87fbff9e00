# SPDX-License-Identifier: MIT
"""Make the trace `streets` that comes with the package: cars and pedestrians of a small town.

Needs SUMO (``pip install 'ns3-twin[sumo]'``) and writes SUMO's FCD format, as `mobility.trace`
reads it. With another SUMO the walks may differ.

    python examples/make_streets_trace.py ns3_scenarios/mobility/traces/streets.fcd.xml
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

BLOCKS = (9, 8)  # streets in x and y
BLOCK_M = 115
BEND_M = 18  # standard deviation of a crossing from the regular grid, per axis
N_CARS, N_PEDESTRIANS = 24, 36
BEGIN_S, LENGTH_S, STEP_S = 60, 120, 2  # what is kept of the simulation


def sumo_tool(name: str) -> list[str]:
    """The command that runs a program or a script of SUMO."""
    import sumo

    home = Path(sumo.SUMO_HOME)
    if name.endswith(".py"):
        return [sys.executable, str(home / "tools" / name)]
    return [str(home / "bin" / name)]


def simulate(folder: Path) -> Path:
    """Build the town and let people move. Returns SUMO's own FCD file."""

    def run(tool: str, *arguments: str) -> None:
        subprocess.run([*sumo_tool(tool), *arguments], cwd=folder, check=True)

    run(
        "netgenerate", "--grid", f"--grid.x-number={BLOCKS[0]}", f"--grid.y-number={BLOCKS[1]}",
        f"--grid.length={BLOCK_M}", f"--perturb-x=norm(0,{BEND_M})",
        f"--perturb-y=norm(0,{BEND_M})", "--seed=3", "--default.speed=13.89", "--tls.guess",
        "--tls.guess.threshold=40", "--sidewalks.guess", "--crossings.guess",
        "--output-file=net.xml",
    )  # fmt: skip
    common = ("--net-file=net.xml", "--begin=0", "--seed=3", "--intermediate=12", "--validate")
    run("randomTrips.py", *common, "--end=40", f"--period={40 / (2 * N_CARS)}",
        "--route-file=cars.rou.xml", "--output-trip-file=cars.trips.xml",
        "--prefix=car")  # fmt: skip
    run("randomTrips.py", *common, "--end=40", f"--period={40 / N_PEDESTRIANS}", "--pedestrians",
        "--route-file=walks.rou.xml", "--output-trip-file=walks.trips.xml",
        "--prefix=walk")  # fmt: skip
    run("sumo", "--net-file=net.xml", "--route-files=cars.rou.xml,walks.rou.xml",
        f"--end={BEGIN_S + LENGTH_S + 1}", "--seed=3", "--fcd-output=fcd.xml",
        "--no-step-log", "--time-to-teleport=-1")  # fmt: skip
    return folder / "fcd.xml"


def trim(fcd: Path, out: Path) -> None:
    """Keep the users that are there all the time, and their positions around the origin."""
    steps = [
        step
        for step in ElementTree.parse(fcd).getroot()
        if BEGIN_S <= float(step.get("time", "")) <= BEGIN_S + LENGTH_S
    ]
    always = set.intersection(*({user.get("id", "") for user in step} for step in steps))
    cars = sorted(user for user in always if user.startswith("car"))[:N_CARS]
    walks = sorted(user for user in always if user.startswith("walk"))[:N_PEDESTRIANS]
    if (len(cars), len(walks)) != (N_CARS, N_PEDESTRIANS):
        sys.exit(f"only {len(cars)} cars and {len(walks)} pedestrians stay all the time")
    # Two cars, then three pedestrians, and so on: the first users of the trace are mixed, too.
    mixed = []
    while cars:
        mixed += cars[:2] + walks[:3]
        cars, walks = cars[2:], walks[3:]
    centre = [(n - 1) * BLOCK_M / 2 for n in BLOCKS]

    lines = ["<fcd-export>"]
    for step in steps[::STEP_S]:
        users = {user.get("id"): user for user in step}
        lines.append(f'<timestep time="{float(step.get("time", "")) - BEGIN_S:g}">')
        for name in mixed:
            x, y = (
                float(users[name].get(axis, "")) - middle
                for axis, middle in zip("xy", centre, strict=True)
            )
            lines.append(f'<{users[name].tag} id="{name}" x="{x:.2f}" y="{y:.2f}"/>')
        lines.append("</timestep>")
    out.write_text("\n".join([*lines, "</fcd-export>\n"]), encoding="utf-8")


def main() -> None:
    """Simulate and write the trace."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("out", type=Path, help="the trace to write")
    out = parser.parse_args().out
    with tempfile.TemporaryDirectory() as folder:
        trim(simulate(Path(folder)), out)
    print(f"{out}: {os.path.getsize(out):,} bytes")


if __name__ == "__main__":
    main()
