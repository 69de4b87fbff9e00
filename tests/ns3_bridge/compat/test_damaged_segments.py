"""Shared memory that somebody has tampered with is refused, and ends nobody."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

from ns3_bridge.compat._ns3_ai import Segment
from ns3_bridge.compat.ns3_ai_segment import SIZE_BYTES

N_DAMAGED = 60

# What leads Boost astray or holds its lock takes seconds to refuse: all are opened at once.
OPEN = """
import os, sys
from ns3_bridge.compat._ns3_ai import Segment
for name in sys.argv[1:]:
    if os.fork() > 0:
        continue
    try:
        segment = Segment.open(name)
        segment.receive(0)
        segment.send(b"x", 0)
        segment.count_episode()
    except (RuntimeError, ValueError):
        pass
    os._exit(0)
print(*(os.wait()[1] for _ in sys.argv[1:]))
"""


def test_damaged_segments_are_refused_or_work(segment):
    draw = random.Random(1)
    names = [f"{segment} {number}" for number in range(N_DAMAGED)]
    paths = [Path("/dev/shm", name) for name in names]
    created = []
    for name, path in zip(names, paths, strict=True):
        created.append(Segment.create(name, SIZE_BYTES))
        with path.open("r+b") as file:
            for _ in range(draw.choice([1, 4, 30])):
                file.seek(draw.randrange(0, 1000))  # where Boost keeps its own
                file.write(draw.randbytes(8))
    done = subprocess.run(
        [sys.executable, "-c", OPEN, *names], capture_output=True, text=True, check=False
    )
    for path in paths:
        path.unlink()
    del created
    assert done.stdout.split() == N_DAMAGED * ["0"], done.stderr
