from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from ns3_bridge.testing.processes import children_of
from py_agent.bench import bridge, ns3_ai_way


def test_every_transport_is_measured(monkeypatch):
    monkeypatch.setattr(bridge, "SIZES", (2,))
    report = bridge.measure(rounds=1, trips=100)
    assert set(report.numbers) == {
        "cpp_limit_us_p50",
        "shm_us_p50",
        "shm_in_place_us_p50",
        "ipc_us_p50",
        "tcp_us_p50",
        "tcp_curve_us_p50",
        "zmq_ipc_us_p50",
        "zmq_tcp_us_p50",
        "ns3_ai_way_us_p50",
        "ns3_gym_way_us_p50",
    }
    for values in report.numbers.values():
        assert list(values) == ["2"]
        assert values["2"] > 0
    assert report.tables[0].row_count == 10


def test_what_does_not_fit_in_a_message_of_ns3_ai_is_not_possible():
    assert [ns3_ai_way.fits(size) for size in bridge.SIZES] == [True, True, False, False]


def test_a_benchmark_that_is_terminated_leaves_nothing():
    command = [str(Path(sys.executable).with_name("ns3-twin")), "bench", "bridge"]
    bench = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        until(lambda: any("serve" in command_line(pid) for pid in descendants(bench.pid)))
        pids = descendants(bench.pid)
        bench.send_signal(signal.SIGTERM)
        _, said = bench.communicate(timeout=60)
    finally:
        bench.kill()
        bench.communicate()
    assert bench.returncode == 143
    assert said.endswith("terminated\n")
    until(lambda: not any(command_line(pid) for pid in pids))
    assert not list(Path("/dev/shm").glob(f"*{bench.pid}*"))


def descendants(pid):
    children = children_of(pid)
    return [*children, *(found for child in children for found in descendants(child))]


def command_line(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def until(condition, deadline_s=60.0):
    end_s = time.monotonic() + deadline_s
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.02)
