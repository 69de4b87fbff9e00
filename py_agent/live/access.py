# SPDX-License-Identifier: MIT
"""Who may see a page and connect to it."""

from __future__ import annotations

import ipaddress
import secrets
from urllib.parse import urlsplit


class Access:
    """Says of every request whether it is answered.

    On a loopback address whoever is on this machine may look, by a page of ours: the host that was
    asked for must be a name of this machine, so that no other site's name leads here, and a page
    that connects must be ours. Anywhere else a token, which the address of the page has in its
    path, is needed as well.

    Args:
        address: that is listened at.

    Attributes:
        token: the path's first part; empty on a loopback address.

    Example:
        >>> access = Access("127.0.0.1")
        >>> access.token, access.refuses("127.0.0.1:8000", "https://example.org")
        ('', 'a page of https://example.org')
        >>> len(Access("0.0.0.0").token)
        43
    """

    def __init__(self, address: str) -> None:
        self._is_loopback = is_loopback(address)
        self.token = "" if self._is_loopback else secrets.token_urlsafe(32)

    def refuses(self, host: str, origin: str | None) -> str:
        """Why a request is refused by where it comes from; empty: it is not.

        Args:
            host: of the address that was asked for, with its port.
            origin: of the page that asks; None: no page does.
        """
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:  # a bracket that is not closed
            name = ""
        if self._is_loopback and not is_loopback(name):
            return f"the host {host}"
        if origin is not None and origin != f"http://{host}":
            return f"a page of {origin}"
        return ""

    def path_of(self, path: str) -> str | None:
        """A path without its token; None: it has another one, or none."""
        if not self.token:
            return path
        token, slash, rest = path.removeprefix("/").partition("/")
        if not secrets.compare_digest(token.encode(), self.token.encode()):
            return None
        return slash + rest


def is_loopback(name: str) -> bool:
    """Whether an address or name leads to this machine alone.

    >>> [is_loopback(name) for name in ("localhost", "127.0.0.1", "::1", "0.0.0.0", "example.org")]
    [True, True, True, False, False]
    """
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
