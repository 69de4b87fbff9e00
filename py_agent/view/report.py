# SPDX-License-Identifier: MIT
"""Writes figure and report page of a run."""

from __future__ import annotations

import html

from ns3_bridge import InvalidSetting
from py_agent import yaml_text
from py_agent.experiment.run_data import slot_rewards
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_summary import summary_of
from py_agent.view.figure import draw_run
from py_agent.view.page import page, picture, table
from py_agent.view.tables import result_rows


def write_report(folder: RunFolder) -> None:
    """Write ``figure.png`` and ``report.html`` of a run, also of one that ended early.

    Raises:
        DamagedRun: a file of it is damaged; the message names it.
        InvalidSetting: it ended before its first slot.
    """
    if len(slot_rewards(folder)) == 0:
        raise InvalidSetting(f"{folder.path} has recorded no slot: there is nothing to draw")
    figure = draw_run(folder)
    figure.savefig(folder.figure, dpi=110)
    figure.set_layout_engine("none")  # it is laid out: not once more for the page
    summary = summary_of(folder)
    settings = folder.read_settings()
    folder.report.write_text(
        page(
            f"{summary['scenario']}, policy {summary['policy']}",
            f"""{picture(figure)}
<div class="columns">
<section><h2>Result</h2>{table(result_rows(summary))}</section>
<section><h2>Settings</h2><pre>{html.escape(yaml_text.dump(settings))}</pre>
</section>
</div>""",
        ),
        encoding="utf-8",
    )
