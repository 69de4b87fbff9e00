# SPDX-License-Identifier: MIT
"""One HTML file with page and runs in it, to be sent and opened anywhere."""

from __future__ import annotations

import base64
import gzip
import html
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from py_agent.live.assets import PAGE
from py_agent.live.messages import Message, unpack

_KEPT_BITS = 12  # of the 23 of a mantissa: what is left out is 0.012 % of a value at most
# Nothing is loaded from anywhere, whatever the file is opened in.
_POLICY = "default-src 'none'; script-src 'unsafe-inline' data:; style-src 'unsafe-inline'"
_IMPORT = re.compile(r'from "\./([\w.]+)"')


def single_page(title: str, runs: Sequence[Iterable[Message]]) -> str:
    """The page as one file; values of slots are rounded to four digits.

    Args:
        title: of the page.
        runs: the messages of each.
    """
    page = (PAGE / "index.html").read_text(encoding="utf-8")
    style = "\n".join(_text(name) for name in ("uplot/uPlot.min.css", "style.css"))
    modules = sorted(file.name for file in PAGE.glob("*.js"))
    imports = {f"live/{name}": _data_url(_module(name)) for name in modules}
    head = f"""<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{html.escape(title)}</title>
<style>{style}</style>
<!-- {_text("uplot/LICENSE")}-->
<script>{_text("uplot/uPlot.iife.min.js")}</script>
<script type="importmap">{json.dumps({"imports": imports})}</script>
<script type="module">import "live/main.js";</script>"""
    before, rest = page.split("<title>", 1)
    body = rest.partition("</head>")[2]
    recorded = base64.b64encode(packed_runs(runs)).decode()
    data = f'<script id="recorded" type="application/octet-stream">{recorded}</script>'
    return f"{before}{head}\n</head>{body.replace('</body>', f'{data}{chr(10)}</body>')}"


def packed_runs(runs: Sequence[Iterable[Message]]) -> bytes:
    """All messages, compressed: what is no slot as JSON, then the values of slots.

    These are columns over slots, each as the bits in which it differs from the slot before: most
    fields change seldom.
    """
    told: list[dict[str, Any]] = []
    columns: list[NDArray[np.uint32]] = []
    for messages in runs:
        texts: list[Any] = []
        heads: list[dict[str, Any]] = []
        rows: list[NDArray[np.float32]] = []
        for message in messages:
            if isinstance(message.data, str):
                texts.append(json.loads(message.data))
            else:
                head, values = unpack(message.data)
                heads.append(head)
                rows.append(values)
        begin, *after = texts
        facts = {name: [head[name] for head in heads] for name in ("slot", "time_s", "reward")}
        told.append({"before": begin, "after": after, "n_values": len(rows[0]), **facts})
        columns.append(_differences(_rounded(np.stack(rows))))
    head_text = json.dumps({"runs": told}, separators=(",", ":")).encode()
    head_text += b" " * (-len(head_text) % 4)
    parts = [len(head_text).to_bytes(4, "little"), head_text]
    parts += [np.ascontiguousarray(values.T).astype("<u4").tobytes() for values in columns]
    return gzip.compress(b"".join(parts), 9, mtime=0)


def _rounded(values: NDArray[np.float32]) -> NDArray[np.uint32]:
    """Bits of values whose mantissas are cut to `_KEPT_BITS`, to the nearest."""
    cut = 23 - _KEPT_BITS
    mask = np.uint32(0xFFFFFFFF << cut & 0xFFFFFFFF)
    finite = np.isfinite(values)
    bits = values.view(np.uint32)
    rounded: NDArray[np.uint32] = np.where(finite, (bits + np.uint32(1 << cut >> 1)) & mask, bits)
    return rounded


def _differences(bits: NDArray[np.uint32]) -> NDArray[np.uint32]:
    different = bits.copy()
    different[1:] ^= bits[:-1]
    return different


def _text(name: str) -> str:
    return (PAGE / name).read_text(encoding="utf-8").replace("</script", "<\\/script")


def _module(name: str) -> str:
    """A script whose imports the page's map of imports finds."""
    return _IMPORT.sub(r'from "live/\1"', _text(name))


def _data_url(script: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()
