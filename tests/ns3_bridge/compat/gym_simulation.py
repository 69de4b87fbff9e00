"""A minimal scenario program of ns3-gym or ns3-ai, from the contracts, with faults on demand."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from typing import Any

import zmq
from contract import NS3_AI, NS3_GYM
from relay import Relay

STEPS = 3

parser = argparse.ArgumentParser()
parser.add_argument("--openGymPort", type=int)
parser.add_argument("--segment", help="then it is a program of ns3-ai")
parser.add_argument("--simSeed", "--RngRun", type=int, default=0)
parser.add_argument("--fault", default="none")
parser.add_argument("--at", default="", choices=["", "start", "init", "state", "action"])
parser.add_argument("--end", default="simulation-end")
parser.add_argument("--actions", type=int, default=2)
parser.add_argument("--pid-file")
options = parser.parse_args()
contract = NS3_AI if options.segment else NS3_GYM


def fail(step: str) -> None:
    if options.at != step:
        return
    print(f"about to {options.fault} at {step}", flush=True)
    if options.fault == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif options.fault == "exit":
        sys.exit(3)
    elif options.fault == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif options.fault == "hang-up":
        line.close()
        time.sleep(600)
    elif options.fault == "hang":
        time.sleep(600)


def exchange(step: str, message: Any, kind: str) -> Any:
    frame = message.SerializeToString()
    if options.at == step and options.fault == "garble":
        frame = b"\xff" * 40
    if options.at == step and options.fault == "huge":
        frame = bytes(64 * 2**20 + 1)
    if options.at == step and options.fault == "frames":
        line.send_multipart([frame, frame])
    elif options.at == step and options.fault == "overflow":
        line.send(frame, size=1025)
    else:
        line.send(frame)
    reply = contract.parse(kind, line.recv())
    if reply.stopSimReq:
        sys.exit(0)
    return reply


if options.pid_file:
    with open(options.pid_file, "a", encoding="utf-8") as file:
        print(os.getpid(), file=file)
fail("start")
if options.segment:
    line: Any = Relay("simulation", options.segment)
else:
    line = zmq.Context().socket(zmq.REQ)
    line.linger = 0
    line.connect(f"tcp://localhost:{options.openGymPort}")
exchange(
    "init",
    contract.new(
        "SimInitMsg",
        obsSpace=contract.dict_space(
            contract.box_space(0, 4e9, contract.UINT, [2], "seen"),
            contract.discrete_space(STEPS + 1, "step"),
        ),
        actSpace=contract.box_space(-1, 1, contract.FLOAT, [options.actions]),
    ),
    "SimInitAck",
)
fail("init")
total = 0.0
for step in range(STEPS + 1):
    over = step == STEPS
    state = contract.new(
        "EnvStateMsg",
        obsData=contract.dictionary(
            contract.box(contract.UINT, [options.simSeed, step], "seen"),
            contract.discrete(step, "step"),
        ),
        reward=total,
        isGameOver=over,
        reason=int(over and options.end == "game-over"),
        info=f"step {step}",
    )
    fail("action" if step == 1 else "state" if step == 0 else "")
    action = exchange("state" if step == 0 else "", state, "EnvActMsg")
    total = sum(contract.values_of(action.actData))
