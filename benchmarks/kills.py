# SPDX-License-Identifier: MIT
"""Kills and interrupts at random moments of all that a user starts: ``python -m benchmarks.kills``.

Every start gets folders of its own and a mark in its environment, which its children inherit; so
whoever outlives it is found, by whatever way it was started. A signal comes at a random moment,
the first instants of the interpreter included. What may remain: nothing that runs and, unless the
process was killed outright (SIGKILL), no file in the temporary folder, no traceback and a status
that tells of the signal. The results that it leaves must be readable.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.signals import hear_signals

KILLS = 1000
_COMMAND = str(Path(sys.executable).parent / "ns3-twin")
_WAIT_S = 60.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
_SMALL = "--set n_ue=4 --set n_bs=2"
_ENV = "env = ns3_scenarios.make('cellular', settings={'n_ue': 2, 'n_bs': 2, 'warmup_s': 0.1})"
_ENVS = "ns3_scenarios.make_{}('cellular', 2, settings={{'n_ue': 2, 'n_bs': 2, 'warmup_s': 0.1}})"


class Work(NamedTuple):
    """What is started: its arguments, and the seconds within which the signal comes."""

    name: str
    command: list[str]
    within_s: float


def _command(line: str) -> list[str]:
    return [_COMMAND, *line.split()]


def _program(*lines: str) -> list[str]:
    """A user's own program; from the end of its imports on it ends at Ctrl-C as Python's do."""
    begin = (
        "import signal",
        "signal.signal(signal.SIGINT, signal.SIG_DFL)",
        "import ns3_scenarios",
        "signal.signal(signal.SIGINT, signal.default_int_handler)",
    )
    return [sys.executable, "-c", "\n".join((*begin, *lines))]


WORKS = (
    Work("run", _command(f"run --duration 30 {_SMALL}"), 3.0),
    Work("run, branching", _command(f"run --policy oracle {_SMALL}"), 4.0),
    Work(
        "compare",
        _command(f"compare --policies strongest-equal,load-fill --duration 1 --jobs 2 {_SMALL}"),
        5.0,
    ),
    Work("fidelity", _command("fidelity --quick --jobs 2"), 8.0),
    Work("train", _command("train --quick"), 8.0),
    Work("serve", _command("serve --bind tcp://127.0.0.1:*"), 2.0),
    Work("build", _command("build scenario.cc --modules core"), 4.0),
    Work(
        "reset, step, branch, close",
        _program(
            "for seed in range(10**6):",
            "    " + _ENV,
            "    env.reset(seed=seed)",
            "    for _ in range(5):",
            "        env.step(env.action_space.sample())",
            "    (branch,) = env.branch()",
            "    branch.step(env.action_space.sample())",
            "    branch.close()",
            "    env.close()",
        ),
        3.0,
    ),
    Work(
        "vector",
        _program(
            "for seed in range(10**6):",
            "    envs = " + _ENVS.format("vector"),
            "    envs.reset(seed=seed)",
            "    for _ in range(20):",
            "        envs.step(envs.action_space.sample())",
            "    envs.close()",
        ),
        3.0,
    ),
    Work(
        "pool",
        _program(
            "for seed in range(10**6):",
            "    pool = " + _ENVS.format("pool").replace("2, settings", "2, 1, settings"),
            "    pool.async_reset(seed=seed)",
            "    for _ in range(2):",
            "        pool.recv()",
            "    pool.close()",
        ),
        3.0,
    ),
)
#: Frames of ours in a traceback; others are of Python's start, until we say what signals do.
_OURS = re.compile(
    r"/(py_agent|ns3_bridge|ns3_scenarios)/(?!__init__\.py|cli/main\.py|command_start\.py)"
)
#: What Python says where a signal comes before anything of ours is imported; it ends with status 1.
_NOT_BEGUN = "init_import_site"
_SCENARIO = '#include "ns3/core-module.h"\n\nint\nmain()\n{\n    return 0;\n}\n'


class Death(NamedTuple):
    """What one signal left behind; `said` is the end of what was printed, where it matters."""

    work: str
    number: signal.Signals
    after_s: float
    orphans: int
    leftovers: int
    untyped: int
    unreadable: int
    said: str

    @property
    def is_clean(self) -> bool:
        """Whether it left nothing."""
        return not (self.orphans or self.leftovers or self.untyped or self.unreadable)


def kill(work: Work, number: signal.Signals, after_s: float) -> Death:
    """Start something, let a signal reach it, and look what is left."""
    mark = uuid.uuid4().hex
    with tempfile.TemporaryDirectory(prefix="ns3-twin-kills-") as name:
        folder = Path(name)
        temporary = folder / "tmp"
        temporary.mkdir()
        (folder / "scenario.cc").write_text(_SCENARIO, encoding="utf-8")
        process = subprocess.Popen(
            work.command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env={
                **os.environ,
                "NS3_TWIN_KILLS": mark,
                "TMPDIR": str(temporary),
                "XDG_CACHE_HOME": str(folder / "cache"),
                "OMP_NUM_THREADS": "1",
                "TORCHINDUCTOR_CACHE_DIR": str(folder / "cache"),
            },
        )
        begun_s = _has_begun(process)
        time.sleep(max(0.0, after_s - begun_s))
        done = process.poll() is not None
        process.send_signal(number)
        try:
            said = process.communicate(timeout=_WAIT_S)[1].decode(errors="replace")
            status = process.returncode
            untyped = int(status != 0) if done else _is_untyped(work, number, status, said)
        except subprocess.TimeoutExpired:
            process.kill()
            rest = process.communicate()[1].decode(errors="replace")
            said, status, untyped = f"{rest}\nit did not end", -signal.SIGKILL, 1
        orphans = _end_of(mark)
        outright = number == signal.SIGKILL
        files = [] if outright else sorted(path.name for path in temporary.iterdir())
        unreadable = _unreadable(folder) if work.name.startswith("run") else []
        said = "\n".join([*said.splitlines()[-12:], f"status {status}", *files, *unreadable])
        counts = (len(orphans), len(files), untyped, len(unreadable))
        return Death(work.name, number, after_s, *counts, said)


def _has_begun(process: subprocess.Popen[bytes]) -> float:
    """Wait until Python has its signal handler: before, the default action ends it at once.

    Returns:
        the seconds that it took.
    """
    begin_s = time.monotonic()
    status = Path(f"/proc/{process.pid}/status")
    with contextlib.suppress(OSError):
        while time.monotonic() < begin_s + _WAIT_S:
            caught = int(status.read_text(encoding="utf-8").partition("SigCgt:")[2].split()[0], 16)
            if caught >> (signal.SIGINT - 1) & 1:
                break
            time.sleep(0.005)
    return time.monotonic() - begin_s


def _is_untyped(work: Work, number: signal.Signals, status: int, said: str) -> int:
    """Whether the process ended otherwise than by this signal, or complained of something else."""
    if number == signal.SIGKILL:
        return int(status != -number)
    if status == 1 and number == signal.SIGINT and _NOT_BEGUN in said:
        return 0
    if work.command[0] == _COMMAND:
        by_signal = status in (128 + number, -number) or (work.name == "serve" and status == 0)
        return int(not by_signal or ("Traceback" in said and _OURS.search(said) is not None))
    last = said.strip().splitlines()[-1:]
    return int(status != -number or last not in ([], ["KeyboardInterrupt"]))


def _end_of(mark: str) -> list[int]:
    """Whoever bears this mark and has not ended in time; ended now."""
    end_s = time.monotonic() + 10.0
    while (alive := list(_marked(mark))) and time.monotonic() < end_s:
        time.sleep(0.02)
    for pid in alive:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return alive


def _marked(mark: str) -> Iterator[int]:
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in environment.read_bytes():
                yield int(environment.parent.name)


def _unreadable(folder: Path) -> list[str]:
    """Recorded runs that cannot be read; one that ended before its first slot has none."""
    from ns3_bridge import InvalidSetting
    from py_agent.experiment.run_data import recorded_run, slot_fields, slot_rewards

    bad = []
    for run in folder.glob("runs/*"):
        try:
            recorded = recorded_run(run)
        except InvalidSetting:
            continue
        try:
            slot_fields(recorded)
            slot_rewards(recorded)
        except Exception as error:
            bad.append(f"{run.name}: {error}")
    return bad


def kill_all(
    kills: int, seed: int, works: tuple[Work, ...], tell: Callable[[Death], None]
) -> list[Death]:
    """So many deaths, two side by side, spread evenly over works."""
    draw = random.Random(seed)
    plan = [
        (work, draw.choice(_SIGNALS), draw.uniform(0.0, work.within_s))
        for work in itertools.islice(itertools.cycle(works), kills)
    ]
    lock = threading.Lock()

    def die(planned: tuple[Work, signal.Signals, float]) -> Death:
        death = kill(*planned)
        with lock:
            tell(death)
        return death

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(die, plan))


def table(deaths: list[Death]) -> Table:
    """One row per work, counts of what was found."""
    shown = Table(title=f"{len(deaths)} kills and interrupts at random moments")
    shown.add_column("work")
    for column in ("kills", "orphans", "leftovers", "untyped", "unreadable", ""):
        shown.add_column(column, justify="right")
    for name in dict.fromkeys(death.work for death in deaths):
        rows = [death for death in deaths if death.work == name]
        sums = Counter[str]()
        for death in rows:
            sums.update({k: getattr(death, k) for k in Death._fields[3:7]})
        counts = [str(sums[k]) for k in Death._fields[3:7]]
        clean = all(death.is_clean for death in rows)
        shown.add_row(name, str(len(rows)), *counts, "held" if clean else "NOT HELD")
    return shown


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("works", nargs="*", metavar="WORK", help=f"of {[w.name for w in WORKS]}")
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    works = tuple(w for w in WORKS if not chosen.works or w.name in chosen.works)
    hear_signals()

    def tell(death: Death) -> None:
        if not death.is_clean:
            print(f"{death.work}: {death.number.name} after {death.after_s:.3f} s", file=sys.stderr)
            print(death, death.said, sep="\n", file=sys.stderr, flush=True)

    deaths = kill_all(chosen.kills, chosen.seed, works, tell)
    Console(width=110).print(table(deaths))
    sys.exit(not all(death.is_clean for death in deaths))


if __name__ == "__main__":
    main()
