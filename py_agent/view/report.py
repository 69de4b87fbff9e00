# SPDX-License-Identifier: MIT
"""Writes figure and report page of a run."""

from __future__ import annotations

import html
import io
from collections.abc import Sequence

import yaml

from py_agent.experiment.run_folder import RunFolder
from py_agent.view.figure import draw_run
from py_agent.view.tables import result_rows

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem;
       color: #222; }
figure { margin: 0; } svg { width: 100%; height: auto; }
table { border-collapse: collapse; } td { padding: .2rem 1rem .2rem 0; border-top: 1px solid #ddd; }
td + td { text-align: right; font-variant-numeric: tabular-nums; }
.columns { display: flex; flex-wrap: wrap; gap: 3rem; } pre { background: #f5f5f5; padding: 1rem; }
"""


def write_report(folder: RunFolder) -> None:
    """Write ``figure.png`` and ``report.html``: one page, complete in itself, for any browser."""
    figure = draw_run(folder)
    figure.savefig(folder.figure, dpi=110)
    svg = io.StringIO()
    figure.savefig(svg, format="svg")
    picture = svg.getvalue()
    summary = folder.read_summary()
    title = html.escape(f"{summary['scenario']}, policy {summary['policy']}")
    settings = yaml.safe_load(folder.settings.read_text())
    folder.report.write_text(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>{_STYLE}</style></head><body>
<h1>{title}</h1>
<figure>{picture[picture.index("<svg") :]}</figure>
<div class="columns">
<section><h2>Result</h2>{_table(result_rows(summary))}</section>
<section><h2>Settings</h2><pre>{html.escape(yaml.safe_dump(settings, sort_keys=False))}</pre>
</section>
</div>
</body></html>
"""
    )


def _table(rows: Sequence[tuple[str, str]]) -> str:
    cells = "".join(
        f"<tr><td>{html.escape(what)}</td><td>{html.escape(value)}</td></tr>"
        for what, value in rows
    )
    return f"<table>{cells}</table>"
