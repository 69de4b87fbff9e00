"""What simulators write to stdout and stderr."""

from __future__ import annotations

import os
import threading
import time

from ns3_bridge.output import Output


def written(text: bytes, ends: bool = True) -> tuple[Output, int]:
    reading, writing = os.pipe2(os.O_CLOEXEC)
    followed = Output(reading)
    os.write(writing, text)
    if ends:
        os.close(writing)
        assert followed.has_ended.wait(60)
    return followed, writing


def test_the_last_lines_are_kept():
    lines = [f"line {i}" for i in range(100)]
    followed, _ = written("\n".join([*lines, "and w\u00f6rds"]).encode() + b" \xff\n")
    assert followed.tail().splitlines() == [*lines[-40:], "and w\u00f6rds \ufffd"][-40:]


def test_a_line_without_end_takes_no_memory_without_end():
    followed, writing = written(b"x" * 60_000, ends=False)
    for _ in range(50):
        os.write(writing, b"y" * 60_000)
    os.close(writing)
    assert followed.has_ended.wait(60)
    assert len(followed.tail()) == 65536
    assert set(followed.tail()) == {"y"}


def test_many_are_read_by_one_thread_that_goes_with_the_last():
    before = len(os.listdir("/proc/self/fd")), threading.active_count()
    running = [written(b"one\n", ends=False) for _ in range(20)]
    assert threading.active_count() == before[1] + 1
    for followed, writing in running:
        os.close(writing)
        assert followed.has_ended.wait(60)
        assert followed.tail() == "one"
    assert len(os.listdir("/proc/self/fd")) == before[0]
    deadline_s = time.monotonic() + 60
    while threading.active_count() > before[1]:
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_fork_of_the_agent_has_a_thread_of_its_own():
    followed, writing = written(b"parent\n", ends=False)
    pid = os.fork()
    if pid == 0:
        os._exit(0 if written(b"child\n")[0].tail() == "child" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    os.close(writing)
    assert followed.has_ended.wait(60)


def test_a_file_gets_all_of_it_as_it_comes(tmp_path):
    reading, writing = os.pipe2(os.O_CLOEXEC)
    file = tmp_path / "output"
    followed = Output(reading, file.open("ab"))
    lines = b"".join(b"line %d\n" % i for i in range(1000))
    os.write(writing, lines)
    deadline_s = time.monotonic() + 60
    while file.stat().st_size < len(lines):
        assert time.monotonic() < deadline_s
        time.sleep(0.01)
    os.write(writing, b"end")
    os.close(writing)
    assert followed.has_ended.wait(60)
    assert file.read_bytes() == lines + b"end"
    assert followed.tail().splitlines()[-1] == "end"


def test_a_full_disk_ends_the_file_alone():
    reading, writing = os.pipe2(os.O_CLOEXEC)
    with open("/dev/full", "ab") as full:
        followed = Output(reading, full)
        os.write(writing, b"one\n")
        os.close(writing)
        assert followed.has_ended.wait(60)
        assert full.closed
    assert followed.tail().splitlines() == ["/dev/full ends here: No space left on device", "one"]
