# SPDX-License-Identifier: MIT
"""The command ``ns3-twin benchmark``."""

from __future__ import annotations

import dataclasses
import functools
import json
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from py_agent.cli.compare import execute_with_bar, show_tables
from py_agent.cli.consoles import err, out
from py_agent.cli.executor import RayAddress, executor_of
from py_agent.whole_files import replace_text

if TYPE_CHECKING:
    from py_agent.benchmark.outcome import SettingOutcome
    from py_agent.benchmark.plan import Plan
    from py_agent.benchmark.setting import BenchmarkSetting
    from py_agent.compare.results_file import RunResult
    from py_agent.executor import Executor

_FOLDER = Path("runs/benchmark")


def benchmark(
    own: Annotated[
        list[str] | None,
        typer.Option(
            "--policy",
            help="Policy to add to the tables, e.g. my.py:Policy; my.py:Policy@policy if it "
            "retrains models itself. May be repeated.",
        ),
    ] = None,
    settings: Annotated[
        str | None, typer.Option(help="Comma-separated names of settings.", show_default="all five")
    ] = None,
    policies: Annotated[
        str | None,
        typer.Option(help="Comma-separated, in place of the suite's.", show_default="the suite's"),
    ] = None,
    seeds: Annotated[
        str | None, typer.Option(help="1-5 or 1,3,8-10.", show_default="8101-8120")
    ] = None,
    duration: Annotated[
        float | None,
        typer.Option(help="Simulated seconds of each run.", show_default="120", min=1),
    ] = None,
    bound_seeds: Annotated[
        str | None,
        typer.Option(
            "--oracle",
            help="Also run the oracle, under these seeds: 8101-8105. Takes hours.",
        ),
    ] = None,
    published: Annotated[
        bool,
        typer.Option(
            "--published",
            help="Take bundled results in place of runs: of all policies that have them "
            "under all seeds, or of those of --policies. The check that this computer computes the "
            "same takes a minute.",
        ),
    ] = False,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help="Few seeds, short runs, three policies: under ten minutes on two cores."
        ),
    ] = False,
    jobs: Annotated[
        int | None, typer.Option(help="Runs side by side.", show_default="one per core", min=1)
    ] = None,
    ray: RayAddress = None,
    folder: Annotated[
        Path, typer.Option("--out", help="Folder of results; runs that it has are not repeated.")
    ] = _FOLDER,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all rows as JSON in the last line.")
    ] = False,
) -> None:
    """Compare policies on fixed, feasible settings. If interrupted, rerun it to resume."""
    from py_agent.benchmark.plan import Plan, quick_plan
    from py_agent.experiment.seeds import parse_seeds

    plan = quick_plan() if quick else Plan()
    given: dict[str, Any] = {
        "own": own,
        "settings": settings and settings.split(","),
        "seeds": seeds and parse_seeds(seeds),
        "duration_s": duration,
        "bound_seeds": bound_seeds and parse_seeds(bound_seeds),
        "policies": policies and policies.split(","),
        "policies_with_models": policies and policies.split(","),
    }
    plan = dataclasses.replace(plan, **{name: value for name, value in given.items() if value})
    chosen = _all_chosen(plan, published, settings is None, policies is None)
    plan = dataclasses.replace(plan, settings=[one.setting.name for one in chosen])
    outcomes: list[SettingOutcome] = []
    with executor_of(ray, jobs) as executor:
        for one in chosen:
            place = folder / one.setting.version / one.setting.name
            if not as_json:
                told = f"; {len(one.published)} runs are published" if published else ""
                err().print(f"{one.setting.name}: {one.setting.title}{told}", highlight=False)
            outcomes.append(_run(one, place, executor))
            if not as_json:
                _show(outcomes[-1], place)
    unpublished = "policies without published results" if published and policies is None else ""
    left_out = ", ".join(filter(None, (plan.left_out, unpublished)))
    if left_out:
        err().print(f"left out: {left_out}", highlight=False)
    if as_json:
        found = [outcome.to_json() for outcome in outcomes]
        version = ", ".join(dict.fromkeys(one.setting.version for one in chosen))
        print(json.dumps({"version": version, "left_out": left_out, "settings": found}))
    failures = [failure for outcome in outcomes for failure in outcome.comparison.failures]
    for failure in failures:
        typer.secho(f"failed: {failure}", fg="red", err=True)
    if failures:
        raise typer.Exit(1)


class _Chosen(NamedTuple):
    setting: BenchmarkSetting
    plan: Plan
    published: dict[str, RunResult]


def _all_chosen(plan: Plan, published: bool, any_setting: bool, any_policy: bool) -> list[_Chosen]:
    """What to run; where nobody has named settings, those of which something is published."""
    from py_agent.benchmark.published import NothingPublished
    from py_agent.benchmark.setting import benchmark_setting

    chosen: list[_Chosen] = []
    missing: list[NothingPublished] = []
    for name in plan.settings:
        try:
            chosen.append(_chosen(benchmark_setting(name), plan, published, any_policy))
        except NothingPublished as error:
            missing.append(error)
    if missing and not (any_setting and chosen):
        raise missing[0]
    return chosen


def _chosen(setting: BenchmarkSetting, plan: Plan, published: bool, any_policy: bool) -> _Chosen:
    """What to run of a setting, and what is known of it."""
    from py_agent.benchmark.published import PublishedResults

    if not published:
        return _Chosen(setting, plan, {})
    kept = PublishedResults(setting)
    if any_policy:
        plan = plan.only(setting, kept.policies(dataclasses.replace(plan, own=())))
    cells = plan.grid(setting).cells()
    if plan.bound_seeds:
        cells += plan.bound_grid(setting).cells()
    return _Chosen(setting, plan, kept.of(cells))


def _run(chosen: _Chosen, place: Path, executor: Executor) -> SettingOutcome:
    """One setting, and what its folder tells of it."""
    from py_agent.benchmark.suite import run_setting
    from py_agent.compare.results_file import ResultsFile
    from py_agent.folder_lock import locked
    from py_agent.view.comparison import write_comparison

    with locked(place):
        results = ResultsFile(place / "results.jsonl", chosen.published)
        run = functools.partial(execute_with_bar, results=results, executor=executor)
        outcome = run_setting(chosen.setting, chosen.plan, results, run)
        write_comparison(outcome.comparison, place, shlex.join(["ns3-twin", *sys.argv[1:]]))
        text = json.dumps(outcome.to_json(), indent=2)
        replace_text(place / "benchmark.json", text + "\n")
    return outcome


def _show(outcome: SettingOutcome, place: Path) -> None:
    words = {True: "yes", False: "no", None: "not known"}
    out().print(
        f"feasible: {words[outcome.judged.feasible]}; stationary: {words[outcome.is_stationary]}",
        highlight=False,
    )
    show_tables(outcome.comparison)
    if outcome.gap is not None:
        out().print(outcome.gap.note, highlight=False)
        for policy, part in outcome.gap.closed.items():
            out().print(f"{policy} closes {part:.0%} of it", highlight=False)
    print(f"report  {place}/report.html")
