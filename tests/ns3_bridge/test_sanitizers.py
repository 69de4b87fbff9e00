"""The C++ endpoint under sanitizers, against the Python end (`make sanitize`)."""

from __future__ import annotations

import fcntl
import hashlib
import os
import signal
import subprocess
from importlib import metadata
from pathlib import Path

import nlohmann_json
import numpy as np
import pytest

from ns3_bridge import BranchRefused, Channel, Command, InvalidAction, SimulatorDied, Status

BRIDGE = Path(__file__).parents[2] / "bridge"
FINDING = 99  # exit status
ENDED_S = 20

# The runtime's symbol proves that the program is what it is called.
SANITIZERS = {"address,undefined": b"__asan_init", "thread": b"__tsan_init"}


@pytest.fixture(scope="module", params=SANITIZERS)
def simulator(request, build_cache):
    """The echo simulator, compiled with sanitizers that end it at a finding: once per version."""
    compiler = os.environ.get("CXX", "g++")
    endpoint = [path for path in (BRIDGE / "cpp").glob("*.cc") if "-test" not in path.stem]
    sources = [*endpoint, BRIDGE / "ns3_bridge/testing/echo-simulator.cc"]
    options = ["-std=c++20", "-O0", f"-fsanitize={request.param}", "-fno-sanitize-recover"]
    folders = [f"-I{BRIDGE / 'cpp'}", f"-I{nlohmann_json.get_include()}"]
    command = [compiler, *options, *folders, *map(str, sources), "-o"]
    program = build_cache / "sanitized" / request.param / "echo-simulator"
    version = program.with_name("version")
    program.parent.mkdir(parents=True, exist_ok=True)
    with program.with_name("lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made_of = version_of(compiler, command, [*sources, *(BRIDGE / "cpp").glob("*.h")])
        if not version.exists() or version.read_text() != made_of:
            version.unlink(missing_ok=True)
            subprocess.run([*command, program], check=True)
            version.write_text(made_of)
    assert SANITIZERS[request.param] in program.read_bytes()
    return str(program)


def version_of(compiler, command, files):
    """What the program depends on, in short."""
    said = subprocess.run([compiler, "--version"], capture_output=True, check=True).stdout
    parts = [*command, metadata.version("nlohmann-json"), said.decode()]
    texts = [path.read_bytes() for path in sorted(files)]
    return hashlib.sha256(b"\0".join([*map(str.encode, parts), *texts])).hexdigest()


@pytest.fixture
def start(simulator, monkeypatch):
    for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
        monkeypatch.setenv(name, f"exitcode={FINDING}:print_stacktrace=1")
    started = []

    def start_one(n_floats=4, n_slots=100):
        started.append(Channel([simulator, str(n_floats), str(n_slots)], deadline_s=30))
        return started[-1]

    yield start_one
    for channel in started:
        channel.process.close()


def end(channel):
    """End in an orderly way: leaks are looked for on the way out."""
    channel.post(Command.STOP)
    assert channel.process.wait(ENDED_S) == 0, channel.process.output_tail()
    assert channel.process.output_tail() == ""
    channel.close()


@pytest.mark.parametrize("n_floats", [1, 7, 10_000])
def test_an_episode(start, n_floats):
    channel = start(n_floats, n_slots=30)
    generator = np.random.default_rng(0)
    status = Status.RUNNING
    while status == Status.RUNNING:
        said = generator.uniform(-1, 1, n_floats)
        channel.actions["say"][:] = said
        status = channel.exchange()
        assert np.allclose(channel.observations["echo"], said)
    assert channel.take_records()["log"]["slot"].tolist() == [0, 10, 20]
    end(channel)


def test_refusals(start):
    channel = start()
    channel.actions["say"][:] = [0, 0, np.nan, 0]
    with pytest.raises(InvalidAction):
        channel.exchange()
    with pytest.raises(BranchRefused, match="random numbers"):
        channel.branch(run=1)
    end(channel.branch())
    channel.process.wiring.send(channel.process.wiring.theirs[:2])  # two descriptors, not four
    channel.post(Command.BRANCH)
    assert channel.collect() == Status.BRANCH_REFUSED
    channel.actions["say"][:] = 0
    assert channel.exchange() == Status.RUNNING
    end(channel)


def test_branches(start):
    channel = start()
    channel.actions["say"][:] = 0.5
    channel.exchange()
    branch = channel.branch()
    nested = branch.branch()
    for one in (nested, channel, branch):
        assert one.exchange() == Status.RUNNING
        assert (one.observations["echo"] == 0.5).all()
    for one in (channel, nested, branch):
        end(one)


def test_an_agent_that_breaks_the_protocol_ends_a_branch_with_a_message(start):
    channel = start()
    branch = channel.branch()
    os.pwrite(branch.process.channel_fd, (77).to_bytes(4, "little"), 192)
    with pytest.raises(SimulatorDied, match="answered observation 77, expected") as caught:
        branch.collect()
    assert caught.value.return_code == 3
    os.kill(channel.process.pid, signal.SIGKILL)
    with pytest.raises(SimulatorDied, match="SIGKILL"):
        channel.exchange()
