"""What an agent makes of a network that fails."""

from __future__ import annotations

import pytest

from ns3_bridge import ConnectionLost, LocalHost, ProtocolViolation
from ns3_bridge.testing import FaultyGateway

BIND = "tcp://127.0.0.1:*"


def step(env):
    return env.step(env.action_space.sample())


def test_a_lost_answer_is_asked_for_again_and_nothing_is_simulated_twice(
    fake_program, run_gateway, connect
):
    gateway = run_gateway(FaultyGateway(LocalHost(fake_program), BIND, "lose", 2, heartbeat_s=0.1))
    env = connect(gateway.address)
    env.reset(seed=1)
    assert [step(env)[4]["slot"] for _ in range(4)] == [1, 2, 3, 4]


def test_an_answer_later_than_the_agent_waits(fake_program, run_gateway, connect):
    gateway = run_gateway(
        FaultyGateway(LocalHost(fake_program), BIND, "delay", 1, 2.0, heartbeat_s=0.1)
    )
    env = connect(gateway.address, reconnect_s=0.5)
    env.reset(seed=1)
    with pytest.raises(ConnectionLost, match=r"silent for 0\.5 s"):
        step(env)


@pytest.mark.parametrize(
    ("fault", "message"),
    [("garble", "the first frame is no Reply"), ("truncate", "191 bytes, 192 are declared")],
)
def test_a_spoilt_answer_is_noticed(fake_program, run_gateway, connect, fault, message):
    gateway = run_gateway(FaultyGateway(LocalHost(fake_program), BIND, fault, 1))
    env = connect(gateway.address)
    env.reset(seed=1)
    with pytest.raises(ProtocolViolation, match=message):
        step(env)
    env.reset(seed=1)
    assert step(env)[4]["slot"] == 1
