"""Commands that pages show and no test runs, being long or for another machine, are right."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main

from py_agent.cli.app import app
from py_agent.compare.grid import Grid
from py_agent.policies.registry import load_policy
from py_agent.policies.retraining import RETRAINING_RULES

REPOSITORY = Path(__file__).parents[1]
#: Blocks that `test_docs.py` runs are marked `bash`.
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = [
    REPOSITORY / "README.md",
    REPOSITORY / "CONTRIBUTING.md",
    REPOSITORY / "bridge" / "PROTOCOL.md",
    *sorted((REPOSITORY / "docs").rglob("*.md")),
]
#: Commands within a sentence.
SPAN = re.compile(r"`(ns3-twin [a-z][^`]*)`")
#: Options whose value names policies.
OF_POLICIES = {"policy", "policies", "baseline"}
#: Policies that a page lets its reader write.
OF_READERS = {"all-to-the-first"}


def shown(program: str) -> list[tuple[str, list[str]]]:
    """Page and arguments of every command of `program` in a block that no test runs."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall(page.read_text(encoding="utf-8")):
            values = dict(re.findall(r"^(?:export )?(\w+)=(\S+|\"[^\"]*\")$", block, re.MULTILINE))
            for line in block.replace("\\\n", " ").splitlines():
                for name, value in values.items():
                    line = re.sub(rf"\${name}\b", value.strip('"'), line)
                words = shlex.split(line, comments=True)
                words = words[1:] if words[:1] == ["exec"] else words
                if words[:1] == [program]:
                    found.append((page.relative_to(REPOSITORY).as_posix(), words[1:]))
    return found


def in_sentences() -> list[tuple[str, list[str]]]:
    """The same of commands within sentences."""
    return [
        (page.relative_to(REPOSITORY).as_posix(), shlex.split(span)[1:])
        for page in PAGES
        for span in SPAN.findall(page.read_text(encoding="utf-8"))
    ]


def identifiers(value: object) -> str:
    return " ".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize(
    ("page", "arguments"), [*shown("ns3-twin"), *in_sentences()], ids=identifiers
)
def test_a_command_that_no_test_runs_has_options_and_policies_that_exist(page, arguments):
    command: Any = typer.main.get_command(app)
    while hasattr(command, "get_command"):
        name, *arguments = arguments
        command = command.get_command(typer.Context(command), name)
        assert command is not None, f"{page}: there is no command {name}"
    given, left, _ = command.make_parser(typer.Context(command)).parse_args(arguments)
    assert left == [], page
    for option in OF_POLICIES & given.keys():
        values = given[option] if isinstance(given[option], list) else [given[option]]
        for label in (label for value in values for label in value.split(",")):
            policy, _, rule = label.partition("@")
            if policy not in OF_READERS and not re.search(r"[:=]", policy):  # a file, a class
                load_policy(policy)
                assert rule.partition("+")[0] in {"", "policy", *RETRAINING_RULES}, page
                Grid([label], [1]).cells()  # knows the parameters behind a plus


@pytest.mark.parametrize(("page", "arguments"), shown("make"), ids=identifiers)
def test_a_target_of_make_that_a_page_names_exists(page, arguments):
    targets = re.findall(r"^([\w-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE)
    assert arguments[0] in targets, page


@pytest.mark.parametrize(("page", "arguments"), shown("python"), ids=identifiers)
def test_a_program_that_a_page_names_exists(page, arguments):
    program, *after = arguments
    path = Path(*after[0].split(".")).with_suffix(".py") if program == "-m" else Path(program)
    assert (REPOSITORY / path).is_file(), page


def test_commands_are_found():
    assert len(shown("ns3-twin")) > 25
    assert len(shown("make")) > 5
