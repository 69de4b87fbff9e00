"""Many simulators at once, many episodes in a row, runs side by side, and no shared memory left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import LocalHost, ScenarioEnv, ScenarioVectorEnv
from ns3_bridge.testing import fake_scenario
from ns3_bridge.testing.processes import children_of

DECLARATION = {
    "observations": [{"name": "rate_bps", "shape": [50], "low": 0, "high": 1e6}],
    "actions": [{"name": "share", "shape": [4], "low": 0, "high": 1}],
}
ENVS = 16
EPISODES = 1000


@pytest.fixture
def program(tmp_path):
    return fake_scenario(tmp_path / "fake", DECLARATION)


@pytest.fixture(autouse=True)
def nothing_is_left():
    before = _held()
    yield
    assert _held() == before


def _held():
    """Child processes, open descriptors, names of our shared memory."""
    names = [name for name in os.listdir("/dev/shm") if f"ns3-twin-{os.getpid()}-" in name]
    return children_of("self"), len(os.listdir("/proc/self/fd")), names


def test_sixteen_environments_at_once_are_sixteen_single_ones(program):
    host = LocalHost(program, {"duration_s": 0.2})
    many = ScenarioVectorEnv(host, ENVS)
    singles = [ScenarioEnv(host) for _ in range(ENVS)]
    observations, _ = many.reset(seed=1)
    for i, env in enumerate(singles):
        assert np.array_equal(env.reset(seed=1 + i)[0]["rate_bps"], observations["rate_bps"][i])
    rng = np.random.default_rng(0)
    truncated = np.zeros(ENVS, bool)
    while not truncated.any():
        share = rng.uniform(0, 1, (ENVS, 4)).astype(np.float32)
        observations, rewards, _, truncated, _ = many.step({"share": share})
        for i, env in enumerate(singles):
            one, reward, *_ = env.step({"share": share[i]})
            assert np.array_equal(one["rate_bps"], observations["rate_bps"][i])
            assert reward == rewards[i]
    for env in (many, *singles):
        env.close()


# In a process of its own: what other tests have held moves the memory of theirs by megabytes.
RESETS = """
import os, sys
from pathlib import Path
from ns3_bridge import LocalHost, ScenarioEnv

def held():
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return len(os.listdir("/proc/self/fd")), int(status.partition("VmRSS:")[2].split()[0])

env = ScenarioEnv(LocalHost(sys.argv[1]))
for episode in range(int(sys.argv[2])):
    env.reset(seed=episode)
    if episode == 100:
        print(*held())
print(*held())
env.close()
"""


def test_a_thousand_resets_hold_no_more_than_a_hundred(program):
    command = [sys.executable, "-c", RESETS, program, str(EPISODES)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=900)
    early, late = (tuple(map(int, line.split())) for line in done.stdout.splitlines())
    assert late[0] == early[0]
    assert late[1] - early[1] < 2048


def test_two_runs_at_once_are_the_same_run(program, tmp_path):
    command = [str(Path(sys.executable).with_name("ns3-twin")), "run", "--scenario", program]
    command += ["--policy", "random", "--seed", "3", "--duration", "0.4", "--json"]
    command += ["--runs-dir", str(tmp_path / "runs")]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [run.communicate(timeout=120)[0].splitlines()[-1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0]
    folders = list((tmp_path / "runs").iterdir())
    assert len(folders) == 2
    logs = [(folder / "slots.parquet").read_bytes() for folder in folders]
    assert logs[0] == logs[1]
    assert [json.loads(line)["seed"] for line in said] == [3, 3]


IN_A_FULL_MEMORY_FILE_SYSTEM = """
mount -t tmpfs -o size=8k tmpfs /dev/shm
head -c 8192 /dev/zero > /dev/shm/filler
exec "$@"
"""
AN_EPISODE = """
import sys
from ns3_bridge import HandshakeError, LocalHost, ScenarioEnv
from ns3_bridge.compat import Ns3AiEnv
env = ScenarioEnv(LocalHost(sys.argv[1]))
env.reset(seed=1)
env.step(env.action_space.sample())
env.close()
try:
    Ns3AiEnv([sys.executable, "-c", "pass"])
except HandshakeError as error:
    print(error)
"""


def test_a_full_dev_shm_matters_to_programs_of_ns3_ai_only(program):
    """Our own shared memory has no name, and no file system whose size could be the limit."""
    unshare = ["unshare", "--user", "--map-root-user", "--mount"]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode != 0:
        pytest.skip("this system allows no namespaces")
    done = subprocess.run(
        [
            *(*unshare, "sh", "-ec", IN_A_FULL_MEMORY_FILE_SYSTEM, "sh"),
            *(sys.executable, "-c", AN_EPISODE, program),
        ],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == (
        "/dev/shm is full: 0 bytes are free, the shared memory of an ns3-ai program takes 4096\n"
    )
