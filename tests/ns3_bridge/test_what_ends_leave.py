"""What is left of simulations that ended, did not start or were forked: rows, others, settings."""

from __future__ import annotations

import copy
import os
import pickle
import signal
import threading

import numpy as np
import pytest

from ns3_bridge import Channel, LocalHost, ScenarioEnv, ScenarioVectorEnv, SimulatorDied
from ns3_bridge.errors import HandshakeError, WrongProcess
from ns3_bridge.testing import echo_command, echo_scenario, fake_scenario
from ns3_bridge.warm_starts import WarmStarts

PATIENCE_S = 100
ROWS_EVERY = 10  # slots, of the echo simulator


def say(value, n_envs=None):
    shape = (2,) if n_envs is None else (n_envs, 2)
    return {"say": np.full(shape, value, np.float32)}


def play(env, value, slots):
    for _ in range(slots):
        env.step(say(value))


@pytest.fixture
def program(tmp_path):
    return echo_scenario(tmp_path / "echo", n_floats=2, n_slots=1000)


def test_rows_of_a_simulation_that_died_are_its_own(program):
    dead, other = ScenarioEnv(LocalHost(program)), ScenarioEnv(LocalHost(program))
    dead.reset(seed=1)
    play(dead, 0.25, 3 * ROWS_EVERY)
    os.kill(dead.channel.process.pid, signal.SIGKILL)
    with pytest.raises(SimulatorDied):
        dead.step(say(0.25))
    other.reset(seed=2)  # takes the descriptors that the dead one has given back
    play(other, -0.75, 3 * ROWS_EVERY)
    assert dead.take_records()["log"]["first"].tolist() == [0.25] * 3
    assert other.take_records()["log"]["first"].tolist() == [-0.75] * 3
    dead.close()
    other.close()


def test_rows_taken_of_the_dead_touch_no_file_of_ours(program, tmp_path):
    env = ScenarioEnv(LocalHost(program))
    env.reset(seed=1)
    play(env, 0.5, 2 * ROWS_EVERY)
    env.take_records()
    os.kill(env.channel.process.pid, signal.SIGKILL)
    with pytest.raises(SimulatorDied):
        env.step(say(0.5))
    path = tmp_path / "results.bin"
    path.write_bytes(b"x" * 10_000)
    held = [path.open("r+b") for _ in range(8)]
    assert len(env.take_records()["log"]) == 0
    assert path.read_bytes() == b"x" * 10_000
    for file in held:
        file.close()
    env.close()


def test_a_fork_takes_no_rows(echo):
    channel = echo(2, 100)
    for _ in range(ROWS_EVERY):
        channel.exchange()
    pid = os.fork()
    if pid == 0:
        try:
            channel.take_records()
        except WrongProcess:
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert len(channel.take_records()["log"]) == 1


def test_a_restart_that_fails_leaves_the_others_their_steps(tmp_path):
    program = echo_scenario(tmp_path / "echo", n_floats=2, n_slots=100)
    envs = ScenarioVectorEnv(LocalHost(program), 3)
    envs.reset(seed=1)
    os.kill(envs.pids[0], signal.SIGKILL)
    *_, truncated, _ = envs.step(say(0.5, 3))
    assert truncated.tolist() == [True, False, False]
    os.rename(program, f"{program}.gone")
    for _ in range(2):
        with pytest.raises(HandshakeError):
            envs.step(say(0.5, 3))
    os.rename(f"{program}.gone", program)
    *_, infos = envs.step(say(0.5, 3))
    assert infos["slot"].tolist() == [0, 4, 4]
    envs.close()


def test_a_reset_after_a_failed_start_shows_what_runs(tmp_path):
    declaration = {
        "observations": [{"name": "x", "shape": [1], "low": 0, "high": 1}],
        "actions": [{"name": "a", "shape": [1], "low": 0, "high": 1}],
    }
    program, bad = tmp_path / "fake", tmp_path / "bad"
    fake_scenario(program, declaration)
    first, *rest = program.read_text(encoding="utf-8").split("\n")
    refuse = f'case "$*" in *RngRun=13*) [ -e {bad} ] && exit 3;; esac'
    program.write_text("\n".join([first, refuse, *rest]), encoding="utf-8")
    host = LocalHost(program, {"duration_s": 1})
    envs, truth = ScenarioVectorEnv(host, 3), ScenarioVectorEnv(host, 3)
    envs.reset(seed=1)
    bad.touch()
    with pytest.raises(SimulatorDied):
        envs.reset(seed=11)
    bad.unlink()
    mask = np.array([False, False, True])
    shown, _ = envs.reset(seed=[None, None, 13], options={"reset_mask": mask})
    assert shown["x"].tolist() == truth.reset(seed=11)[0]["x"].tolist()
    envs.close()
    truth.close()


@pytest.mark.parametrize("mode", ["NextStep", "SameStep"])
def test_rows_of_the_last_slot_are_there_after_it(tmp_path, mode):
    program = echo_scenario(tmp_path / "echo", n_floats=2, n_slots=2 * ROWS_EVERY + 1)
    envs = ScenarioVectorEnv(LocalHost(program), 2, mode)
    envs.reset(seed=1)
    truncated = np.zeros(2, bool)
    while not truncated.any():
        *_, truncated, _ = envs.step(say(0.5, 2))
    slots = [rows["log"]["slot"].tolist() for rows in envs.take_records()]
    assert slots == [[0, ROWS_EVERY, 2 * ROWS_EVERY]] * 2
    assert [len(rows["log"]) for rows in envs.take_records()] == [0, 0]
    envs.close()


def test_a_host_under_other_settings_is_copied_with_these(tmp_path):
    program = fake_scenario(tmp_path / "fake", {"observations": [], "actions": []})
    host = LocalHost(program, {"duration_s": 1}, warm_starts=1, reseed=True)
    variant = host.under({"duration_s": 3})
    for again in (pickle.loads(pickle.dumps(variant)), copy.deepcopy(variant)):
        assert again.settings.duration_s == 3.0
    assert pickle.loads(pickle.dumps(host)).settings.duration_s == 1.0
    host.close()


def test_starts_of_more_numbers_than_are_kept_run_side_by_side():
    count = 3
    together = threading.Barrier(count, timeout=PATIENCE_S)  # nobody passes who starts alone

    def start(run):
        together.wait()
        return Channel(echo_command(1, 10))

    warm = WarmStarts(start, 1, False)
    branches: list[Channel] = []
    threads = [
        threading.Thread(target=lambda run=run: branches.append(warm.branch(run)))
        for run in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(branches) == count
    assert len(warm.pids) == 1
    for branch in branches:
        assert branch.exchange().name == "RUNNING"
        branch.close()
    warm.close()
    assert warm.pids == {}
