# SPDX-License-Identifier: MIT
"""The files of the page."""

from __future__ import annotations

from pathlib import Path

PAGE = Path(__file__).parent / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
#: What a page may do that is served: run our scripts, and talk to us.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def asset(path: str) -> Path | None:
    """The file that a path of a request means; None: there is no such file.

    >>> asset("/").name, asset("/../messages.py")
    ('index.html', None)
    """
    file = (PAGE / (path.lstrip("/") or "index.html")).resolve()
    is_ours = file.is_relative_to(PAGE.resolve()) and file.suffix in TYPES and file.is_file()
    return file if is_ours else None
