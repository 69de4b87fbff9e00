# SPDX-License-Identifier: MIT
"""CURVE keys: who may talk to a gateway, encrypted.

A folder of keys holds ``gateway.key`` (public) and ``gateway.key_secret``, ``agents/<name>.key`` of
every agent that the gateway answers, and ``<name>.key_secret``, which goes to that agent's machine
together with ``gateway.key``.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import zmq
import zmq.auth

from ns3_bridge.errors import InvalidSetting

GATEWAY = "gateway"
AGENTS = "agents"


def make_keys(folder: Path, agent: str = "agent") -> list[Path]:
    """Make the keys of a gateway, unless the folder has them, and those of one agent.

    Returns:
        the secret files; only their owner can read them.

    Raises:
        InvalidSetting: the agent has keys already, or its name is no file name.
    """
    if agent in ("", GATEWAY) or Path(agent).name != agent:
        raise InvalidSetting(f"agent name {agent!r}: must be a file name other than {GATEWAY!r}")
    secret = folder / f"{agent}.key_secret"
    if secret.exists():
        raise InvalidSetting(f"{secret} exists: remove it, or choose another --agent")
    agents = folder / AGENTS
    agents.mkdir(parents=True, exist_ok=True)
    made = [secret]
    _create(folder, agent)
    (folder / f"{agent}.key").rename(agents / f"{agent}.key")
    if not (folder / f"{GATEWAY}.key_secret").exists():
        _create(folder, GATEWAY)
        made.append(folder / f"{GATEWAY}.key_secret")
    return made


@contextlib.contextmanager
def issued_keys(folder: Path, agent: str = "agent") -> Iterator[Path]:
    """Make keys that live as long as their gateway serves, and hand out the agent's.

    Args:
        folder: gets ``<agent>.key_secret`` and ``gateway.key``; the gateway's secret stays private.
        agent: name of the agent.

    Yields:
        the folder of keys for the gateway.

    Raises:
        InvalidSetting: `folder` cannot be written.
    """
    with (
        tempfile.TemporaryDirectory(prefix="ns3-twin-keys-") as private,
        contextlib.ExitStack() as stack,
    ):
        make_keys(Path(private), agent)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name in (f"{agent}.key_secret", f"{GATEWAY}.key"):
                handed_out = folder / name
                handed_out.unlink(missing_ok=True)  # of a gateway that was killed
                stack.callback(handed_out.unlink, missing_ok=True)
                handed_out.touch(0o600)
                handed_out.write_bytes((Path(private) / name).read_bytes())
        except OSError as error:
            raise InvalidSetting(f"cannot hand out keys in {folder}: {error}") from error
        yield Path(private)


def protect_gateway(socket: zmq.Socket[bytes], folder: Path) -> Path:
    """Let a gateway's socket demand CURVE.

    Returns:
        the folder with the public keys of the agents that it answers.

    Raises:
        InvalidSetting: keys are missing or unreadable.
    """
    public, secret = _load(folder / f"{GATEWAY}.key_secret")
    agents = folder / AGENTS
    if not list(agents.glob("*.key")):
        raise InvalidSetting(f"no agent's key in {agents}: ns3-twin keys {folder}")
    socket.curve_server = True
    socket.curve_publickey = public
    socket.curve_secretkey = secret
    return agents


def protect_agent(socket: zmq.Socket[bytes], secret_file: Path) -> None:
    """Let an agent's socket use its keys; ``gateway.key`` lies beside its secret file.

    Raises:
        InvalidSetting: keys are missing or unreadable.
    """
    socket.curve_publickey, socket.curve_secretkey = _load(secret_file)
    socket.curve_serverkey = _load(secret_file.parent / f"{GATEWAY}.key", secret=False)[0]


def _create(folder: Path, name: str) -> None:
    zmq.auth.create_certificates(folder, name)
    (folder / f"{name}.key_secret").chmod(0o600)


def _load(path: Path, *, secret: bool = True) -> tuple[bytes, bytes]:
    try:
        public_key, secret_key = zmq.auth.load_certificate(path)
    except (OSError, ValueError) as error:
        raise InvalidSetting(f"cannot read the key {path}: {error}") from error
    if secret and secret_key is None:
        raise InvalidSetting(f"{path} holds no secret key")
    return public_key, secret_key or b""
