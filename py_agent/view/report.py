# SPDX-License-Identifier: MIT
"""Writes figure and report page of a run."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

from ns3_bridge import InvalidSetting
from py_agent import yaml_text
from py_agent.experiment.paired_run import baseline_of
from py_agent.experiment.run_data import slot_rewards
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_summary import decider, has_tasks, summary_of
from py_agent.view.figure import draw_run, is_network
from py_agent.view.figure_file import save_figure
from py_agent.view.page import details, page, picture, table
from py_agent.view.pair_table import pair_rows, pair_sentence
from py_agent.view.tables import result_rows
from py_agent.view.worst_moments import HEADER, worst_moments
from py_agent.whole_files import replace_text

_FILES = {
    "slots.parquet": "observations and actions, a row per slot",
    "frames.parquet": "delays, costs, accuracy and handovers, a row per frame",
    "task.parquet": "every task, with the times of its stages",
    "handover.parquet": "every handover, with its outcome and its interruption",
    "radio_link.parquet": "every lost connection",
    "stay.parquet": "every stay of a user",
    "accuracy.parquet": "every user's accuracy, frame by frame",
    "training.parquet": "every retraining job",
    "last_observation.parquet": "what was observed after the last slot",
    "summary.json": "the numbers of this page",
    "run.json": "how the run ended, and which files it used",
    "settings.yaml": "all settings: ns3-twin run --config settings.yaml repeats the run",
    "ns3.log": "what ns-3 logged",
    "figure.png": "the picture above",
}


def write_report(folder: RunFolder) -> None:
    """Write ``figure.png`` and ``report.html`` of a run, also of one that ended early.

    A baseline that was run beside it stands beside it.

    Raises:
        DamagedRun: a file of it is damaged; the message names it.
        InvalidSetting: it ended before its first slot.
    """
    if len(slot_rewards(folder)) == 0:
        raise InvalidSetting(f"{folder.path} has recorded no slot: there is nothing to draw")
    baseline = baseline_of(folder)
    figure = draw_run(folder, baseline)
    save_figure(figure, folder.figure)
    figure.set_layout_engine("none")  # it is laid out: not once more for the page
    summary = summary_of(folder)
    other = None if baseline is None else summary_of(baseline)
    beside = "" if other is None else f" beside {decider(other)}"
    title = f"{summary['scenario']}: {decider(summary)}{beside}"
    body = "\n".join(
        [
            _in_words(summary, other),
            picture(figure),
            _result(summary, other),
            _moments(folder, summary),
            _what_was_run(folder, summary, baseline),
            _data(folder),
            details(
                "Settings", f"<pre>{html.escape(yaml_text.dump(folder.read_settings()))}</pre>"
            ),
        ]
    )
    replace_text(folder.report, page(title, body))


def _in_words(summary: Mapping[str, Any], other: Mapping[str, Any] | None) -> str:
    if other is None:
        return ""
    sentence = html.escape(pair_sentence(summary, other))
    return (
        f"<p><strong>{sentence}</strong> One seed is one sample: <code>ns3-twin compare</code> "
        "takes many, with intervals.</p>"
    )


def _result(summary: Mapping[str, Any], other: Mapping[str, Any] | None) -> str:
    if other is None:
        return f"<h2>Result</h2>{table(result_rows(summary))}"
    header = ("", decider(summary), f"baseline: {decider(other)}", "difference")
    return f"<h2>Result</h2>{table(pair_rows(summary, other), header)}"


def _moments(folder: RunFolder, summary: Mapping[str, Any]) -> str:
    if not has_tasks(summary) or not is_network(folder):
        return ""
    rows = worst_moments(folder, summary)
    return f"<h2>When tasks waited longest</h2>{table(rows, HEADER)}" if rows else ""


def _what_was_run(folder: RunFolder, summary: Mapping[str, Any], baseline: RunFolder | None) -> str:
    rows = [(name, value) for name, value in _facts(folder, summary) if value]
    text = table(rows)
    if baseline is not None:
        where = html.escape(f"../{baseline.path.name}/{baseline.report.name}")
        text += f'<p><a href="{where}">Report of the baseline</a></p>'
    return f"<h2>What was run</h2>{text}"


def _facts(folder: RunFolder, summary: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    settings = folder.read_settings().get("settings", {})
    record = folder.read_record()
    network = f"scenario {summary['scenario']}"
    if summary["n_ue"] is not None:
        network += f": {summary['n_ue']} users, {summary['n_bs']} base stations"
    yield "network", network
    yield "time", f"{summary['sim_time_s']:g} s of ns-3 {summary['ns3_version']}"
    yield "seed", str(summary["seed"])
    if {"slot_s", "slots_per_frame"} <= set(settings):
        slot_s = settings["slot_s"]
        yield (
            "decisions",
            f"shares every {1e3 * slot_s:g} ms (a slot), association every "
            f"{slot_s * settings['slots_per_frame']:g} s (a frame)",
        )
    yield f"policy {summary['policy']}", str(record.get("policy_summary", ""))
    if summary.get("retrain"):
        rule = summary["retrain"]
        yield "retraining", "decided by the policy" if rule == "policy" else f"rule {rule}"
    yield "ended early", str(summary.get("early_end", ""))


def _data(folder: RunFolder) -> str:
    links = [
        f'<li><a href="{name}">{name}</a>: {what}</li>'
        for name, what in _FILES.items()
        if (folder.path / name).exists()
    ]
    return f"<h2>Data</h2><ul>{''.join(links)}</ul>"
