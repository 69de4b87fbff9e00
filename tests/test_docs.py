"""The documentation says what is so."""

from __future__ import annotations

import ast
import contextlib
import os
import re
import shutil
import signal
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
#: Options of scenario programs, examples, docker, SUMO and programs of ns3-gym, which pages name
#: alone.
OF_OTHERS = {
    *("--help", "--describe", "--build-arg", "--fcd-output", "--human-readable-time"),
    *("--openGymPort", "--simSeed", "--team"),
}
#: Messages that ns-3 and pydantic write.
OF_OTHER_PROGRAMS = {"Invalid command-line argument", "Input should be less than or equal to"}
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


PAGES = [
    page.relative_to(REPOSITORY).as_posix()
    for page in [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    if "_generated" not in page.parts
]


def sections():
    """Page, heading and code blocks of all sections that have some; each stands for itself."""
    for page in PAGES:
        for text in re.split("^## ", (REPOSITORY / page).read_text(), flags=re.MULTILINE):
            if blocks := BLOCK.findall(text):
                yield page, text.partition("\n")[0], blocks


SECTIONS = list(sections())


def test_code_blocks_are_found():
    pages = {page for page, _, _ in SECTIONS}
    assert {"README.md", "docs/quick-start.md", "docs/guides/gymnasium.md"} < pages
    assert sum(len(blocks) for _, _, blocks in SECTIONS) > 40


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
        said = tmp_path / "said.txt"
        with (
            said.open("w") as output,
            subprocess.Popen(
                command,
                cwd=tmp_path,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            ) as shell,
        ):
            try:
                status = shell.wait(900)
            finally:  # with what a block that fails has left in the background
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(shell.pid, signal.SIGKILL)
        assert status == 0, f"{code}\n{said.read_text()}"


def test_a_declaration_as_markdown_has_every_setting_and_field():
    described = describe([ns3_scenarios.program("cellular")])
    text = description_markdown(described)
    schema = described.schema
    names = [setting["name"] for setting in described.settings]
    names += [field.name for field in (*schema.observations, *schema.actions)]
    assert [name for name in names if f"| `{name}` |" not in text] == []
    assert text.endswith(f"Unit {schema.reward_unit}: {schema.reward_help}.\n")


def options_of(command: Any) -> Iterator[str]:
    for parameter in command.params:
        yield from (*parameter.opts, *parameter.secondary_opts)
    names = command.list_commands(None) if hasattr(command, "list_commands") else []
    for name in names:
        yield from options_of(command.get_command(None, name))


def texts_of(command: Any) -> Iterator[str]:
    """What the help of a command and of those below it says."""
    yield command.help or ""
    for parameter in command.params:
        yield getattr(parameter, "help", None) or ""
    names = command.list_commands(None) if hasattr(command, "list_commands") else []
    for name in names:
        yield from texts_of(command.get_command(None, name))


def test_options_that_pages_name_exist():
    options = {*options_of(typer.main.get_command(app)), *OF_OTHERS}
    unknown = {
        (page, option)
        for page in PAGES
        for span in re.findall(r"`((?:ns3-twin |--)[^`\n]+)`", (REPOSITORY / page).read_text())
        for option in OPTION.findall(span)
        if option not in options
    }
    assert not unknown


def literals_of(source: Path) -> Iterator[str]:
    """Texts that a source file may print; what f-strings put in is left out."""
    text = source.read_text(encoding="utf-8")
    if source.suffix != ".py":  # of make or C++
        yield text
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.JoinedStr):
            parts = [getattr(part, "value", "") for part in node.values]
            yield "".join(part if isinstance(part, str) else "…" for part in parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_messages_of_the_troubleshooting_page_are_real():
    sources = [REPOSITORY / "Makefile"]
    for folder in ("bridge", "py_agent", "ns3_scenarios"):
        sources += [s for kind in ("*.py", "*.cc") for s in (REPOSITORY / folder).rglob(kind)]
    told = "\n".join(text for source in sources for text in literals_of(source))
    page = (REPOSITORY / "docs" / "guides" / "troubleshooting.md").read_text(encoding="utf-8")
    messages = re.findall(r"^### `(.*)`$", page, re.MULTILINE)
    parts = {part.strip(" :,") for message in messages for part in message.split("…")}
    assert len(messages) > 30
    assert {part for part in parts if part not in told} == OF_OTHER_PROGRAMS
