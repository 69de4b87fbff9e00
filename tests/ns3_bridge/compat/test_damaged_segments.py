"""Shared memory that somebody has tampered with is refused, and ends nobody."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from ns3_bridge.compat._ns3_ai import Segment
from ns3_bridge.compat.ns3_ai_segment import SIZE_BYTES

N_DAMAGED = 60

OPEN = """
import sys
from ns3_bridge.compat._ns3_ai import Segment
name, path, *files = sys.argv[1:]
for file in files:
    with open(file, "rb") as source, open(path, "r+b") as target:
        target.write(source.read())
    try:
        segment = Segment.open(name)
        segment.receive(0)
        segment.send(b"x", 0)
        segment.count_episode()
    except (RuntimeError, ValueError):
        pass
    print("survived", flush=True)
"""


def test_damaged_segments_are_refused_or_work(segment, tmp_path):
    created = Segment.create(segment, SIZE_BYTES)
    path = Path("/dev/shm", segment)
    good = path.read_bytes()
    draw = random.Random(1)
    files = []
    for number in range(N_DAMAGED):
        data = bytearray(good)
        for _ in range(draw.choice([1, 4, 30])):
            start = draw.randrange(0, 1000)  # where Boost keeps its own
            data[start : start + 8] = draw.randbytes(8)
        files.append(tmp_path / str(number))
        files[-1].write_bytes(data)
    done = subprocess.run(
        [sys.executable, "-c", OPEN, segment, path, *files],
        capture_output=True,
        text=True,
        check=False,
    )
    path.unlink()
    del created
    assert (done.returncode, done.stdout.count("survived")) == (0, N_DAMAGED), done.stderr
