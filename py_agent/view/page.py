# SPDX-License-Identifier: MIT
"""The look of all HTML pages: complete in themselves, for any browser."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence

from matplotlib import rc_context
from matplotlib.figure import Figure

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; }
figure { margin: 0; } svg text { font-family: "DejaVu Sans", Verdana, sans-serif; }
svg { width: 100%; height: auto; }
table { border-collapse: collapse; } td { padding: .2rem 1rem .2rem 0; border-top: 1px solid #ddd; }
td:first-child { white-space: pre; }
td + td { text-align: right; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; } th { text-align: left; padding: .2rem 1rem .2rem 0; }
summary { cursor: pointer; font-size: 1.5em; font-weight: bold; margin: 1.5rem 0 .5rem; }
pre { background: #f5f5f5; padding: 1rem; }
"""


def page(title: str, body: str) -> str:
    """A page of HTML.

    Args:
        title: text.
        body: HTML.
    """
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>
<meta name="viewport" content="width=device-width">
<style>{_STYLE}</style></head><body>
<h1>{html.escape(title)}</h1>
{body}
</body></html>
"""


def details(title: str, body: str) -> str:
    """HTML that is folded away until somebody asks for it."""
    return f"<details><summary>{html.escape(title)}</summary>{body}</details>"


def picture(figure: Figure) -> str:
    """A figure as HTML."""
    svg = io.StringIO()
    # Letters as letters, and no points that the eye cannot tell apart: pages stay small.
    with rc_context({"svg.fonttype": "none", "path.simplify_threshold": 0.5}):
        figure.savefig(svg, format="svg")
    text = svg.getvalue()
    return f"<figure>{text[text.index('<svg') :]}</figure>"


def table(rows: Sequence[Sequence[str]], header: Sequence[str] = ()) -> str:
    """A table of text as HTML."""
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in header)
    lines = "".join(
        "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return f'<div class="wide"><table><tr>{head}</tr>{lines}</table></div>'
