"""One agent, a gateway and a fake simulator: the same environment as on this machine."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from gymnasium.error import ResetNeeded
from gymnasium.utils.env_checker import check_env

from ns3_bridge import (
    BridgeError,
    ConnectionLost,
    DeadlineExceeded,
    Gateway,
    GatewayBusy,
    HandshakeError,
    InvalidAction,
    InvalidSetting,
    LocalHost,
    ScenarioEnv,
    SchemaMismatch,
    SimulatorDied,
)
from ns3_bridge.errors import WrongProcess
from ns3_bridge.network import bridge_pb2 as pb


def trace(env, seed=3):
    env.action_space.seed(0)
    steps = [env.reset(seed=seed)]
    truncated = False
    while not truncated:
        steps.append(env.step(env.action_space.sample()))
        truncated = steps[-1][3]
    return steps, env.take_records()


def assert_bit_equal(one, other):
    assert len(one[0]) == len(other[0])
    for left, right in zip(one[0], other[0], strict=True):
        assert left[1:] == right[1:]
        assert list(left[0]) == list(right[0])
        for name, values in left[0].items():
            assert values.dtype == right[0][name].dtype
            assert values.tobytes() == right[0][name].tobytes()
    assert {n: r.tobytes() for n, r in one[1].items()} == {
        n: r.tobytes() for n, r in other[1].items()
    }


def step(env):
    return env.step(env.action_space.sample())


@pytest.mark.parametrize("scheme", ["tcp", "ipc"])
def test_the_trace_is_that_of_shared_memory(serve, connect, fake_program, tmp_path, scheme):
    settings = {"duration_s": 1.0}
    local = ScenarioEnv(LocalHost(fake_program, settings))
    bind = "tcp://127.0.0.1:*" if scheme == "tcp" else f"ipc://{tmp_path}/socket"
    env = connect(serve(bind, settings).address)
    assert env.observation_space == local.observation_space
    assert env.action_space == local.action_space
    assert env.settings.model_dump() == local.settings.model_dump()
    expected = trace(local)
    assert len(expected[0]) == 51
    assert len(expected[1]["task"]) == 6
    assert_bit_equal(trace(env), expected)
    assert_bit_equal(trace(env), expected)
    local.close()


def test_it_is_a_gymnasium_environment(serve, connect):
    check_env(connect(serve().address), skip_render_check=True)


def test_after_the_last_slot_a_reset_is_needed(serve, connect):
    env = connect(serve(settings={"duration_s": 0.04}).address)
    env.reset(seed=1)
    step(env)
    assert step(env)[3]
    with pytest.raises(ResetNeeded):
        step(env)
    with pytest.raises(BridgeError, match="the episode is over"):
        env.channel.exchange()
    env.reset()


def test_the_views_of_a_remote_channel_stay_the_same(serve, connect):
    env = connect(serve().address)
    first, _ = env.reset(seed=1)
    view = env.channel.observations["rate_bps"]
    assert np.array_equal(view, first["rate_bps"])
    following = step(env)[0]
    assert np.array_equal(view, following["rate_bps"])
    assert not np.array_equal(view, first["rate_bps"])


def test_a_channel_of_a_former_episode_is_over(serve, connect):
    env = connect(serve().address)
    env.reset(seed=1)
    former = env.channel
    env.reset(seed=2)
    for use in (former.exchange, former.take_records):
        with pytest.raises(SimulatorDied, match="begun another one"):
            use()
    former.close()
    assert step(env)[4]["slot"] == 1


def test_a_run_number_that_is_none_is_refused(serve, connect):
    env = connect(serve().address)
    with pytest.raises(InvalidSetting, match="run = -1"):
        env.host.start(-1)


def test_a_fork_leaves_the_connection_to_its_parent(serve, connect):
    env = connect(serve().address)
    env.reset(seed=1)
    pid = os.fork()
    if pid == 0:
        try:
            step(env)
        except WrongProcess:
            env.close()
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert step(env)[4]["slot"] == 1


def test_an_invalid_action_leaves_the_simulation_where_it_was(serve, connect):
    env = connect(serve().address)
    env.reset(seed=1)
    with pytest.raises(InvalidAction, match=r"share\[1\] = 7"):
        env.step({"share": [0, 7, 0, 0]})
    env.channel.actions["share"][:] = [0, 0, np.nan, 0]
    with pytest.raises(InvalidAction, match=r"share\[2\] = nan is outside \[0, 1\]") as caught:
        env.channel.exchange()  # past the check of this side: the simulator's own
    assert caught.value.field == "share"
    assert env.channel.slot == 0
    assert step(env)[4]["slot"] == 1


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        ({"kind": "die", "slot": 2}, SimulatorDied, "SIGKILL"),
        ({"kind": "exit", "slot": 2}, SimulatorDied, "told to fail at slot 2"),
        ({"kind": "stop", "slot": 2}, DeadlineExceeded, r"within 0\.5 s"),
        ({"kind": "garble", "slot": 2}, BridgeError, "magic"),
    ],
)
def test_what_befalls_the_simulator_reaches_the_agent(serve, connect, fault, error, message):
    gateway = serve(settings={"fault": fault}, deadline_s=0.5)
    env = connect(gateway.address)
    env.reset(seed=1)
    step(env)
    with pytest.raises(error, match=message):
        step(env)
    with pytest.raises(BridgeError, match="call reset"):
        env.channel.exchange()
    env.reset(seed=1)  # the session is as good as before
    step(env)


def test_a_simulator_that_does_not_start_is_reported(serve, connect):
    env = connect(serve(settings={"fault": {"kind": "exit", "slot": 0}}).address)
    with pytest.raises(SimulatorDied, match="told to fail") as caught:
        env.reset(seed=1)
    assert caught.value.return_code == 3


def test_a_slow_slot_is_waited_for(serve, connect):
    gateway = serve(settings={"fault": {"kind": "delay", "slot": 1, "delay_s": 1.5}})
    env = connect(gateway.address, reconnect_s=0.5)  # heartbeats prove that it is alive
    env.reset(seed=1)
    assert step(env)[4]["slot"] == 1


def test_a_warm_start_asks_whoever_waits_now(fake_program):
    settings = {"fault": {"kind": "delay", "slot": 1, "delay_s": 0.3}}
    host = LocalHost(fake_program, settings, warm_starts=1)
    asked = []
    for name in ("first", "second"):
        host.on_wait = lambda name=name: asked.append(name)
        episode = host.start(1)
        asked.clear()
        episode.exchange()
        assert set(asked) == {name}
        episode.close()
    host.close()


def test_a_second_agent_is_refused(serve, connect):
    gateway = serve()
    first = connect(gateway.address)
    first.reset(seed=1)
    with pytest.raises(GatewayBusy, match="another agent drives"):
        connect(gateway.address)
    step(first)
    first.close()
    connect(gateway.address).reset(seed=1)


def test_a_second_agent_is_refused_in_the_middle_of_a_slot(serve, connect):
    gateway = serve(settings={"fault": {"kind": "delay", "slot": 1, "delay_s": 5.0}})
    env = connect(gateway.address)
    env.reset(seed=1)
    thread = threading.Thread(target=step, args=(env,))
    thread.start()
    with pytest.raises(GatewayBusy):
        connect(gateway.address)
    assert thread.is_alive()
    thread.join()
    assert env.channel.slot == 1


def test_a_second_agent_waits_its_turn(serve, connect):
    gateway = serve(busy="queue")
    first = connect(gateway.address)
    first.reset(seed=1)
    with pytest.raises((GatewayBusy, DeadlineExceeded), match="number 1 in the queue"):
        connect(gateway.address, queue_deadline_s=0.3)
    second = []
    thread = threading.Thread(target=lambda: second.append(connect(gateway.address)))
    thread.start()
    time.sleep(0.3)
    assert not second
    step(first)
    first.close()
    thread.join(60)
    second[0].reset(seed=1)
    step(second[0])


def test_an_agent_that_comes_back_goes_on(serve, connect, fake_program):
    gateway = serve()
    env = connect(gateway.address)
    env.reset(seed=1)
    step(env)
    before = step(env)
    # As if its process had died: nobody says goodbye.
    env.host.abandon()

    again = connect(gateway.address, session=env.host.session)
    observation, info = again.resume()
    assert info == before[4]
    assert all(np.array_equal(observation[n], before[0][n]) for n in observation)
    again.action_space.seed(5)
    one = step(again)
    again.reset(seed=1)
    assert one[4]["slot"] == 3


def test_who_comes_back_too_soon_comes_back_once_more(serve, connect):
    gateway = serve(settings={"fault": {"kind": "delay", "slot": 1, "delay_s": 3.0}})
    env = connect(gateway.address)
    env.reset(seed=1)
    request = pb.Request(session=bytes.fromhex(env.host.session), number=2, step=pb.Step())
    env.host._connection._send([request.SerializeToString()])
    time.sleep(0.5)
    env.host.abandon()
    with pytest.raises(GatewayBusy, match="request 2 of this session is still being answered"):
        connect(gateway.address, session=env.host.session)
    while True:
        try:
            again = connect(gateway.address, session=env.host.session)
            break
        except GatewayBusy:
            time.sleep(0.2)
    assert again.resume()[1]["slot"] == 1
    assert step(again)[4]["slot"] == 2


def test_who_does_not_come_back_in_time_has_lost_the_session(serve, connect):
    gateway = serve(grace_s=0.3)
    env = connect(gateway.address)
    env.reset(seed=1)
    env.host.abandon()
    time.sleep(1.0)
    with pytest.raises(ConnectionLost, match=r"gone for 0\.3 s \(--grace\)"):
        connect(gateway.address, session=env.host.session)
    connect(gateway.address).reset(seed=1)


def test_an_agent_that_asks_for_nothing_loses_the_session(serve, connect):
    gateway = serve(agent_deadline_s=2.0)
    env = connect(gateway.address)
    env.reset(seed=1)
    time.sleep(3)
    with pytest.raises((ConnectionLost, DeadlineExceeded), match="--agent-deadline"):
        step(env)


def test_a_stopped_gateway_says_so(serve, connect):
    gateway = serve()
    env = connect(gateway.address)
    env.reset(seed=1)
    pid = gateway.simulator_pid
    gateway.stop()
    time.sleep(0.3)
    with pytest.raises(ConnectionLost, match="the gateway has been stopped"):
        step(env)
    assert not Path(f"/proc/{pid}").exists()


def test_the_declarations_can_be_required(serve, connect):
    gateway = serve()
    env = connect(gateway.address)
    env.close()
    connect(gateway.address, schema_hash=env.host.schema_hash).close()
    with pytest.raises(SchemaMismatch, match="fingerprint"):
        connect(gateway.address, schema_hash="00" * 32)
    with pytest.raises(InvalidSetting, match="hexadecimal"):
        connect(gateway.address, schema_hash="xyz")


def test_nobody_there(connect, tmp_path):
    for address in ("tcp://127.0.0.1:1", f"ipc://{tmp_path}/none"):
        with pytest.raises(HandshakeError, match="nobody listens there"):
            connect(address, deadline_s=0.4)
    with pytest.raises(InvalidSetting, match="cannot connect"):
        connect("carrier-pigeon://loft")


@pytest.mark.parametrize(
    ("bind", "message"),
    [
        ("tcp://*:5757", "CURVE keys"),
        ("tcp://0.0.0.0:5757", "CURVE keys"),
        ("udp://127.0.0.1:5757", "must be tcp://HOST:PORT"),
        ("tcp://127.0.0.1", "must be tcp://HOST:PORT"),
        ("ipc:///nowhere/at/all", "cannot bind"),
    ],
)
def test_a_wrong_address_is_refused(fake_program, bind, message):
    with pytest.raises(InvalidSetting, match=message):
        Gateway(LocalHost(fake_program), bind)


def test_two_gateways_never_share_an_address(serve, fake_program, tmp_path):
    for bind in (serve().address, serve(f"ipc://{tmp_path}/socket").address):
        with pytest.raises(InvalidSetting, match="cannot bind"):
            Gateway(LocalHost(fake_program), bind)


def test_a_gateway_leaves_no_file(serve, connect, tmp_path):
    gateway = serve(f"ipc://{tmp_path}/socket")
    assert (tmp_path / "socket").stat().st_mode & 0o777 == 0o600
    connect(gateway.address).reset(seed=1)
    gateway.stop()
    deadline_s = time.monotonic() + 60
    while (tmp_path / "socket").exists() and time.monotonic() < deadline_s:
        time.sleep(0.02)
    assert not (tmp_path / "socket").exists()
