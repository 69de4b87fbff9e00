from __future__ import annotations

import itertools
import os
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
