"""CURVE: who has no key gets nothing."""

from __future__ import annotations

import shutil

import pytest
import zmq

from ns3_bridge import HandshakeError, InvalidSetting, issued_keys, make_keys, ping
from ns3_bridge.network import bridge_pb2 as pb


@pytest.fixture
def keys(tmp_path):
    folder = tmp_path / "keys"
    make_keys(folder)
    return folder


def test_an_authorised_agent_drives(serve, connect, keys):
    gateway = serve(keys=keys)
    env = connect(gateway.address, key=keys / "agent.key_secret")
    env.reset(seed=1)
    assert env.step(env.action_space.sample())[4]["slot"] == 1


def test_with_keys_any_address_may_be_bound(serve, connect, keys):
    port = serve("tcp://*:*", keys=keys).address.rpartition(":")[2]
    connect(f"tcp://127.0.0.1:{port}", key=keys / "agent.key_secret").reset(seed=1)


def test_agents_can_be_added(serve, connect, keys):
    assert [path.name for path in make_keys(keys, "second")] == ["second.key_secret"]
    gateway = serve(keys=keys)
    connect(gateway.address, key=keys / "second.key_secret").reset(seed=1)
    assert (keys / "second.key_secret").stat().st_mode & 0o777 == 0o600
    with pytest.raises(InvalidSetting, match="exists"):
        make_keys(keys, "second")
    with pytest.raises(InvalidSetting, match="must be a file name"):
        make_keys(keys, "../third")


def test_wrong_or_missing_keys_get_nothing(serve, connect, keys, tmp_path):
    gateway = serve(keys=keys)
    stranger = tmp_path / "stranger"
    make_keys(stranger)
    with pytest.raises(HandshakeError, match="keys of the two sides do not fit"):
        connect(gateway.address, deadline_s=0.5)  # no key
    with pytest.raises(HandshakeError, match="keys of the two sides do not fit"):
        connect(gateway.address, deadline_s=0.5, key=stranger / "agent.key_secret")
    shutil.copy(keys / "gateway.key", stranger / "gateway.key")
    with pytest.raises(HandshakeError, match=r"refuses this agent's key|do not fit"):
        connect(gateway.address, deadline_s=0.5, key=stranger / "agent.key_secret")
    # The gateway itself has seen none of them.
    assert gateway.driver is None
    connect(gateway.address, key=keys / "agent.key_secret").reset(seed=1)


def test_a_raw_socket_without_keys_hears_nothing(serve, keys):
    gateway = serve(keys=keys)
    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(gateway.address)
        socket.send(pb.Request(hello=pb.Hello(protocol_version=1)).SerializeToString())
        assert socket.poll(500) == 0


def test_missing_key_files_are_named(serve, connect, keys):
    gateway = serve(keys=keys)
    with pytest.raises(InvalidSetting, match=r"cannot read the key .*none\.key_secret"):
        connect(gateway.address, key=keys / "none.key_secret")
    (keys / "agents" / "agent.key").unlink()
    with pytest.raises(InvalidSetting, match="no agent's key"):
        serve(keys=keys)


def test_issued_keys_fit_and_are_gone_with_their_gateway(serve, connect, tmp_path):
    handed_out = tmp_path / "volume" / "keys"
    with issued_keys(handed_out) as private:
        assert {path.name for path in handed_out.iterdir()} == {"agent.key_secret", "gateway.key"}
        assert (handed_out / "agent.key_secret").stat().st_mode & 0o777 == 0o600
        gateway = serve(keys=private)
        connect(gateway.address, key=handed_out / "agent.key_secret").reset(seed=1)
        first = (handed_out / "agent.key_secret").read_text()
    assert list(handed_out.iterdir()) == []
    assert not private.exists()
    (handed_out / "agent.key_secret").write_text("left behind by one that was killed")
    with issued_keys(handed_out):
        assert (handed_out / "agent.key_secret").read_text() not in (first, "")
    (tmp_path / "file").touch()
    with (
        pytest.raises(InvalidSetting, match="cannot hand out keys"),
        issued_keys(tmp_path / "file"),
    ):
        pass


def test_ping_needs_a_key_where_agents_do(serve, keys):
    gateway = serve(keys=keys)
    assert ping(gateway.address, key=keys / "agent.key_secret") < 5
    with pytest.raises(HandshakeError, match="keys of the two sides do not fit"):
        ping(gateway.address, deadline_s=0.5)
