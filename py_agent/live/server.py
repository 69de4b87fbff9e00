# SPDX-License-Identifier: MIT
"""Serves the page and its messages, from a thread beside whatever runs."""

from __future__ import annotations

import asyncio
import contextlib
import http
import json
import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from ns3_bridge import InvalidSetting
from py_agent.live.access import Access
from py_agent.live.assets import POLICY, TYPES, asset
from py_agent.live.client import Client
from py_agent.live.gate import Gate
from py_agent.live.history import History
from py_agent.live.messages import Message, clock_text
from py_agent.live.watcher import LiveWatcher

# Peers that break the protocol are none of the simulation's business, and not told on its terminal.
_log = logging.getLogger(__name__)
_log.addHandler(logging.NullHandler())

_HISTORY_BYTES = 64 * 2**20
_LARGEST_REQUEST = 1024  # bytes that a page may send at once
_LOOK_S = 0.02


class LiveServer:
    """A page in the browser, and all messages that have been published for it.

    Whoever publishes waits for nobody: pages are served from a thread of their own.

    Args:
        host: address to listen at. On any but a loopback one a token is needed, which `url` has.
        port: 0: any free one.
        can_pause: whether pages may let the simulation wait at `gate`.
        past: messages that there are already.
        most_bytes: of slots that are kept for pages that come late.

    Attributes:
        url: of the page.
        gate: where the simulation has to pass in every slot.

    Raises:
        InvalidSetting: it cannot listen there.

    Example:
        >>> server = LiveServer()
        >>> server.url.startswith("http://127.0.0.1:")
        True
        >>> server.publish(Message("1", "{}"))
        >>> server.close()
    """

    def __init__(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        can_pause: bool = False,
        past: Iterable[Message] = (),
        most_bytes: int = _HISTORY_BYTES,
    ) -> None:
        self.gate = Gate(self._say_clock_from_outside)
        self._access = Access(host)
        self._can_pause = can_pause
        self._lock = threading.Lock()  # of history and clients
        self._history = History(most_bytes)
        for message in past:
            self._history.append(message)
        self._clients: set[Client] = set()
        self._published = self._visits = self._watched = 0
        self._started = threading.Event()
        self._failure: OSError | UnicodeError | None = None
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(
            target=self._run, args=(host, port), name="ns3-twin-live", daemon=True
        )
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            self._thread.join()
            reason = getattr(self._failure, "strerror", None) or self._failure
            raise InvalidSetting(f"the page cannot be served at {host}, port {port}: {reason}")

    def publish(self, message: Message) -> None:
        """Hand a message to all pages, those that come later, too."""
        with self._lock:
            self._history.append(message)
            self._published += 1
            number, is_watched = self._published, bool(self._clients)
        if is_watched:
            with contextlib.suppress(RuntimeError):  # it is being closed
                self._loop.call_soon_threadsafe(self._hand_out, number, message)

    def watcher(self) -> LiveWatcher:
        """Who shows another run on this page; it waits where a person has paused."""
        self._watched += 1
        return LiveWatcher(str(self._watched), self.publish, self.gate.wait)

    @property
    def visits(self) -> int:
        """Pages that have connected so far."""
        return self._visits

    def close(self, linger_s: float = 0.0, arrival_s: float = 0.0) -> None:
        """Stop serving.

        Args:
            linger_s: how long pages that are there may take for what they have not got yet.
            arrival_s: how long to wait for a first page, if there has been none.
        """
        try:
            self._wait_until(lambda: self._visits > 0, arrival_s)
            self._wait_until(self._are_all_served, linger_s)
        finally:
            with contextlib.suppress(RuntimeError):  # it has been closed before
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    def _wait_until(self, holds: Any, at_most_s: float) -> None:
        end_s = time.monotonic() + at_most_s
        while not holds() and time.monotonic() < end_s:
            time.sleep(_LOOK_S)

    def _are_all_served(self) -> bool:
        with self._lock:
            return all(client.is_served for client in self._clients)

    def _run(self, host: str, port: int) -> None:
        try:
            asyncio.set_event_loop(self._loop)
            self._loop.run_until_complete(self._main(host, port))
        except (OSError, UnicodeError) as error:  # the latter of names that are no hosts'
            self._failure = error
        finally:
            self._loop.close()
            self.gate.release()
            self._started.set()

    async def _main(self, host: str, port: int) -> None:
        # Messages are local and many: compressing them would take the simulation's time.
        async with serve(
            self._look_on,
            host,
            port,
            process_request=self._answer,
            compression=None,
            max_size=_LARGEST_REQUEST,
            close_timeout=1.0,
            logger=_log,
        ) as server:
            self.url = self._url(host, server)
            self._started.set()
            await self._stop.wait()

    def _url(self, host: str, server: Server) -> str:
        port = next(iter(server.sockets)).getsockname()[1]
        name = f"[{host}]" if ":" in host else host
        return f"http://{name}:{port}/" + (f"{self._access.token}/" if self._access.token else "")

    def _answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """Answer a request with a file, or let a page connect (None)."""
        headers = request.headers
        reason = self._access.refuses(headers.get("Host", ""), headers.get("Origin"))
        if reason:
            return connection.respond(http.HTTPStatus.FORBIDDEN, f"not answered: {reason}\n")
        path = self._access.path_of(request.path.partition("?")[0])
        if path is None:
            return connection.respond(
                http.HTTPStatus.FORBIDDEN, "not answered: the address lacks the token\n"
            )
        if path == "/live":
            return None
        file = asset(path)
        if file is None:
            return connection.respond(http.HTTPStatus.NOT_FOUND, "no such page\n")
        body = file.read_bytes()
        told = Headers(
            {
                "Content-Type": TYPES[file.suffix],
                "Content-Length": str(len(body)),
                "Content-Security-Policy": POLICY,
                "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
                "Cache-Control": "no-store",
                "Connection": "close",
            }
        )
        return Response(http.HTTPStatus.OK.value, "OK", told, body)

    async def _look_on(self, connection: ServerConnection) -> None:
        await connection.send(self._clock())
        with self._lock:
            client = Client(connection, tuple(self._history), self._published)
            self._clients.add(client)
            self._visits += 1
        serving = asyncio.ensure_future(client.serve())
        try:
            async for request in connection:
                await self._obey(request)
        except ConnectionClosed:
            pass
        finally:
            serving.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionClosed):
                await serving
            with self._lock:
                self._clients.discard(client)
            if not self._clients:  # nobody is left who could let it go on
                self.gate.release()

    async def _obey(self, request: str | bytes) -> None:
        """Do what a page asks for; what is no such request is passed over."""
        try:
            kind = json.loads(request)["kind"]
        except (ValueError, KeyError, TypeError):
            return
        actions = {"pause": self.gate.hold, "go": self.gate.release, "step": self.gate.let_one_pass}
        if self._can_pause and kind in actions:
            actions[kind]()
            self._say_clock()

    def _say_clock(self) -> None:
        clock = Message("", self._clock())
        for client in list(self._clients):
            client.put(clock)

    def _say_clock_from_outside(self) -> None:
        with contextlib.suppress(RuntimeError):  # it is being closed
            self._loop.call_soon_threadsafe(self._say_clock)

    def _hand_out(self, number: int, message: Message) -> None:
        for client in self._clients:
            if number > client.knows:
                client.put(message)

    def _clock(self) -> str:
        return clock_text(can_pause=self._can_pause, paused=self.gate.is_closed)
