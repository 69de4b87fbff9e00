"""Who may use and end a simulator, what is said of one that was ended, and who stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import gymnasium
import numpy as np
import pytest

from ns3_bridge import (
    Channel,
    DeadlineExceeded,
    LocalHost,
    ScenarioPool,
    ScenarioVectorEnv,
    SimulatorDied,
)
from ns3_bridge.errors import SimulatorBusy, StartGivenUp, WrongProcess
from ns3_bridge.testing import echo_command, echo_scenario
from ns3_bridge.testing.processes import children_of

PATIENCE_S = 100


def in_a_fork(call) -> None:
    """Make a call in a fork of ours, which must end as the call does; then leave as programs do."""
    pid = os.fork()
    if pid == 0:
        try:
            call()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0


def runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition, message: str = "") -> None:
    end_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end_s, message
        time.sleep(0.01)


@pytest.fixture
def lazy(tmp_path):
    """Program of a scenario that describes itself, and when it is started only waits."""
    program = echo_scenario(tmp_path / "echo", n_floats=2, n_slots=100)
    lazy = tmp_path / "lazy"
    lazy.write_text(
        f'#!/bin/sh\ncase "$*" in *--describe*) exec "{program}" "$@";; esac\nexec sleep 1000\n',
        encoding="utf-8",
    )
    lazy.chmod(0o755)
    return str(lazy)


def test_a_fork_that_closes_leaves_the_simulation_to_its_parent(echo):
    channel = echo()
    in_a_fork(channel.close)
    in_a_fork(channel.process.close)
    in_a_fork(channel.process.kill)
    assert channel.exchange().name == "RUNNING"


def test_a_fork_that_exits_leaves_the_simulation_to_its_parent():
    script = f"""if True:
        import os, sys
        from ns3_bridge import Channel
        channel = Channel({echo_command(1, 10)!r})
        if (pid := os.fork()) == 0:
            sys.exit(0)
        os.waitpid(pid, 0)
        print(channel.exchange().name)
    """
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script], capture_output=True, encoding="utf-8"
    )
    assert done.stdout == "RUNNING\n", done.stderr


def test_a_fork_that_steps_is_refused_and_its_parent_goes_on(echo):
    channel = echo()

    def step():
        for use in (channel.exchange, channel.post, channel.branch):
            with pytest.raises(WrongProcess, match="fork of the one that started"):
                use()

    in_a_fork(step)
    assert channel.exchange().name == "RUNNING"


def test_a_fork_starts_simulators_of_its_own(tmp_path):
    program = echo_scenario(tmp_path / "echo", n_floats=2, n_slots=100)
    host = LocalHost(program, warm_starts=1)
    channel = host.start(1)

    def start():
        own = host.start(1, instead_of=channel)
        assert own.exchange().name == "RUNNING"
        own.close()
        host.close()

    in_a_fork(start)
    assert channel.exchange().name == "RUNNING"
    channel.close()
    again = host.start(1)
    assert again.exchange().name == "RUNNING"
    again.close()
    host.close()


def test_what_was_closed_says_so(echo):
    channel = echo()
    channel.close()
    for _ in range(2):
        with pytest.raises(SimulatorDied, match="was ended from here: it was closed"):
            channel.exchange()


def test_what_was_ended_at_its_deadline_says_so(echo):
    channel = echo(deadline_s=0.2)
    os.kill(channel.process.pid, signal.SIGSTOP)
    with pytest.raises(DeadlineExceeded):
        channel.exchange()
    with pytest.raises(SimulatorDied, match=r"from here: it gave no answer within 0\.2 s"):
        channel.exchange()


def test_what_an_interrupt_has_ended_says_so(echo):
    def interrupt():
        raise KeyboardInterrupt

    channel = echo()
    channel._on_wait = interrupt
    os.kill(channel.process.pid, signal.SIGSTOP)
    with pytest.raises(KeyboardInterrupt):
        channel.exchange()
    with pytest.raises(SimulatorDied, match="from here: KeyboardInterrupt broke off the wait"):
        channel.exchange()


def test_what_another_thread_has_closed_says_so(echo):
    channel = echo()
    waits = threading.Event()
    channel._on_wait = waits.set
    os.kill(channel.process.pid, signal.SIGSTOP)
    closer = threading.Thread(target=lambda: waits.wait(PATIENCE_S) and channel.process.close())
    closer.start()
    with pytest.raises(SimulatorDied, match="was ended from here: it was closed"):
        channel.exchange()
    closer.join()


def test_a_second_thread_is_told_so_and_the_first_one_goes_on(echo):
    waits, statuses = threading.Event(), []
    channel = echo(on_wait=waits.set)
    os.kill(channel.process.pid, signal.SIGSTOP)
    first = threading.Thread(target=lambda: statuses.append(channel.exchange()))
    first.start()
    assert waits.wait(PATIENCE_S)
    with pytest.raises(SimulatorBusy, match="another thread waits for this simulator's answer"):
        channel.exchange()
    os.kill(channel.process.pid, signal.SIGCONT)
    first.join()
    statuses.append(channel.exchange())
    assert [status.name for status in statuses] == ["RUNNING", "RUNNING"]


def test_what_died_by_itself_goes_on_saying_so(echo):
    channel = echo()
    os.kill(channel.process.pid, signal.SIGKILL)
    for _ in range(2):
        with pytest.raises(SimulatorDied, match="was killed by SIGKILL"):
            channel.exchange()


def test_after_a_vector_step_that_was_broken_off_no_action_is_ignored(tmp_path):
    program = echo_scenario(tmp_path / "echo", n_floats=2, n_slots=100)

    def interrupt():
        raise KeyboardInterrupt

    vector = ScenarioVectorEnv(LocalHost(program), num_envs=2)
    vector.reset(seed=1)
    said = {"say": np.full((2, 2), 0.5, np.float32)}
    vector.host.on_wait = interrupt
    os.kill(vector.pids[0], signal.SIGSTOP)
    with pytest.raises(KeyboardInterrupt):
        vector.step(said)
    vector.host.on_wait = lambda: None
    with pytest.raises(gymnasium.error.AlreadyPendingCallError, match="call reset"):
        vector.step(said)
    vector.reset(seed=1)
    assert vector.step(said)[0]["echo"].tolist() == said["say"].tolist()
    vector.close()


def test_a_stopped_simulator_ends_with_its_agent():
    script = f"""if True:
        import os, signal, time
        from ns3_bridge import Channel
        channel = Channel({echo_command(1, 10)!r})
        branch = channel.branch()
        for one in (channel, branch):
            os.kill(one.process.pid, signal.SIGSTOP)
        print(channel.process.pid, branch.process.pid, flush=True)
        time.sleep(1000)
    """
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as agent:
        assert agent.stdout is not None
        pids = [int(pid) for pid in agent.stdout.readline().split()]
        agent.kill()
    wait_until(lambda: not any(map(runs, pids)), "a stopped simulator outlives its agent")


@pytest.mark.parametrize("kind", ["ScenarioVectorEnv", "ScenarioPool"])
def test_an_interrupt_while_many_start_ends_program_and_starts(lazy, kind):
    script = f"""if True:
        import sys
        from ns3_bridge import LocalHost, {kind}
        many = {kind}(LocalHost({lazy!r}, start_deadline_s=1e6), num_envs=3)
        print("ready", flush=True)
        {"many.reset()" if kind == "ScenarioVectorEnv" else "many.async_reset(); many.recv()"}
    """
    with subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as agent:
        assert agent.stdout is not None
        agent.stdout.readline()
        wait_until(lambda: len(children_of(agent.pid)) == 3)
        pids = children_of(agent.pid)
        agent.send_signal(signal.SIGINT)
        agent.wait(PATIENCE_S)
    assert not any(map(runs, pids))


@pytest.mark.parametrize("kind", [ScenarioVectorEnv, ScenarioPool])
def test_an_interrupt_that_wakes_nobody_ends_the_starts(lazy, kind):
    """As one does that comes just before the main thread begins to wait."""
    many = kind(LocalHost(lazy, start_deadline_s=1e6), num_envs=2)

    def interrupt():
        wait_until(lambda: len(children_of("self")) == len(others) + 2)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)

    def start():
        if kind is ScenarioPool:
            many.async_reset()
            many.recv()
        else:
            many.reset()

    others = children_of("self")
    thread = threading.Thread(target=interrupt)
    thread.start()
    begin_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        start()
    thread.join()
    assert time.monotonic() - begin_s < PATIENCE_S
    many.close()
    wait_until(lambda: children_of("self") == others)


def test_a_pool_that_is_closed_gives_up_what_starts(lazy):
    pool = ScenarioPool(LocalHost(lazy, start_deadline_s=1e6), num_envs=2)
    pool.async_reset()
    starting = dict(pool._starting)
    pool.close()
    assert all(isinstance(future.exception(), StartGivenUp) for future in starting.values())


def test_an_interrupt_during_a_start_leaves_nothing(echo, monkeypatch):
    dropped = []  # by Python itself: those that come within a finalizer
    other = sys.unraisablehook

    def hear(told):
        dropped.append(told.exc_type) if told.exc_type is KeyboardInterrupt else other(told)

    monkeypatch.setattr(sys, "unraisablehook", hear)
    descriptors, children = len(os.listdir("/proc/self/fd")), children_of("self")
    interrupts = 0
    for delay_s in np.linspace(0, 0.02, 40):
        timer = threading.Timer(delay_s, signal.raise_signal, [signal.SIGINT])
        try:
            timer.start()
            Channel(echo_command(1, 10)).close()
            timer.join()
            time.sleep(1)
        except KeyboardInterrupt:
            interrupts += 1
    assert interrupts + len(dropped) == 40
    wait_until(lambda: children_of("self") == children)
    # Python itself loses one where an interrupt comes between its making and its keeping.
    wait_until(lambda: len(os.listdir("/proc/self/fd")) < descriptors + 10)


def test_a_description_has_the_deadline_of_a_start(tmp_path):
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 1000\n", encoding="utf-8")
    slow.chmod(0o755)
    with pytest.raises(DeadlineExceeded, match=r"--describe gave no answer within 0\.3 s"):
        LocalHost(str(slow), start_deadline_s=0.3)
