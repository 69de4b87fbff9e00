"""Small runs, and a browser that looks at them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run

SMALL = {"n_ue": 4, "n_bs": 2, "duration_s": 2.0, "slots_per_frame": 25, "traffic": {"rate_hz": 4}}
DEADLINE_S = 240.0  # of whatever a page is to show


@pytest.fixture
def small_run(tmp_path: Path) -> Callable[..., Run]:
    """Make runs that are over soon."""

    def make(policy: str = "srpt", **settings: Any) -> Run:
        chosen = {**SMALL, **settings}
        return Run(RunSettings(policy=policy, settings=chosen, runs_dir=tmp_path))

    return make


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> list[RunFolder]:
    """Two runs under one seed, by two policies."""
    folder = tmp_path_factory.mktemp("recorded")
    return [
        Run(RunSettings(policy=policy, settings=SMALL, runs_dir=folder)).execute()
        for policy in ("srpt", "random")
    ]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """Debian's Chromium, without a window; nothing is downloaded for it."""
    playwright = pytest.importorskip("playwright.sync_api")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        pytest.skip("no Chromium to look at pages with; on Debian: apt install chromium")
    # It shows our own pages alone, and containers have no sandbox to offer.
    arguments = ["--disable-gpu", "--disable-dev-shm-usage", "--no-sandbox"]
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=program, args=arguments, timeout=0)
        yield browser
        browser.close()


class Visit:
    """A page, what went wrong in it, and whom it asked.

    Args:
        browser: in which.
        url: of the page.
    """

    def __init__(self, browser: Any, url: str, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.page = self.context.new_page()
        self.page.set_default_timeout(1000 * DEADLINE_S)
        self.errors: list[str] = []
        self.asked: list[str] = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.errors.append(said.text) if said.type == "error" else None,
        )
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))
        self.page.goto(url)

    def wait_for(self, expression: str) -> None:
        """Wait until JavaScript holds; the page's policy forbids it to evaluate text by itself."""
        end_s = time.monotonic() + DEADLINE_S
        while not self.page.evaluate(expression):
            assert time.monotonic() < end_s, f"{expression}: {self.page.inner_text('body')}"
            self.page.wait_for_timeout(20)

    def says(self, state: str) -> None:
        """Wait until the page says how it stands."""
        self.wait_for(f"document.getElementById('state').textContent.includes({state!r})")

    def has_all(self, slots: int) -> None:
        """Wait until all of a recorded run of so many slots of 20 ms is there."""
        self.wait_for(
            "Number(document.getElementById('slider').max) - "
            f"Number(document.getElementById('slider').min) > {0.02 * (slots - 1) - 0.01}"
        )

    def picture(self, number: int = 0) -> str:
        """The map of a run, as it is drawn."""
        script = "n => document.querySelectorAll('canvas.map')[n].toDataURL()"
        return str(self.page.evaluate(script, number))

    def go_to(self, part: float) -> None:
        """Move the slider to a part of its length, and wait until the page has drawn that."""
        self.page.evaluate(
            """part => {
                const slider = document.getElementById("slider");
                const [least, most] = [Number(slider.min), Number(slider.max)];
                globalThis.drawnBefore = globalThis.ns3TwinDrawn ?? 0; // it may not have drawn yet
                slider.value = least + part * (most - least);
                slider.dispatchEvent(new Event("input"));
            }""",
            part,
        )
        self.wait_for("globalThis.ns3TwinDrawn > globalThis.drawnBefore")


@pytest.fixture
def visit(chromium: Any) -> Iterator[Any]:
    """Open pages; at the end none has had an error, and all are closed."""
    opened: list[Visit] = []

    def open_page(url: str, **context: Any) -> Visit:
        opened.append(Visit(chromium, url, **context))
        return opened[-1]

    yield open_page
    errors = [error for one in opened for error in one.errors]
    for one in opened:
        one.context.close()
    assert errors == []
