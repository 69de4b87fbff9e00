# SPDX-License-Identifier: MIT
"""Peers without a key that mean harm: ``python -m benchmarks.attackers NAME ADDRESS``.

Only ever pointed at gateways that `benchmarks.attack` has started on this machine.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import time
from collections.abc import Callable

import zmq

from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.messages import NETWORK_VERSION

_GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
_PROPERTIES = b"\x05READY\x0bSocket-Type" + (6).to_bytes(4, "big") + b"DEALER"
_READY = b"\x04" + bytes([len(_PROPERTIES)]) + _PROPERTIES
_HELLO = pb.Request(hello=pb.Hello(protocol_version=NETWORK_VERSION, agent="\x1b[31mcrowd"))


def idle(address: tuple[str, int]) -> None:
    """Open 1,200 connections and say nothing."""
    held = []
    while True:
        with contextlib.suppress(OSError):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(address)
            held.append(connection)
        if len(held) >= 1200:
            time.sleep(0.1)
            held.pop(0).close()


def churn(address: tuple[str, int]) -> None:
    """Connect and leave, as fast as it goes."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(address, 1.0):
            pass


def garbage(address: tuple[str, int]) -> None:
    """Send noise in place of a handshake."""
    while True:
        with contextlib.suppress(OSError), socket.create_connection(address, 1.0) as connection:
            connection.sendall(os.urandom(4096))


def endless(address: tuple[str, int]) -> None:
    """Send one message whose frames never end."""
    frames = b"\x01\x00" * 500_000  # empty, and more to come
    while True:
        with contextlib.suppress(OSError), _shaken_hands(address) as connection:
            while True:
                connection.sendall(frames)


def flood(address: tuple[str, int]) -> None:
    """Send requests without waiting for answers; come back when cut off."""
    data = pb.Request(bye=pb.Bye()).SerializeToString()
    frames = (b"\x00" + bytes([len(data)]) + data) * 50_000
    while True:
        with contextlib.suppress(OSError), _shaken_hands(address) as connection:
            while True:
                connection.sendall(frames)


def crowd(address: tuple[str, int]) -> None:
    """Be 25 agents that want to drive, and say so again and again."""
    context = zmq.Context()
    agents = [context.socket(zmq.DEALER) for _ in range(25)]
    for agent in agents:
        agent.connect("tcp://{}:{}".format(*address))
    while True:
        for agent in agents:
            with contextlib.suppress(zmq.Again):
                agent.send(_HELLO.SerializeToString(), zmq.NOBLOCK)
        time.sleep(0.01)


def polite(address: tuple[str, int]) -> None:
    """Ask, wait for the answer, ask again."""
    agent = zmq.Context().socket(zmq.DEALER)
    agent.rcvtimeo = 1000
    agent.connect("tcp://{}:{}".format(*address))
    while True:
        with contextlib.suppress(zmq.Again):
            agent.send(_HELLO.SerializeToString(), zmq.NOBLOCK)
            agent.recv_multipart()


def stranger(address: tuple[str, int]) -> None:
    """Shake hands with a key of one's own, again and again; the gateway's public key is known."""
    while True:
        context = zmq.Context()
        agent = context.socket(zmq.DEALER)
        agent.curve_publickey, agent.curve_secretkey = zmq.curve_keypair()
        agent.curve_serverkey = os.environb[b"GATEWAY_KEY"]
        agent.linger = 0
        agent.connect("tcp://{}:{}".format(*address))
        agent.poll(20)
        context.destroy(0)


ATTACKS: dict[str, Callable[[tuple[str, int]], None]] = {
    attack.__name__: attack
    for attack in (idle, churn, garbage, endless, flood, crowd, polite, stranger)
}


def _shaken_hands(address: tuple[str, int]) -> socket.socket:
    connection = socket.create_connection(address, 1.0)
    connection.sendall(_GREETING + _READY)
    return connection


def main() -> None:
    name, address = sys.argv[1:]
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    os.nice(19)  # what is measured is the gateway, not who gets the processors
    print("go", flush=True)
    ATTACKS[name]((host, int(port)))


if __name__ == "__main__":
    main()
