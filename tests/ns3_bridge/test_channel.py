from __future__ import annotations

import gc
import os
import signal
import struct
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from ns3_bridge import (
    Channel,
    ChannelCorrupted,
    DeadlineExceeded,
    HandshakeError,
    InvalidAction,
    SimulatorDied,
    Status,
)
from ns3_bridge.channel import wait_any
from ns3_bridge.testing import echo_command

OBSERVATION_SEQ_OFFSET = 128  # PROTOCOL.md


def process_exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def open_fds() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_each_observation_echoes_the_action(echo):
    channel = echo(n_floats=7)
    generator = np.random.default_rng(0)
    assert (channel.observations["echo"] == 0).all()
    for _ in range(50):
        said = generator.uniform(-1, 1, 7).astype(np.float32)
        channel.actions["say"][:] = said
        assert channel.exchange() == Status.RUNNING
        assert np.array_equal(channel.observations["echo"], said)
        assert channel.reward == said[0]


def test_the_last_slot_is_reported_as_truncation(echo):
    channel = echo(n_slots=3)
    statuses = [channel.exchange() for _ in range(3)]
    assert statuses == [Status.RUNNING, Status.RUNNING, Status.TRUNCATED]
    assert channel.slot == 3


def test_copies_do_not_change_with_the_next_slot(echo):
    channel = echo()
    before = channel.copy_observations()
    channel.actions["say"][:] = 0.5
    channel.exchange()
    assert (before["echo"] == 0).all()
    assert (channel.copy_observations()["echo"] == 0.5).all()


def test_records_arrive_once_and_complete(echo):
    channel = echo(n_slots=1000)
    rows = []
    for slot in range(1000):
        channel.actions["say"][:] = slot / 1000
        channel.exchange()
        if slot % 137 == 0:
            rows.append(channel.take_records()["log"])
    rows.append(channel.take_records()["log"])
    log = np.concatenate(rows)
    assert log["slot"].tolist() == list(range(0, 1000, 10))
    assert np.allclose(log["first"], np.arange(0, 1000, 10) / 1000)
    assert len(channel.take_records()["log"]) == 0


def test_the_simulator_checks_actions_too(echo):
    # The environment checks first; an agent that writes to the memory itself may not.
    channel = echo(n_floats=4)
    channel.actions["say"][:] = [0, 0, np.nan, 0]
    with pytest.raises(InvalidAction, match=r"say\[2\] = nan is outside \[-1, 1\]") as caught:
        channel.exchange()
    assert caught.value.field == "say"
    channel.actions["say"][:] = 0.25
    assert channel.exchange() == Status.RUNNING
    assert channel.slot == 1


def test_a_killed_simulator_is_reported(echo):
    channel = echo()
    channel.exchange()
    os.kill(channel.process.pid, signal.SIGKILL)
    with pytest.raises(SimulatorDied, match="SIGKILL"):
        channel.exchange()
    assert not process_exists(channel.process.pid)


def test_a_simulator_that_ends_by_itself_is_quoted(echo):
    with pytest.raises(SimulatorDied, match="usage: echo-simulator") as caught:
        echo(n_floats=0)
    assert caught.value.return_code == 2


def test_a_stopped_simulator_meets_the_deadline_and_is_gone(echo):
    channel = echo(deadline_s=0.3)
    os.kill(channel.process.pid, signal.SIGSTOP)
    with pytest.raises(DeadlineExceeded, match=r"within 0\.3 s"):
        channel.exchange()
    assert not process_exists(channel.process.pid)


def test_a_garbled_header_is_noticed(echo):
    channel = echo()
    os.pwrite(channel.process.channel_fd, b"garbage!", 0)
    with pytest.raises(ChannelCorrupted, match="magic"):
        channel.exchange()


def test_a_sequence_number_out_of_turn_is_noticed(echo):
    channel = echo()
    os.pwrite(channel.process.channel_fd, struct.pack("<I", 77), OBSERVATION_SEQ_OFFSET)
    with pytest.raises(ChannelCorrupted, match="out of turn"):
        channel.exchange()


def test_garbled_records_are_noticed(echo):
    channel = echo()
    channel.exchange()
    channel.exchange()
    os.pwrite(channel.process.records_fd, struct.pack("<II", 99, 1), 0)
    with pytest.raises(ChannelCorrupted, match="record stream, byte"):
        channel.take_records()


def test_the_memory_cannot_be_shrunk_under_our_hands(echo):
    channel = echo()
    with pytest.raises(PermissionError):
        os.ftruncate(channel.process.channel_fd, 1280)  # the header alone


def test_a_program_that_does_not_open_the_channel(tmp_path):
    with pytest.raises(SimulatorDied, match="exit status 0"):
        Channel(["/bin/true"])
    with pytest.raises(HandshakeError, match="cannot start"):
        Channel([str(tmp_path / "missing")])
    with pytest.raises(DeadlineExceeded):
        Channel(["/bin/sleep", "60"], start_deadline_s=0.2)


def test_close_leaves_nothing():
    gc.collect()
    fds = open_fds()
    channel = Channel(echo_command(4, 10))
    pid = channel.process.pid
    channel.close()
    channel.close()
    assert not process_exists(pid)
    del channel
    gc.collect()
    assert open_fds() == fds


def test_one_whose_answer_nobody_has_taken_ends_by_itself(echo):
    channel = echo()
    channel.post()
    assert wait_any([channel], 10.0) == [0]
    channel.begin_to_close()
    assert channel.process.wait(0) == 0


def test_one_in_the_middle_of_a_slot_is_not_asked_to_end(echo, monkeypatch):
    monkeypatch.setattr("ns3_bridge.channel._STOP_S", 1e6)  # for which one is waited for that is
    channel = echo()
    os.kill(channel.process.pid, signal.SIGSTOP)
    channel.post()
    channel.close()
    assert not process_exists(channel.process.pid)


def test_views_outlive_the_channel(echo):
    channel = echo()
    view = channel.observations["echo"]
    channel.close()
    assert (view == 0).all()


def test_the_simulator_dies_with_its_agent():
    script = f"""
        import time
        from ns3_bridge import Channel
        channel = Channel({echo_command(1, 10)!r})
        print(channel.process.pid, flush=True)
        time.sleep(60)
    """
    agent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)], stdout=subprocess.PIPE, text=True
    )
    assert agent.stdout is not None
    pid = int(agent.stdout.readline())
    assert process_exists(pid)
    agent.kill()
    agent.wait()
    agent.stdout.close()
    deadline_s = time.monotonic() + 60
    while process_exists(pid) and time.monotonic() < deadline_s:
        time.sleep(0.01)
    assert not process_exists(pid)


def test_the_simulator_survives_the_thread_that_started_it(echo):
    import threading

    made = []
    thread = threading.Thread(target=lambda: made.append(echo()))
    thread.start()
    thread.join()
    time.sleep(0.1)
    assert made[0].exchange() == Status.RUNNING


def test_ctrl_c_while_waiting_ends_both():
    script = f"""
        import os, signal
        from ns3_bridge import Channel
        channel = Channel({echo_command(1, 10)!r})
        os.kill(channel.process.pid, signal.SIGSTOP)
        print(channel.process.pid, flush=True)
        channel.exchange()
    """
    agent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert agent.stdout is not None
    pid = int(agent.stdout.readline())
    time.sleep(0.2)
    agent.send_signal(signal.SIGINT)
    _, complaint = agent.communicate(timeout=60)
    assert "KeyboardInterrupt" in complaint
    assert not process_exists(pid)


def test_a_wait_can_be_watched_and_given_up(echo):
    calls = []

    def watch():
        calls.append(time.monotonic())
        if len(calls) == 3:
            raise ConnectionError("enough")

    channel = echo(on_wait=watch)
    os.kill(channel.process.pid, signal.SIGSTOP)
    with pytest.raises(ConnectionError, match="enough"):
        channel.exchange()
    assert not process_exists(channel.process.pid)
