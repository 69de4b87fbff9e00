# SPDX-License-Identifier: MIT
"""Writes figure and report page of a run."""

from __future__ import annotations

import html

import yaml

from py_agent.experiment.run_folder import RunFolder
from py_agent.view.figure import draw_run
from py_agent.view.page import page, picture, table
from py_agent.view.tables import result_rows


def write_report(folder: RunFolder) -> None:
    """Write ``figure.png`` and ``report.html``."""
    figure = draw_run(folder)
    figure.savefig(folder.figure, dpi=110)
    summary = folder.read_summary()
    settings = yaml.safe_load(folder.settings.read_text(encoding="utf-8"))
    folder.report.write_text(
        page(
            f"{summary['scenario']}, policy {summary['policy']}",
            f"""{picture(figure)}
<div class="columns">
<section><h2>Result</h2>{table(result_rows(summary))}</section>
<section><h2>Settings</h2><pre>{html.escape(yaml.safe_dump(settings, sort_keys=False))}</pre>
</section>
</div>""",
        ),
        encoding="utf-8",
    )
