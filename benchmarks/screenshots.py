# SPDX-License-Identifier: MIT
"""Take the pictures of the page in the browser: ``make screenshots``.

Two policies run under one seed on ns-3; the page that shows them is written as one file, and
Debian's Chromium takes its picture. Some two minutes.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

from PIL.Image import open as read_image
from playwright.sync_api import sync_playwright

from py_agent.cli.preset import with_preset
from py_agent.experiment.paired_run import baseline_of, execute_pair
from py_agent.experiment.run_settings import RunSettings, load_run_settings
from py_agent.live.recorded import recorded_messages
from py_agent.live.single_page import single_page

_IMAGES = Path(__file__).parents[1] / "docs" / "images"
_PRESET = "joint-retraining"
_POLICIES = (("twin-drl", "policy"), ("strongest-equal", "spare"))
_DURATION_S = 20.0
_SHOWN_S = 13.4  # ns-3 time
_COLOURS = 192  # of a picture: a third of the bytes
_MOST_BYTES = 2**28


def main() -> None:
    """Run, write, take pictures."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        raise SystemExit("no Chromium; on Debian: apt install chromium")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run, baseline = (_settings(policy, rule, folder) for policy, rule in _POLICIES)
        made = execute_pair(run, baseline, lambda number, done, slots: None)
        runs = [run for run in (made, baseline_of(made)) if run is not None]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=program, args=["--no-sandbox", "--disable-gpu"]
            )
            for image, shown, height in (("live", runs[:1], 1660), ("live-two", runs, 1450)):
                page = folder / f"{image}.html"
                told = [recorded_messages(run, str(i), _MOST_BYTES) for i, run in enumerate(shown)]
                page.write_text(single_page("ns3-twin", told), encoding="utf-8")
                print(f"{page.name}: {page.stat().st_size / 1e3:.0f} kB")
                _take(browser, page, _IMAGES / f"{image}.png", height)
            browser.close()


def _settings(policy: str, rule: str, folder: Path) -> RunSettings:
    chosen = with_preset(_PRESET, None, {"policy": policy, "retrain": rule, "runs_dir": folder})
    return load_run_settings(None, chosen, [f"duration_s={_DURATION_S}"])


def _take(browser: Any, page: Path, image: Path, height: int) -> None:
    tab = browser.new_page(viewport={"width": 1280, "height": height}, color_scheme="light")
    tab.goto(page.as_uri())
    slider = "document.getElementById('slider')"
    while tab.evaluate(f"Number({slider}.max) - Number({slider}.min)") < _DURATION_S - 0.1:
        tab.wait_for_timeout(50)
    tab.evaluate(
        f"time => {{ {slider}.value = time; {slider}.dispatchEvent(new Event('input')); }}",
        _SHOWN_S,
    )
    tab.wait_for_timeout(1000)
    tab.screenshot(path=image)
    read_image(image).quantize(_COLOURS).save(image, optimize=True)
    print(f"{image.name}: {image.stat().st_size / 1e3:.0f} kB")
    tab.close()


if __name__ == "__main__":
    main()
