# SPDX-License-Identifier: MIT
"""Attacks on a gateway by peers without a key, beside an honest agent: ``make attack``.

Everything happens on this machine, between processes that this starts, in some six minutes. Each
attack has a gateway of its own in front of a scenario without ns-3, so that the bridge is all that
an honest agent waits for. Attackers run at the lowest priority. A table tells what the honest agent
kept of its speed, and what the gateway took and left behind.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table
from zmq.auth import load_certificate

import ns3_bridge
from benchmarks.attackers import ATTACKS
from benchmarks.signals import hear_signals
from ns3_bridge import BridgeError, ScenarioEnv
from ns3_bridge.testing import fake_scenario

LEAST_RATIO = 1 / 3
MOST_MB = 200.0

ROUNDS = 2
CALM_S = 1.0
ATTACKED_S = 2.5
KILLS = 40

_COMMAND = str(Path(sys.executable).parent / "ns3-twin")
_DECLARATION = {
    "observations": [{"name": "rate_bps", "shape": [20], "low": 0, "high": 1e6}],
    "actions": [{"name": "share", "shape": [20], "low": 0, "high": 1}],
}
_WAIT_S = 30.0


class Attack(NamedTuple):
    """One row: what is done, by how many processes, against a gateway with keys or without."""

    name: str
    processes: int
    keys: bool


class Finding(NamedTuple):
    """What an attack did; `ratio` and `memory_mb` are NaN where they were not measured."""

    what: str
    ratio: float
    memory_mb: float
    resets: bool
    orphans: int
    leftovers: int
    untyped: int

    @property
    def is_held(self) -> bool:
        """Whether the gateway stood it."""
        return (
            not self.ratio < LEAST_RATIO
            and not self.memory_mb > MOST_MB
            and self.resets
            and self.orphans + self.leftovers + self.untyped == 0
        )


PLAN = (
    Attack("idle", 2, False),
    Attack("churn", 4, False),
    Attack("garbage", 4, False),
    Attack("endless", 4, False),
    Attack("flood", 20, False),
    Attack("crowd", 20, False),
    Attack("polite", 20, False),
    Attack("idle", 2, True),
    Attack("churn", 4, True),
    Attack("garbage", 4, True),
    Attack("stranger", 4, True),
)


class Served:
    """A gateway in a process and folders of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.temporary = folder / "tmp"
        self.temporary.mkdir(exist_ok=True)
        program = fake_scenario(folder / "fake", _DECLARATION)
        self.process = subprocess.Popen(
            [_COMMAND, "serve", "--scenario", program, "--bind", "tcp://127.0.0.1:*", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            env={**os.environ, "TMPDIR": str(self.temporary)},
        )

    def address(self) -> str:
        """Where it listens, once it does."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().partition(" at ")[2].strip()

    def memory_mb(self) -> float:
        """The most that was resident so far."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1024

    def children(self) -> list[str]:
        """Its simulators."""
        with contextlib.suppress(OSError):
            pid = self.process.pid
            return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        return []

    def end(self, number: int) -> str:
        """End it by a signal; returns what it said since its address."""
        self.process.send_signal(number)
        try:
            return self.process.communicate(timeout=_WAIT_S)[0]
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.communicate()[0] + "\nTraceback: it did not end"


def run(attack: Attack) -> Finding:
    """Measure one attack."""
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        options, key = ["--busy", "queue"], None
        environment = dict(os.environ)
        if attack.keys:
            ns3_bridge.make_keys(folder / "keys")
            options += ["--keys", str(folder / "keys")]
            key = folder / "keys" / "agent.key_secret"
            public, _ = load_certificate(folder / "keys" / "gateway.key")
            environment["GATEWAY_KEY"] = public.decode()
        served = Served(folder, *options)
        stack.callback(served.process.kill)
        address = served.address()
        ratio, resets, untyped = float("nan"), False, 0
        try:
            env = ns3_bridge.connect(address, key=key)
            stack.callback(env.close)
            calm_hz, attacked_hz = 0.0, 0.0
            for round_ in range(ROUNDS):
                calm_hz += _steps_per_s(env, CALM_S) / 2
                with _attackers(attack, address, environment):
                    attacked_hz += _steps_per_s(env, ATTACKED_S)
                    env.reset(seed=100 + round_)
                calm_hz += _steps_per_s(env, CALM_S) / 2
            ratio, resets = attacked_hz / calm_hz, True
        except BridgeError as error:
            print(f"{attack.name}: {error}", file=sys.stderr)
        except Exception as error:  # what must not come
            untyped += 1
            print(f"{attack.name}: {type(error).__name__}: {error}", file=sys.stderr)
        memory_mb = served.memory_mb() if served.process.poll() is None else float("inf")
        simulators = served.children()
        untyped += served.end(signal.SIGTERM).count("Traceback")
        title = f"{attack.name} × {attack.processes}" + (", keys" if attack.keys else "")
        orphans, leftovers = _left(simulators, [served.temporary])
        return Finding(title, ratio, memory_mb, resets, orphans, leftovers, untyped)


def kill_at_random() -> Finding:
    """Stop gateways with issued keys at any moment of their life, starts included."""
    draw = random.Random(0)
    orphans = leftovers = untyped = 0
    for _ in range(KILLS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            served = Served(folder, "--issue-keys", str(folder / "issued"))
            try:
                number = draw.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
                if draw.random() < 0.5:
                    time.sleep(draw.uniform(0.0, 1.5))
                elif address := served.address():
                    key = folder / "issued" / "agent.key_secret"
                    with contextlib.closing(ns3_bridge.connect(address, key=key)) as env:
                        env.reset(seed=1)
                        _steps_per_s(env, draw.uniform(0.0, 0.3))
                        simulators = served.children()
                        served.process.send_signal(number)
                        with contextlib.suppress(BridgeError):
                            _play_on(env)
                        orphans += _left(simulators, [])[0]
                served.end(number)
            except Exception as error:  # what must not come
                untyped += 1
                print(f"killed: {type(error).__name__}: {error}", file=sys.stderr)
            finally:
                served.process.kill()
                served.process.communicate()
            leftovers += _left([], [served.temporary, folder / "issued"])[1]
    nan = float("nan")
    return Finding(f"{KILLS} signals at random", nan, nan, True, orphans, leftovers, untyped)


@contextlib.contextmanager
def _attackers(attack: Attack, address: str, environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "-m", "benchmarks.attackers", attack.name, address]
    started = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env=environment)
        for _ in range(attack.processes)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            process.stdout.readline()
        time.sleep(0.3)
        yield
    finally:
        for process in started:
            process.kill()
        for process in started:
            process.communicate()


def _steps_per_s(env: ScenarioEnv, duration_s: float) -> float:
    """Play for a while; how fast it went."""
    env.reset(seed=1)
    action = env.action_space.sample()
    steps, start_s = 0, time.monotonic()
    while (passed_s := time.monotonic() - start_s) < duration_s:
        steps += 1
        if env.step(action)[3]:
            env.reset(seed=1)
    return steps / passed_s if passed_s else 0.0


def _play_on(env: ScenarioEnv) -> None:
    """Play until the gateway has gone."""
    end_s = time.monotonic() + _WAIT_S
    while time.monotonic() < end_s:
        _steps_per_s(env, 0.5)
    raise TimeoutError(f"a gateway that was told to stop still serves after {_WAIT_S:.0f} s")


def _left(pids: list[str], folders: list[Path]) -> tuple[int, int]:
    """How many processes and files there still are."""
    end_s = time.monotonic() + _WAIT_S
    while alive := [pid for pid in pids if Path(f"/proc/{pid}").exists()]:
        if time.monotonic() > end_s:
            break
        time.sleep(0.02)
    files = [path for folder in folders if folder.exists() for path in folder.iterdir()]
    return len(alive), len(files)


def table(findings: list[Finding]) -> Table:
    """The findings, one a row."""
    shown = Table(title="Attacks without a key, beside an honest agent")
    shown.add_column("attack")
    for column in ("speed kept", "memory", "next reset", "orphans", "leftovers", "untyped", ""):
        shown.add_column(column, justify="right")
    for found in findings:
        shown.add_row(
            found.what,
            re.sub("nan", "", f"{found.ratio:.2f}"),
            re.sub("nan MB", "", f"{found.memory_mb:.0f} MB"),
            "answered" if found.resets else "not answered",
            *(str(count) for count in (found.orphans, found.leftovers, found.untyped)),
            "held" if found.is_held else "NOT HELD",
        )
    return shown


def main() -> None:
    names = sys.argv[1:]
    unknown = set(names) - ATTACKS.keys()
    if unknown:
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; known: {', '.join(ATTACKS)}")
    hear_signals()
    findings = [run(attack) for attack in PLAN if not names or attack.name in names]
    if not names:
        findings.append(kill_at_random())
    Console(width=110).print(table(findings))
    sys.exit(not all(found.is_held for found in findings))


if __name__ == "__main__":
    main()
