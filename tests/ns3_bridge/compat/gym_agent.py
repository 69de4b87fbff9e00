"""A minimal agent of ns3-gym, written from the contract; as a program it answers for ever."""

from __future__ import annotations

import sys
from typing import Any

import contract
import zmq


class GymAgent:
    """Listens as the agents of ns3-gym do. Port 0: any free one."""

    def __init__(self, port: int = 0, deadline_s: float = 20.0) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.REP)
        self.socket.rcvtimeo = round(1e3 * deadline_s)
        self.socket.bind(f"tcp://*:{port or '*'}")
        endpoint = self.socket.get_string(zmq.LAST_ENDPOINT).rstrip("\0")
        self.port = int(endpoint.rpartition(":")[2])

    def receive(self, name: str) -> Any:
        return contract.parse(name, self.socket.recv())

    def send(self, message: Any) -> None:
        self.socket.send(message.SerializeToString())

    def begin(self) -> Any:
        """Returns the SimInitMsg."""
        message = self.receive("SimInitMsg")
        self.send(contract.new("SimInitAck", done=True))
        return message

    def act(self, *elements: Any) -> None:
        self.send(contract.new("EnvActMsg", actData=contract.dictionary(*elements)))

    def stop(self) -> None:
        self.send(contract.new("EnvActMsg", stopSimReq=True))

    def close(self) -> None:
        self._context.destroy(500)


if __name__ == "__main__":
    agent = GymAgent(int(sys.argv[1]), 60)
    agent.begin()
    for step in range(10**9):
        agent.receive("EnvStateMsg")
        if step == 1:
            print("playing", flush=True)
        agent.act(contract.box(contract.FLOAT, [0.25] * 4, "share"))
