"""CURVE: who has no key gets nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
import time

import pytest
import zmq

from ns3_bridge import (
    ConnectionLost,
    DeadlineExceeded,
    GatewayBusy,
    HandshakeError,
    InvalidSetting,
    issued_keys,
    make_keys,
    ping,
)
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
    port = serve("tcp://*:*", keys=str(keys)).address.rpartition(":")[2]
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
    make_keys(str(stranger))
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


def test_a_key_that_is_not_there_is_named(connect, tmp_path):
    with pytest.raises(InvalidSetting, match=r"key missing: there is no such file"):
        connect("tcp://127.0.0.1:1", key="missing")
    (tmp_path / "odd.key_secret").write_text('public-key = "~~~"\nsecret-key = "x"\n')
    with pytest.raises(InvalidSetting, match=r"cannot read the key .*odd\.key_secret"):
        connect("tcp://127.0.0.1:1", key=tmp_path / "odd.key_secret")


def test_secrets_are_their_owners_alone_whatever_the_umask(tmp_path):
    before = os.umask(0)
    try:
        make_keys(tmp_path / "keys")
        with issued_keys(tmp_path / "issued"):
            secrets = [*tmp_path.glob("*/*.key_secret")]
            assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600] * 3
    finally:
        os.umask(before)


def test_no_link_is_followed(tmp_path):
    target = tmp_path / "target"
    for name in ("keys", "issued"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "agent.key_secret").symlink_to(target)
    with pytest.raises(InvalidSetting, match="cannot write keys"):
        make_keys(tmp_path / "keys")
    with issued_keys(tmp_path / "issued"):
        assert not (tmp_path / "issued" / "agent.key_secret").is_symlink()
    assert not target.exists()


def test_the_gateways_issued_secret_is_written_nowhere(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    with issued_keys(tmp_path / "issued"):
        names = {path.name for path in tmp_path.rglob("*") if path.is_file()}
        assert names == {"agent.key_secret", "gateway.key"}


def test_another_gateways_keys_stay(tmp_path):
    with issued_keys(tmp_path):
        (tmp_path / "agent.key_secret").unlink()
        (tmp_path / "agent.key_secret").write_text("of the gateway that came after")
    assert [path.name for path in tmp_path.iterdir()] == ["agent.key_secret"]


def wait_until(condition):
    end_s = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def test_added_and_revoked_keys_count_after_a_reload(serve, connect, keys):
    gateway = serve(keys=keys)
    env = connect(gateway.address, key=keys / "agent.key_secret")
    env.reset(seed=1)
    make_keys(keys, "second")
    gateway.reload_keys()
    wait_until(lambda: not gateway._wants_keys)
    with pytest.raises(GatewayBusy):  # it is let in
        connect(gateway.address, key=keys / "second.key_secret", deadline_s=30.0)
    assert env.step(env.action_space.sample())[4]["slot"] == 1
    (keys / "agents" / "agent.key").unlink()
    gateway.reload_keys()
    wait_until(lambda: gateway._session is None)
    connect(gateway.address, key=keys / "second.key_secret", deadline_s=30.0).reset(seed=1)
    with pytest.raises((ConnectionLost, DeadlineExceeded, HandshakeError)):
        connect(gateway.address, key=keys / "agent.key_secret", deadline_s=1.0)
    env.host._connection._reconnect_s = 1.0
    with pytest.raises(ConnectionLost):
        env.step(env.action_space.sample())


def test_keys_that_cannot_be_read_again_change_nothing(serve, connect, keys, caplog):
    gateway = serve(keys=keys)
    env = connect(gateway.address, key=keys / "agent.key_secret")
    (keys / "agents" / "agent.key").write_text("nonsense")
    gateway.reload_keys()
    wait_until(lambda: "the keys stay as they were" in caplog.text)
    env.reset(seed=1)


def test_a_session_belongs_to_its_key(serve, connect, keys):
    make_keys(keys, "second")
    gateway = serve(keys=keys)
    env = connect(gateway.address, key=keys / "agent.key_secret")
    env.reset(seed=1)
    with pytest.raises(ConnectionLost, match="does not know it"):
        connect(gateway.address, key=keys / "second.key_secret", session=env.host.session)
    assert env.step(env.action_space.sample())[4]["slot"] == 1
