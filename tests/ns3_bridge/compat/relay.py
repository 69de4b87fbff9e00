"""An end of ns3-ai's shared memory in C++, from its contract (see ns3-ai-relay.cc), for Python."""

from __future__ import annotations

import subprocess
from importlib.util import find_spec
from pathlib import Path

# The package is not imported: each simulation that a test starts would pay for it.
_FOLDERS = [Path(folder) for folder in find_spec("ns3_bridge").submodule_search_locations]
_PROGRAMS = [folder / "testing/bin/ns3-ai-relay" for folder in _FOLDERS]


class Relay:
    """Each message is bytes. A relay that is not closed lives on as a real end would: spinning."""

    def __init__(self, end: str, segment: str) -> None:
        program = next(path for path in _PROGRAMS if path.exists())
        self.process = subprocess.Popen(
            [program, end, segment], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._read(1) == b"!"

    def send(self, content: bytes, size: int | None = None) -> None:
        stated = len(content) if size is None else size
        self._write(b"s" + stated.to_bytes(4, "little") + content.ljust(stated, b"\0"))

    def recv(self) -> bytes:
        self._write(b"r")
        return self._read(int.from_bytes(self._read(4), "little"))

    def close(self) -> None:
        """The end is killed if it waits."""
        try:
            self.process.communicate(timeout=0.3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()

    def _write(self, data: bytes) -> None:
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def _read(self, size: int) -> bytes:
        data = self.process.stdout.read(size)
        assert len(data) == size, "the relay has ended"
        return data
