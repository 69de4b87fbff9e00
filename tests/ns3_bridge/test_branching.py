from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import (
    BranchRefused,
    Channel,
    DeadlineExceeded,
    InvalidAction,
    SimulatorDied,
    Status,
)
from ns3_bridge.testing import echo_command
from ns3_bridge.testing.processes import children_of

ACTION_SEQ_OFFSET = 192  # PROTOCOL.md


def say(channel, number):
    channel.actions["say"][:] = number
    return channel.exchange()


def heard(channel):
    return channel.copy_observations()["echo"].tolist()


def state_of(pid):
    """Letter of the process state in /proc (Z: zombie), or None: there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return None


def await_end(pids):
    deadline_s = time.monotonic() + 60
    while any(state_of(pid) not in (None, "Z") for pid in pids) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert {pid: state_of(pid) for pid in pids if state_of(pid) not in (None, "Z")} == {}


def resources():
    gc.collect()
    return len(list(Path("/proc/self/fd").iterdir())), len(children_of("self"))


def test_a_branch_goes_on_from_where_its_parent_is(echo):
    channel = echo(n_floats=3)
    say(channel, 0.5)
    branch = channel.branch()
    assert (branch.slot, branch.time_s, branch.reward, branch.events) == (1, 1.0, 0.5, 1)
    assert branch.status == Status.RUNNING
    assert heard(branch) == heard(channel) == [0.5] * 3
    assert branch.schema == channel.schema
    branch.close()


def test_what_a_branch_does_touches_nobody_else(echo):
    channel = echo(n_floats=2)
    say(channel, 0.5)
    branches = [channel.branch() for _ in range(3)]
    for i, branch in enumerate(branches):
        assert say(branch, i / 4) == Status.RUNNING
    assert heard(channel) == [0.5, 0.5]
    assert [heard(branch) for branch in branches] == [[0, 0], [0.25, 0.25], [0.5, 0.5]]
    say(channel, -1)
    say(branches[0], 1)
    assert [heard(branch)[0] for branch in branches] == [1, 0.25, 0.5]
    for branch in branches:
        branch.close()


def test_branches_nest_and_outlive_those_they_came_from(echo):
    generations = [echo(n_floats=1)]
    for depth in range(1, 6):
        say(generations[-1], depth / 8)
        generations.append(generations[-1].branch())
    for ancestor in generations[:-1]:
        ancestor.close()
    youngest = generations[-1]
    assert heard(youngest) == [5 / 8]
    assert youngest.slot == 5
    assert say(youngest, 1) == Status.RUNNING
    youngest.close()


def test_a_branch_presets_the_action_that_its_parent_had(echo):
    # A scenario presets its default action before each slot: an agent that writes nothing agrees.
    channel = echo(n_floats=2)
    channel.actions["say"][:] = [0.25, 0.75]
    branch = channel.branch()
    branch.exchange()
    assert heard(branch) == [0.25, 0.75]
    branch.close()


def test_records_already_written_are_not_repeated(echo):
    channel = echo()
    for _ in range(25):
        channel.exchange()
    branch = channel.branch()
    for _ in range(10):
        branch.exchange()
    assert channel.take_records()["log"]["slot"].tolist() == [0, 10, 20]
    assert branch.take_records()["log"]["slot"].tolist() == [30]
    branch.close()


def test_a_branch_refuses_wrong_actions_as_its_parent_does(echo):
    branch = echo(n_floats=2).branch()
    branch.actions["say"][:] = [0, 7]
    with pytest.raises(InvalidAction, match=r"say\[1\] = 7 is outside"):
        branch.exchange()
    assert say(branch, 0) == Status.RUNNING
    branch.close()


def test_a_simulator_without_random_numbers_cannot_be_reseeded(echo):
    channel = echo()
    with pytest.raises(BranchRefused, match="cannot change its random numbers"):
        channel.branch(run=7)
    assert channel.exchange() == Status.RUNNING


def test_a_closed_control_socket_is_a_refusal(echo):
    channel = echo()
    channel.process.wiring.control.close()
    with pytest.raises(BranchRefused, match="no message with four descriptors"):
        channel.branch()
    assert channel.exchange() == Status.RUNNING


def test_an_interrupted_branch_leaves_nobody_behind(echo, monkeypatch):
    channel = echo()

    def interrupt(wiring):
        time.sleep(0.3)  # it forks meanwhile
        raise KeyboardInterrupt

    monkeypatch.setattr(channel, "_prepare_branch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        channel.branch()
    assert channel.branch_pid > 0
    with pytest.raises(SimulatorDied):
        channel.exchange()
    assert state_of(channel.branch_pid) is None


def test_a_killed_branch_is_reported_exactly_and_alone(echo):
    channel = echo()
    killed, spared = channel.branch(), channel.branch()
    os.kill(killed.process.pid, signal.SIGSEGV)
    with pytest.raises(SimulatorDied, match="SIGSEGV") as caught:
        killed.exchange()
    assert caught.value.return_code == -signal.SIGSEGV
    assert channel.exchange() == spared.exchange() == Status.RUNNING
    spared.close()
    assert state_of(killed.process.pid) is None


def test_a_branch_that_ends_by_itself_is_quoted(echo):
    branch = echo().branch()
    # Not even ours: the simulator sees an answer to an observation that it never made.
    os.pwrite(branch.process.channel_fd, (77).to_bytes(4, "little"), ACTION_SEQ_OFFSET)
    with pytest.raises(SimulatorDied, match="answered observation 77, expected") as caught:
        branch.collect()
    assert caught.value.return_code == 3


def test_the_death_of_a_parent_leaves_its_branches(echo):
    channel = echo()
    branch = channel.branch()
    os.kill(channel.process.pid, signal.SIGKILL)
    with pytest.raises(SimulatorDied, match="SIGKILL"):
        channel.branch()
    second = branch.branch()
    assert branch.exchange() == second.exchange() == Status.RUNNING
    branch.close()
    second.close()


def test_a_stopped_parent_cannot_be_branched_and_is_gone(echo):
    channel = echo(deadline_s=3.0)
    branch = channel.branch()
    os.kill(channel.process.pid, signal.SIGSTOP)
    with pytest.raises(DeadlineExceeded, match="within 3 s"):
        channel.branch()
    assert state_of(channel.process.pid) is None
    assert branch.exchange() == Status.RUNNING
    branch.close()


def test_a_stopped_branch_meets_the_deadline_and_is_gone(echo):
    channel = echo(deadline_s=3.0)
    branch = channel.branch()
    os.kill(branch.process.pid, signal.SIGSTOP)
    with pytest.raises(DeadlineExceeded):
        branch.exchange()
    assert state_of(branch.process.pid) is None
    assert channel.exchange() == Status.RUNNING


FAMILY = f"""
    import os, sys, time
    from ns3_bridge import Channel
    from ns3_bridge.testing import echo_command
    channel = Channel({echo_command(1, 10)!r})
    branch = channel.branch()
    nested = branch.branch()
    channel.exchange()
    print(*(c.process.pid for c in (channel, branch, nested)), flush=True)
"""


def start_family(then):
    script = textwrap.dedent(FAMILY) + textwrap.dedent(then)
    agent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert agent.stdout is not None
    return agent, [int(pid) for pid in agent.stdout.readline().split()]


@pytest.mark.parametrize("stopped_first", [False, True])
def test_a_whole_family_dies_with_its_agent(stopped_first):
    agent, pids = start_family("time.sleep(60)")
    assert len(pids) == 3
    if stopped_first:
        agent.send_signal(signal.SIGSTOP)
    agent.kill()
    agent.communicate()
    await_end(pids)


def test_the_family_waits_for_a_stopped_agent():
    agent, pids = start_family("sys.stdin.readline(); nested.exchange(); print('went on')")
    agent.send_signal(signal.SIGSTOP)
    assert agent.stdin is not None
    agent.stdin.write("go on\n")
    agent.stdin.flush()
    time.sleep(1.2)
    assert [state_of(pid) for pid in pids] == ["S"] * 3
    agent.send_signal(signal.SIGCONT)
    assert agent.communicate(timeout=60)[0] == "went on\n"
    await_end(pids)


def test_ctrl_c_while_branching_ends_all():
    agent, pids = start_family("""
        import signal
        os.kill(channel.process.pid, signal.SIGSTOP)
        print(flush=True)
        channel.branch()
    """)
    assert agent.stdout is not None
    agent.stdout.readline()
    time.sleep(0.2)
    agent.send_signal(signal.SIGINT)
    _, complaint = agent.communicate(timeout=60)
    assert "KeyboardInterrupt" in complaint
    await_end(pids)


def test_many_branches_leave_nothing():
    before = resources()
    channel = Channel(echo_command(10, 10))
    for i in range(300):
        branch = channel.branch()
        if i % 3 == 0:
            os.kill(branch.process.pid, signal.SIGKILL)
        if i % 3 == 1:
            branch.exchange()
        if i % 2 == 0:
            branch.close()  # the others are left to the garbage collector
        del branch
    during = resources()
    assert during[1] == before[1] + 1
    channel.close()
    del channel
    assert resources() == before


def test_memory_of_a_simulator_that_is_branched_over_and_over_stays_flat(echo):
    channel = echo(n_floats=1000)

    def resident_kb():
        status = Path(f"/proc/{channel.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0])

    for _ in range(20):
        channel.branch().close()
    early = resident_kb()
    for _ in range(200):
        channel.branch().close()
    assert resident_kb() < early + 512


def test_branches_share_equal_futures(echo):
    generator = np.random.default_rng(1)
    channel = echo(n_floats=5)
    branches = [channel.branch() for _ in range(4)]
    for _ in range(20):
        said = generator.uniform(-1, 1, 5).astype(np.float32)
        for branch in branches:
            branch.actions["say"][:] = said
            branch.exchange()
        first, *others = [branch.copy_observations()["echo"] for branch in branches]
        assert all(np.array_equal(first, other) for other in others)
    for branch in branches:
        branch.close()
