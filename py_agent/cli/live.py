# SPDX-License-Identifier: MIT
"""What commands that can be watched in the browser have in common."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from py_agent.cli.consoles import err

if TYPE_CHECKING:
    from py_agent.live.server import LiveServer

Live = Annotated[bool, typer.Option("--live", help="Show it in the browser while it runs.")]
LivePort = Annotated[int, typer.Option(help="Port of the page; 0: any free one.", min=0, max=65535)]
LiveHost = Annotated[
    str,
    typer.Option(help="Address of the page. Beyond this machine, its URL has a token."),
]
LOOPBACK = "127.0.0.1"
_ARRIVAL_S = 15.0  # that a browser which was opened may take until it asks for the page
_LINGER_S = 5.0  # for what pages have not got yet


@contextlib.contextmanager
def live_page(
    wanted: bool, host: str, port: int, *, can_pause: bool = False
) -> Iterator[LiveServer | None]:
    """Serve a page while something goes on; pages keep what they have got.

    Args:
        wanted: else there is none.
        host: address to listen at.
        port: 0: any free one.
        can_pause: pages may let the simulation wait.
    """
    if not wanted:
        if (host, port) != (LOOPBACK, 0):
            from ns3_bridge import InvalidSetting

            raise InvalidSetting("--live-host and --live-port are of the page: give --live, too")
        yield None
        return
    from py_agent.live.server import LiveServer

    server = LiveServer(host, port, can_pause=can_pause)
    is_opened = False
    try:
        is_opened = show(server)
        yield server
    except BaseException:
        server.close(linger_s=1.0)
        raise
    server.close(_LINGER_S, _ARRIVAL_S if is_opened else 0.0)


def shown_on(page: LiveServer | None) -> Mapping[str, Any]:
    """Who looks on in processes of runs and who hears of it here, as arguments of what runs them.

    Args:
        page: that shows the runs; None: nobody looks on.
    """
    if page is None:
        return {}
    from py_agent.live.watcher import reporting_watcher

    return {"make_watcher": reporting_watcher, "hear": page.publish}


def show(server: LiveServer) -> bool:
    """Say where the page is; open it where there is a screen. Returns whether it was opened."""
    err().print(f"live    {server.url}", highlight=False, soft_wrap=True)
    if not _has_screen():
        return False
    import webbrowser

    return webbrowser.open_new_tab(server.url)


def _has_screen() -> bool:
    if sys.platform == "linux":
        return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return True
