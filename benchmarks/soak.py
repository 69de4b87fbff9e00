# SPDX-License-Identifier: MIT
"""Soak test of association: random handovers all the time, in every setting, for hours.

Every frame (1 s) every user is commanded to a base station drawn uniformly: near or far, also while
it is not connected. Users move at up to 30 m/s, 15 with Wi-Fi. One run is one seed of one setting;
its result is one line of JSON in a file, and runs that the file has are skipped, so the campaign
can be interrupted and resumed, and grows seed by seed.

    python -m benchmarks.soak                    # run what is missing, then print the table
    python -m benchmarks.soak --duration-s 5 --seeds 2 --output /tmp/short.jsonl
    python -m benchmarks.soak --summary --write docs/scenarios/cellular-handover.md
    python -m benchmarks.soak --scenario wifi --ray auto
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.progress import Progress

import ns3_scenarios
from benchmarks.soak_summary import rows, table, write
from ns3_bridge import BridgeError
from py_agent.cli.executor import executor_of
from py_agent.executor import Executor

DEADLINE_S = 600.0  # for one slot: far above any, even on a busy machine


class Campaign(NamedTuple):
    """What is tried on a scenario."""

    users: tuple[int, ...]
    speed_max_mps: float
    variants: Mapping[str, Mapping[str, Any]]  # settings by name


_BUSY = {"rate_hz": 10, "cycles_per_bit": 100, "result_ratio": 1}
_TRIGGER = {"shares": "trigger-frames", "phy": "spectrum"}
CAMPAIGNS = {
    "cellular": Campaign(
        (20, 60),
        30.0,
        {
            "ideal RRC": {"radio": {"ideal_rrc": True}},
            "real RRC": {"radio": {"ideal_rrc": False}},
        },
    ),
    "wifi": Campaign(
        (10, 40),
        15.0,
        {
            "light": {},
            "busy": {"traffic": _BUSY},
            "light, one channel": {"radio": {"channels": 1}},
            "busy, one channel": {"traffic": _BUSY, "radio": {"channels": 1}},
            "light, trigger frames": {"radio": _TRIGGER},
            "busy, trigger frames": {"traffic": _BUSY, "radio": _TRIGGER},
            "light, trigger frames, one channel": {"radio": {**_TRIGGER, "channels": 1}},
        },
    ),
}


class Run(NamedTuple):
    """One run of the campaign: a setting and a seed."""

    scenario: str
    n_bs: int
    n_ue: int
    variant: str
    seed: int


def campaign(scenario: str, seeds: int) -> list[Run]:
    """All runs, in an order that gives every setting its first seeds early."""
    chosen = CAMPAIGNS[scenario]
    settings = itertools.product(range(1, seeds + 1), (3, 7), chosen.users, chosen.variants)
    return [Run(scenario, n_bs, n_ue, variant, seed) for seed, n_bs, n_ue, variant in settings]


def simulate(run: Run, duration_s: float) -> dict[str, Any]:
    """Play one run to its end, or to the death of the simulator."""
    chosen = CAMPAIGNS[run.scenario]
    settings = {
        "n_ue": run.n_ue,
        "n_bs": run.n_bs,
        "duration_s": duration_s,
        "mobility": {"speed_max_mps": chosen.speed_max_mps},
        **chosen.variants[run.variant],
    }
    env = ns3_scenarios.make(run.scenario, settings, deadline_s=DEADLINE_S)
    random = np.random.default_rng(run.seed)
    action: dict[str, Any] = {
        name: np.full(run.n_ue, 1 / run.n_ue, np.float32)
        for name in ("compute_share", "bandwidth_share")
        if name in env.action_space.spaces
    }
    start_s, time_s, error, truncated = time.perf_counter(), 0.0, "", False
    records: list[dict[str, Any]] = []
    try:
        observation, info = env.reset(seed=run.seed)
        while not truncated:
            if observation["slot_in_frame"][0] == 0:
                action["association"] = random.integers(run.n_bs, size=run.n_ue)
                records.append(env.take_records())
            observation, _, _, truncated, info = env.step(action)
            time_s = info["time_s"]
        records.append(env.take_records())
    except BridgeError as died:
        error = f"{type(died).__name__}: {died}"
    finally:
        env.close()
    return {
        **run._asdict(),
        "duration_s": duration_s,
        "error": error,
        "end_s": time_s,
        "wall_s": round(time.perf_counter() - start_s, 1),
        **summarise(records, env.schema.tables, time_s),
    }


def summarise(records: Sequence[dict[str, Any]], tables: Iterable[Any], end_s: float) -> Any:
    """Outcomes, interruptions and outages of one run, in numbers that fit into one line."""
    if not records:
        return {}
    labels = {
        (table.name, column["name"]): column["labels"]
        for table in tables
        for column in table.columns
    }
    handover, link, task = (
        np.concatenate([part[name] for part in records])
        for name in ("handover", "radio_link", "task")
    )

    def count(rows: Any, name: str, column: str) -> dict[str, int]:
        found = np.bincount(rows[column], minlength=len(labels[name, column]))
        return {label: int(n) for label, n in zip(labels[name, column], found, strict=True) if n}

    outcome = np.array(labels["handover", "outcome"])[handover["outcome"]]
    back = np.isfinite(link["restored_s"])
    return {
        "outcome": count(handover, "handover", "outcome"),
        "reason": count(handover, "handover", "reason"),
        "interruption_ms": quantiles_ms(handover["interruption_s"][outcome == "done"]),
        "lost": count(link, "radio_link", "reason"),
        "outage_ms": quantiles_ms((link["restored_s"] - link["lost_s"])[back]),
        "still_lost_ms": sorted(((end_s - link["lost_s"][~back]) * 1e3).round().tolist()),
        "tasks": len(task),
        "tasks_uploaded": int(np.isfinite(task["uploaded_s"]).sum()),
    }


def quantiles_ms(values_s: Any) -> list[float]:
    """Median, 95th percentile and maximum in ms; nothing if there are no values."""
    if not len(values_s):
        return []
    return [round(float(q), 1) for q in np.percentile(values_s * 1e3, [50, 95, 100])]


def run_missing(runs: Sequence[Run], duration_s: float, output: Path, executor: Executor) -> None:
    """Simulate the runs that the file does not have; append each at its end."""
    output.parent.mkdir(parents=True, exist_ok=True)
    have = {tuple(known[name] for name in Run._fields) for known in read(output, duration_s)}
    missing = [run for run in runs if tuple(run) not in have]
    work = functools.partial(simulate, duration_s=duration_s)
    with Progress() as progress, closing(executor.run(work, missing)) as ended:
        bar = progress.add_task("soak", total=len(runs), completed=len(runs) - len(missing))
        for _, future in ended:
            with output.open("a", encoding="utf-8") as file:
                file.write(json.dumps(future.result()) + "\n")
            progress.advance(bar)


def read(path: Path, duration_s: float) -> list[dict[str, Any]]:
    """The results that the file has of runs of this length."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [known for known in map(json.loads, lines) if known["duration_s"] == duration_s]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", choices=CAMPAIGNS, default="cellular")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--duration-s", type=float, default=60.0)
    parser.add_argument("--output", type=Path, help="runs/soak-SCENARIO.jsonl")
    parser.add_argument("--jobs", type=int, help="runs at a time; one per core")
    parser.add_argument("--ray", metavar="ADDRESS", help="run on this Ray cluster; or auto")
    parser.add_argument("--summary", action="store_true", help="run nothing, print what there is")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="put the table into this page")
    arguments = parser.parse_args()
    output = arguments.output or Path(f"runs/soak-{arguments.scenario}.jsonl")
    if not arguments.summary:
        runs = campaign(arguments.scenario, arguments.seeds)
        with executor_of(arguments.ray, arguments.jobs) as executor:
            run_missing(runs, arguments.duration_s, output, executor)
    results = read(output, arguments.duration_s)
    Console().print(table(rows(results)))
    if arguments.write:
        write(rows(results), arguments.write)
    return int(any(result["error"] for result in results))


if __name__ == "__main__":
    raise SystemExit(main())
