# SPDX-License-Identifier: MIT
"""Another build of the cellular scenario beside the installed one, in processor time and in bits.

    python -m benchmarks.other_build build/other/cellular

The other may be linked with an ns-3 of your own, or be compiled with other options.
"""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.simulator_speed import LONGEST_S, PLAIN, SHIPPED, Variant, gain, interleaved

SIZES = ((1, 20), (3, 20), (3, 60), (7, 40))  # base stations, users
ROUNDS = 5


def measure(program: Path) -> Table:
    """Gains over plain ns-3 and over the program as shipped, by size of the network."""
    other = Variant("other", program=program)
    table = Table(title=f"{program.name}: another build, {ROUNDS} interleaved rounds")
    table.add_column("BS × UE", justify="right")
    for column in ("as shipped over plain", "other over plain", "other over as shipped"):
        table.add_column(column, justify="right")
    for n_bs, n_ue in track(SIZES, "another build", transient=True):
        duration_s = LONGEST_S / n_bs
        plain, shipped, own = interleaved((PLAIN, SHIPPED, other), ROUNDS, n_bs, n_ue, duration_s)
        table.add_row(
            f"{n_bs} × {n_ue}", gain(shipped, plain), gain(own, plain), gain(own, shipped)
        )
    table.caption = "gain: ratio of processor times; * not the same bits"
    return table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.other_build", description=__doc__)
    parser.add_argument("program", type=Path, help="the other build of `cellular`")
    program = parser.parse_args().program
    try:
        subprocess.run([program, "--describe"], check=True, capture_output=True, timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        parser.error(f"{program} is no scenario program: {error}")
    Console().print(measure(program.absolute()))


if __name__ == "__main__":
    main()
