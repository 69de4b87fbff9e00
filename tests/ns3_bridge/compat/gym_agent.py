"""Minimal agents of ns3-gym and ns3-ai, written from the contracts; as a program, ns3-gym's."""

from __future__ import annotations

import sys
from typing import Any

import zmq
from contract import NS3_AI, NS3_GYM, Contract
from relay import Relay


class Agent:
    """What both agents say. `send_bytes` and `receive_bytes` are left to them."""

    contract: Contract

    def receive(self, name: str) -> Any:
        return self.contract.parse(name, self.receive_bytes())

    def send(self, message: Any) -> None:
        self.send_bytes(message.SerializeToString())

    def begin(self) -> Any:
        """Returns the SimInitMsg."""
        message = self.receive("SimInitMsg")
        self.send(self.contract.new("SimInitAck", done=True))
        return message

    def act(self, *elements: Any) -> None:
        self.send(self.contract.new("EnvActMsg", actData=self.contract.dictionary(*elements)))

    def stop(self) -> None:
        self.send(self.contract.new("EnvActMsg", stopSimReq=True))


class GymAgent(Agent):
    """Listens as the agents of ns3-gym do. Port 0: any free one."""

    contract = NS3_GYM

    def __init__(self, port: int = 0, deadline_s: float = 20.0) -> None:
        self._context = zmq.Context()
        self.socket = self._context.socket(zmq.REP)
        self.socket.rcvtimeo = round(1e3 * deadline_s)
        self.socket.bind(f"tcp://*:{port or '*'}")
        endpoint = self.socket.get_string(zmq.LAST_ENDPOINT).rstrip("\0")
        self.port = int(endpoint.rpartition(":")[2])

    def receive_bytes(self) -> bytes:
        return self.socket.recv()

    def send_bytes(self, content: bytes) -> None:
        self.socket.send(content)

    def close(self) -> None:
        self._context.destroy(500)


class AiAgent(Agent):
    """Makes the shared memory, as the agents of ns3-ai do."""

    contract = NS3_AI

    def __init__(self, segment: str) -> None:
        self.segment = segment
        self.relay = Relay("agent", segment)

    def receive_bytes(self) -> bytes:
        return self.relay.recv()

    def send_bytes(self, content: bytes) -> None:
        self.relay.send(content)

    def close(self) -> None:
        self.relay.close()


if __name__ == "__main__":
    agent = GymAgent(int(sys.argv[1]), 60)
    agent.begin()
    for step in range(10**9):
        agent.receive("EnvStateMsg")
        if step == 1:
            print("playing", flush=True)
        agent.act(NS3_GYM.box(NS3_GYM.FLOAT, [0.25] * 4, "share"))
