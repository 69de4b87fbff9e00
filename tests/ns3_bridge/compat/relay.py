"""An end of ns3-ai's shared memory in C++, from its contract (see ns3-ai-relay.cc), for Python."""

from __future__ import annotations

import subprocess

from ns3_bridge.testing.echo import PROGRAMS


class Relay:
    """Each message is bytes. A relay that is not closed lives on as a real end would: spinning."""

    def __init__(self, end: str, segment: str) -> None:
        self.process = subprocess.Popen(
            [PROGRAMS / "ns3-ai-relay", end, segment], stdin=subprocess.PIPE, stdout=subprocess.PIPE
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
