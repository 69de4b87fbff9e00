"""The documentation says what is so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

import ns3_scenarios
from ns3_bridge import describe
from py_agent.cli.app import app
from py_agent.view.markdown import description_markdown

REPOSITORY = Path(__file__).parents[1]
OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]+")
#: Options of scenario programs, docker, SUMO and programs of ns3-gym, which pages name alone.
OF_OTHERS = {
    *("--help", "--describe", "--build-arg", "--fcd-output", "--human-readable-time"),
    *("--openGymPort", "--simSeed"),
}
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


PAGES = (
    "README.md",
    "docs/branching.md",
    "docs/comparing.md",
    "docs/live.md",
    "docs/policies.md",
    "docs/twin.md",
)


def sections():
    """Page, heading and code blocks of all sections that have some; each stands for itself."""
    for page in PAGES:
        for text in re.split("^## ", (REPOSITORY / page).read_text(), flags=re.MULTILINE):
            if blocks := BLOCK.findall(text):
                yield page, text.partition("\n")[0], blocks


SECTIONS = list(sections())


def test_every_page_has_code_blocks():
    assert {page for page, _, _ in SECTIONS} == set(PAGES)
    assert sum(len(blocks) for page, _, blocks in SECTIONS if page == "README.md") > 20


@pytest.mark.long
@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: f"{section[0]}: {section[1]}")
def test_every_code_block_runs(section, tmp_path):
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "MINARI_DATASETS_PATH": str(tmp_path),
        "XDG_CACHE_HOME": str(REPOSITORY / "build" / "test-cache"),
    }
    for language, code in section[2]:
        if code.startswith("# file: "):
            (tmp_path / code.splitlines()[0].removeprefix("# file: ")).write_text(code)
            continue
        command = [sys.executable, "-c", code] if language == "python" else ["bash", "-ec", code]
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=900
        )
        assert done.returncode == 0, f"{code}\n{done.stdout}\n{done.stderr}"


def test_the_pages_of_the_scenarios_hold_their_declarations():
    page = (REPOSITORY / "docs" / "scenarios" / "cellular.md").read_text()
    described = describe([ns3_scenarios.program("cellular")])
    assert page.endswith(description_markdown(described) + "\n"), "run `make docs`"


def options_of(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    names = command.list_commands(None) if hasattr(command, "list_commands") else []
    for name in names:
        yield from options_of(command.get_command(None, name))


def test_options_that_pages_name_exist():
    options = {*options_of(typer.main.get_command(app)), *OF_OTHERS}
    unknown = {
        (page.name, option)
        for page in [REPOSITORY / "README.md", *(REPOSITORY / "docs").rglob("*.md")]
        for span in re.findall(r"`((?:ns3-twin |--)[^`\n]+)`", page.read_text())
        for option in OPTION.findall(span)
        if option not in options
    }
    assert not unknown
