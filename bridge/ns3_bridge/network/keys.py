# SPDX-License-Identifier: MIT
"""CURVE keys: who may talk to a gateway, encrypted.

A folder of keys holds ``gateway.key`` (public) and ``gateway.key_secret``, ``agents/<name>.key`` of
every agent that the gateway answers, and ``<name>.key_secret``, which goes to that agent's machine
together with ``gateway.key``.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import zmq
import zmq.auth
from zmq.utils import z85

from ns3_bridge.errors import InvalidSetting

GATEWAY = "gateway"
AGENTS = "agents"

_KEY_BYTES = 32
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC


class GatewayKeys:
    """The keys of a gateway and of the agents that it answers.

    Args:
        public: of the gateway.
        secret: of the gateway.
        agents: public keys that it answers.
        folder: where `reload` reads the agents' keys again; None: there is none.
    """

    def __init__(
        self, public: bytes, secret: bytes, agents: frozenset[bytes], folder: Path | None = None
    ) -> None:
        self._public = public
        self._secret = secret
        self._agents = agents
        self._folder = folder

    @classmethod
    def load(cls, folder: Path | str) -> GatewayKeys:
        """Read a folder of keys.

        Raises:
            InvalidSetting: keys are missing or unreadable.
        """
        folder = Path(folder)
        public, secret = _load(folder / f"{GATEWAY}.key_secret")
        return cls(public, secret, _load_agents(folder), folder)

    def reload(self) -> None:
        """Read the agents' keys again: new ones are answered, those that are gone no more.

        Raises:
            InvalidSetting: keys are missing or unreadable; all stays as it was.
        """
        if self._folder is not None:
            self._agents = _load_agents(self._folder)

    def answers(self, user: str) -> bool:
        """Whether an agent may speak; `user` is its public key, as ZMQ tells it."""
        return user.encode() in self._agents

    def callback(self, domain: str, key: bytes) -> bool:
        """What ZMQ's authenticator asks, in its thread."""
        return key in self._agents

    def protect(self, socket: zmq.Socket[bytes]) -> None:
        """Let a gateway's socket demand CURVE."""
        socket.curve_server = True
        socket.curve_publickey = self._public
        socket.curve_secretkey = self._secret


def make_keys(folder: Path | str, agent: str = "agent") -> list[Path]:
    """Make the keys of a gateway, unless the folder has them, and those of one agent.

    Returns:
        the secret files; only their owner can read them, from their first byte on.

    Raises:
        InvalidSetting: the agent has keys already, its name is no file name, or the folder cannot
            be written.
    """
    if agent in ("", GATEWAY) or Path(agent).name != agent or not agent.isprintable():
        raise InvalidSetting(f"agent name {agent!r}: must be a file name other than {GATEWAY!r}")
    folder = Path(folder)
    secret_file, public_file = folder / f"{agent}.key_secret", folder / AGENTS / f"{agent}.key"
    for path in (secret_file, public_file):
        if path.exists():
            raise InvalidSetting(f"{path} exists: remove it, or choose another --agent")
    try:
        (folder / AGENTS).mkdir(parents=True, exist_ok=True)
        made = [secret_file]
        gateway_secret = folder / f"{GATEWAY}.key_secret"
        if not gateway_secret.exists():
            public, secret = zmq.curve_keypair()
            _write_new(gateway_secret, public, secret)
            (folder / f"{GATEWAY}.key").unlink(missing_ok=True)
            _write_new(folder / f"{GATEWAY}.key", public)
            made.append(gateway_secret)
        public, secret = zmq.curve_keypair()
        _write_new(secret_file, public, secret)
        _write_new(public_file, public)
    except OSError as error:
        raise InvalidSetting(f"cannot write keys in {folder}: {error}") from error
    return made


@contextlib.contextmanager
def issued_keys(folder: Path | str, agent: str = "agent") -> Iterator[GatewayKeys]:
    """Make keys that live as long as their gateway serves, and hand out the agent's.

    The gateway's secret is never written anywhere.

    Args:
        folder: gets ``<agent>.key_secret`` and ``gateway.key``.
        agent: name of the agent.

    Yields:
        the keys for the gateway.

    Raises:
        InvalidSetting: `folder` cannot be written, or is somebody else's link.
    """
    folder = Path(folder)
    gateway_public, gateway_secret = zmq.curve_keypair()
    public, secret = zmq.curve_keypair()
    with contextlib.ExitStack() as stack:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            _refuse_foreign_link(folder)
            for name, pair in (
                (f"{agent}.key_secret", (public, secret)),
                (f"{GATEWAY}.key", (gateway_public,)),
            ):
                handed_out = folder / name
                handed_out.unlink(missing_ok=True)  # of a gateway that was killed
                _write_new(handed_out, *pair)
                stack.callback(_remove, handed_out, pair[0])
        except OSError as error:
            raise InvalidSetting(f"cannot hand out keys in {folder}: {error}") from error
        yield GatewayKeys(gateway_public, gateway_secret, frozenset([public]))


def protect_agent(socket: zmq.Socket[bytes], secret_file: Path | str) -> None:
    """Let an agent's socket use its keys; ``gateway.key`` lies beside its secret file.

    Raises:
        InvalidSetting: keys are missing or unreadable.
    """
    secret_file = Path(secret_file)
    socket.curve_publickey, socket.curve_secretkey = _load(secret_file)
    socket.curve_serverkey = _load(secret_file.parent / f"{GATEWAY}.key", secret=False)[0]


def _write_new(path: Path, public: bytes, secret: bytes = b"") -> None:
    """Write a certificate as pyzmq reads it: nobody's link is followed, no other reads a secret."""
    lines = ["metadata", "curve", f'    public-key = "{public.decode()}"']
    if secret:
        lines.append(f'    secret-key = "{secret.decode()}"')
    fd = os.open(path, _NEW, 0o600 if secret else 0o644)
    with os.fdopen(fd, "w", encoding="ascii") as file:
        file.write("\n".join(lines) + "\n")


def _remove(path: Path, public: bytes) -> None:
    with contextlib.suppress(OSError):
        if public in path.read_bytes():  # it may be another gateway's by now
            path.unlink()


def _refuse_foreign_link(folder: Path) -> None:
    status = folder.lstat()
    if stat.S_ISLNK(status.st_mode) and status.st_uid not in (0, os.geteuid()):
        raise InvalidSetting(f"{folder} is a link that belongs to user {status.st_uid}")


def _load_agents(folder: Path) -> frozenset[bytes]:
    agents = folder / AGENTS
    keys = frozenset(_load(path, secret=False)[0] for path in agents.glob("*.key"))
    if not keys:
        raise InvalidSetting(f"no agent's key in {agents}: ns3-twin keys {folder}")
    return keys


def _load(path: Path, *, secret: bool = True) -> tuple[bytes, bytes]:
    if not path.exists():
        raise InvalidSetting(f"cannot read the key {path}: there is no such file")
    try:
        public_key, secret_key = zmq.auth.load_certificate(path)
        for key in (public_key, secret_key or public_key):
            if len(z85.decode(key)) != _KEY_BYTES:
                raise ValueError(f"a key has {_KEY_BYTES} bytes, in 40 characters")
    except Exception as error:  # z85 has KeyError, struct.error and others for what is none
        raise InvalidSetting(f"cannot read the key {path}: {error}") from error
    if secret and secret_key is None:
        raise InvalidSetting(f"{path} holds no secret key")
    return public_key, secret_key or b""
