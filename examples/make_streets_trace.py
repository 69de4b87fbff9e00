# SPDX-License-Identifier: MIT
"""Make the traces that come with the package: cars and pedestrians of a small town.

Needs SUMO (``pip install 'ns3-twin[sumo]'``) and writes SUMO's FCD format, as `mobility.trace`
reads it. With another SUMO the walks may differ.

    cd ns3_scenarios/mobility/traces
    python ../../../examples/make_streets_trace.py streets.fcd.xml
    python ../../../examples/make_streets_trace.py vehicles.fcd.xml --pedestrians 0 --seconds 300
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

BLOCKS = (9, 8)  # streets in x and y
BLOCK_M = 115
BEND_M = 18  # standard deviation of a crossing from the regular grid, per axis
BEGIN_S, STEP_S = 60, 2  # what is kept of the simulation
LONG_S = 120  # longer: more crossings on the way, so that routes last


def sumo_tool(name: str) -> list[str]:
    """The command that runs a program or a script of SUMO."""
    import sumo

    home = Path(sumo.SUMO_HOME)
    if name.endswith(".py"):
        return [sys.executable, str(home / "tools" / name)]
    return [str(home / "bin" / name)]


@dataclasses.dataclass(frozen=True)
class Users:
    """Who is kept, and for how long."""

    cars: int
    pedestrians: int
    seconds: int


def simulate(folder: Path, users: Users) -> Path:
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
    crossings = 12 * max(1, users.seconds // LONG_S)
    common = ("--net-file=net.xml", "--begin=0", "--seed=3", f"--intermediate={crossings}",
              "--validate", "--end=40")  # fmt: skip
    run("randomTrips.py", *common, f"--period={40 / (2 * users.cars)}",
        "--route-file=cars.rou.xml", "--output-trip-file=cars.trips.xml",
        "--prefix=car")  # fmt: skip
    routes = "cars.rou.xml"
    if users.pedestrians:
        run("randomTrips.py", *common, f"--period={40 / users.pedestrians}", "--pedestrians",
            "--route-file=walks.rou.xml", "--output-trip-file=walks.trips.xml",
            "--prefix=walk")  # fmt: skip
        routes += ",walks.rou.xml"
    run("sumo", "--net-file=net.xml", f"--route-files={routes}",
        f"--end={BEGIN_S + users.seconds + 1}", "--seed=3", "--fcd-output=fcd.xml",
        "--no-step-log", "--time-to-teleport=-1")  # fmt: skip
    return folder / "fcd.xml"


def trim(fcd: Path, out: Path, kept: Users) -> None:
    """Keep the users that are there all the time, and their positions around the origin."""
    steps = [
        step
        for step in ElementTree.parse(fcd).getroot()
        if BEGIN_S <= float(step.get("time", "")) <= BEGIN_S + kept.seconds
    ]
    always = set.intersection(*({user.get("id", "") for user in step} for step in steps))
    cars = sorted(user for user in always if user.startswith("car"))[: kept.cars]
    walks = sorted(user for user in always if user.startswith("walk"))[: kept.pedestrians]
    if (len(cars), len(walks)) != (kept.cars, kept.pedestrians):
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
    parser.add_argument("--cars", type=int, default=24)
    parser.add_argument("--pedestrians", type=int, default=36)
    parser.add_argument("--seconds", type=int, default=120)
    given = parser.parse_args()
    users = Users(given.cars, given.pedestrians, given.seconds)
    with tempfile.TemporaryDirectory() as folder:
        trim(simulate(Path(folder), users), given.out, users)
    print(f"{given.out}: {os.path.getsize(given.out):,} bytes")


if __name__ == "__main__":
    main()
