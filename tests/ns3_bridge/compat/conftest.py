from __future__ import annotations

import itertools
import os
import threading
from pathlib import Path

import pytest

_numbers = itertools.count()


@pytest.fixture
def segment():
    """A name for shared memory that must be free again at the end."""
    name = f"ns3-twin test {os.getpid()} {next(_numbers)}"
    yield name
    path = Path("/dev/shm", name)
    left = path.exists()
    path.unlink(missing_ok=True)
    assert not left


@pytest.fixture
def in_background():
    """Lets servers serve until the end of the test, each in a thread that must end with it."""
    started = []

    def start(server):
        thread = threading.Thread(target=server.serve)
        thread.start()
        started.append((server, thread))
        return thread

    yield start
    for server, thread in started:
        server.stop()
        thread.join(10)
        assert not thread.is_alive()
