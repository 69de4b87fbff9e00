# SPDX-License-Identifier: MIT
"""The command ``ns3-twin view``."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import Annotated

import typer

from py_agent.cli.consoles import out
from py_agent.cli.live import LOOPBACK, LiveHost, LivePort, show

_MOST_BYTES = 256 * 2**20  # of slots of all runs; a browser keeps them all
_MOST_SLOTS = 1500  # of a run in a file that is to be sent
_LOOK_S = 0.5  # at whether a signal has come


def view(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, shown side by side.")],
    html: Annotated[
        Path | None,
        typer.Option(help="Write one HTML file to send, in place of serving the page."),
    ] = None,
    live_port: LivePort = 0,
    live_host: LiveHost = LOOPBACK,
) -> None:
    """Show runs in the browser, beside their baselines; also of interrupted ones."""
    from py_agent.experiment.paired_run import baseline_of
    from py_agent.experiment.run_data import recorded_run
    from py_agent.experiment.run_folder import RunFolder
    from py_agent.live.recorded import recorded_messages
    from py_agent.live.server import LiveServer
    from py_agent.live.single_page import single_page
    from py_agent.whole_files import check_place, replace_text

    if html is not None:
        check_place(html)
    found = [run for path in runs for run in (recorded_run(path), baseline_of(RunFolder(path)))]
    folders = list({run.path.resolve(): run for run in found if run is not None}.values())
    most_slots = None if html is None else _MOST_SLOTS
    told = [
        list(recorded_messages(folder, str(i), _MOST_BYTES // len(folders), most_slots))
        for i, folder in enumerate(folders)
    ]
    if html is not None:
        replace_text(html, single_page("ns3-twin", told))
        kilobytes = html.stat().st_size / 1000
        out().print(f"page    {html}, {kilobytes:.0f} kB", highlight=False, soft_wrap=True)
        return
    past = [message for messages in told for message in messages]
    server = LiveServer(live_host, live_port, past=past, most_bytes=2 * _MOST_BYTES)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # that is how it is meant to end
            show(server)
            out().print("until Ctrl-C", highlight=False)
            while True:  # a signal just before a `signal.pause` would be waited for for ever
                time.sleep(_LOOK_S)
    finally:
        server.close()
