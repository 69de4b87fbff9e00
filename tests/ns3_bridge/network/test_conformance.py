"""The kit finds what is right and what is wrong; an agent in another language passes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ns3_bridge.conformance import check_agent, check_gateway
from ns3_bridge.network import bridge_pb2 as pb
from ns3_bridge.network.simulation import Simulation

REPOSITORY = Path(__file__).parents[3]
PYTHON_AGENT = """
import sys
import ns3_bridge
env = ns3_bridge.connect(sys.argv[1])
env.reset(seed=1)
truncated = False
while not truncated:
    truncated = env.step(env.action_space.sample())[3]
env.close()
"""


def failed(checks):
    return [check.what for check in checks if not check.ok]


def test_our_gateway_conforms(serve):
    checks = list(check_gateway(serve().address, deadline_s=10))
    assert failed(checks) == []
    assert len(checks) > 30


def test_a_gateway_that_loses_a_step_is_found(serve, monkeypatch):
    execute = Simulation.execute

    def forgetful(self, request, payload):
        if request.HasField("step") and payload:
            request = pb.Request(look=pb.Look())
        return execute(self, request, payload)

    monkeypatch.setattr(Simulation, "execute", forgetful)
    assert "Step: slot 1" in failed(check_gateway(serve().address, deadline_s=10))


def test_a_gateway_whose_stations_move_is_found(serve, monkeypatch):
    execute = Simulation.execute

    def moving(self, request, payload):
        reply, frames = execute(self, request, payload)
        if request.HasField("reset"):
            frames = [bytes(len(frames[0]))]
        return reply, frames

    monkeypatch.setattr(Simulation, "execute", moving)
    found = failed(check_gateway(serve().address, deadline_s=10))
    assert "every constant observation is as declared" in found


def test_no_gateway_is_no_pass():
    assert failed(check_gateway("tcp://127.0.0.1:1", deadline_s=0.3))


def test_our_agent_conforms(tmp_path):
    script = tmp_path / "agent.py"
    script.write_text(PYTHON_AGENT)
    assert failed(check_agent([sys.executable, str(script), "{address}"])) == []


def test_an_agent_that_leaves_early_is_found(tmp_path):
    script = tmp_path / "agent.py"
    script.write_text(PYTHON_AGENT.replace("while not truncated", "for _ in range(3)"))
    assert failed(check_agent([sys.executable, str(script), "{address}"])) == [
        "it makes 20 steps, to the end"
    ]


@pytest.mark.skipif(
    shutil.which("node") is None or shutil.which("npm") is None,
    reason="node and npm are not installed: the JavaScript agent cannot run",
)
def test_the_javascript_agent_conforms(tmp_path):
    folder = tmp_path / "agent"
    shutil.copytree(REPOSITORY / "examples" / "javascript-agent", folder)
    installed = subprocess.run(
        ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if installed.returncode != 0:
        pytest.skip(f"npm cannot install the packages: {installed.stderr.splitlines()[-1:]}")
    proto = REPOSITORY / "bridge" / "proto" / "bridge.proto"
    command = ["node", str(folder / "agent.mjs"), "{address}", str(proto)]
    assert failed(check_agent(command)) == []
