"""The built site: every link leads somewhere, and a page asks nobody else. Run by `make docs`."""

from __future__ import annotations

import shutil
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import sync_playwright

SITE = Path(__file__).parents[1] / "build" / "docs"
PAGES = sorted(SITE.rglob("*.html"))


class Page(HTMLParser):
    """What a page refers to, and which places it has."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.places |= {values.get("id") or "", values.get("name") or ""}
        if link := values.get("href") or values.get("src"):
            self.links.append(link)


def test_every_internal_link_leads_somewhere():
    pages = {path: Page(path) for path in PAGES}
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            places = pages[target].places if target in pages else {unquote(parts.fragment)}
            if not target.exists() or unquote(parts.fragment) not in {"", *places}:
                broken.append(f"{path.relative_to(SITE)}: {link}")
    assert len(pages) > 50
    assert broken == []


def test_no_page_has_an_error_or_asks_elsewhere():
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        pytest.skip("no Chromium to open the pages with; on Debian: apt install chromium")
    found: list[str] = []
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        tab = browser.new_page()
        tab.on("pageerror", lambda error: found.append(f"{tab.url}: {error}"))
        tab.on(
            "console",
            lambda said: found.append(f"{tab.url}: {said.text}") if said.type == "error" else None,
        )
        tab.on(
            "request",
            lambda asked: (
                found.append(f"{tab.url}: {asked.url}")
                if urlsplit(asked.url).scheme not in ("file", "data")
                else None
            ),
        )
        for path in PAGES:
            tab.goto(path.as_uri())
        browser.close()
    assert found == []
