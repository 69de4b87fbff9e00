# SPDX-License-Identifier: MIT
"""Run policies under one seed, on the same network, and plot the delays of their tasks.

    python examples/run_and_plot.py --policies strongest-equal load-fill --duration-s 10

The last lines say how much less delay each policy has than the first one.

Needs ``pip install 'ns3-twin[examples]'``; ``--help`` lists all arguments.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import tyro
from matplotlib.figure import Figure

from py_agent.experiment.run_data import observed_field, table_columns
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run
from py_agent.experiment.task_statistics import delay_parts


@dataclasses.dataclass
class Arguments:
    """What to simulate, and where the results go."""

    policies: tuple[str, ...] = ("strongest-equal", "load-fill", "rollout-fill")
    """Names (`ns3-twin scenarios`), or package.module:Class; the first is the baseline."""
    seed: int = 1
    """ns-3's run number: trajectories, channel and tasks, the same ones for every policy."""
    n_ue: int = 20
    """Users."""
    duration_s: float = 20.0
    """Simulated seconds."""
    runs_dir: Path = Path("runs")
    """Where the run folders are made: every slot, task and handover as Parquet."""
    figure: Path = Path("delays.png")
    """The picture to write, .png or .svg."""


def run(policy: str, arguments: Arguments) -> RunFolder:
    """One run; returns the folder with all that it recorded."""
    settings = RunSettings(
        policy=policy,
        seed=arguments.seed,
        runs_dir=arguments.runs_dir,
        settings={
            "n_ue": arguments.n_ue,
            "duration_s": arguments.duration_s,
            "compute": {"mode": "quota"},  # a share that is not used is lost: dividing matters
            "radio": {"bandwidth_mode": "quota"},
        },
    )
    return Run(settings).execute()


def plot(folders: list[RunFolder]) -> Figure:
    """The distribution of the tasks' delays, one curve per run."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for folder in folders:
        summary = folder.read_summary()
        end_s = float(observed_field(folder, "time_s")[-1, 0])
        delay_s = np.sort(delay_parts(table_columns(folder, "task"), end_s).delay_s)
        share = np.arange(1, len(delay_s) + 1) / len(delay_s)
        label = f"{summary['policy']}: mean {summary['mean_delay_s']:.2f} s"
        axes.step(delay_s, share, where="post", label=label)
    axes.set(
        xlabel="delay of a task [s]; unfinished: its age", ylabel="share of tasks", xscale="log"
    )
    axes.grid(alpha=0.25)
    axes.legend()
    return figure


def main(arguments: Arguments) -> None:
    """Run, print, plot."""
    folders = []
    for policy in arguments.policies:
        folders.append(run(policy, arguments))
        summary = folders[-1].read_summary()
        if not summary["mean_delay_s"]:
            raise SystemExit(f"{policy}: no task in {arguments.duration_s} s; simulate longer")
        print(
            f"{policy}: mean delay {summary['mean_delay_s']:.3f} s over "
            f"{summary['tasks_completed'] + summary['tasks_unfinished']} tasks, "
            f"{summary['handovers_ok']} handovers, {folders[-1].path}"
        )
    plot(folders).savefig(arguments.figure, dpi=110)
    print(f"figure {arguments.figure}")
    baseline, *others = (folder.read_summary() for folder in folders)
    for summary in others:
        saved = 1 - summary["mean_delay_s"] / baseline["mean_delay_s"]
        print(f"{summary['policy']}: {saved:.0%} less delay than {baseline['policy']}")


if __name__ == "__main__":
    main(tyro.cli(Arguments, description=__doc__))
