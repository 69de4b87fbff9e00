"""Text is UTF-8 wherever the product reads or writes it, whatever the locale says."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
FOLDERS = ("benchmarks", "bridge", "examples", "ns3_scenarios", "py_agent")
OF_TEXT = {"read_text", "write_text", "open", "fdopen"}


def calls_without_encoding(tree):
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        words = {word.arg: word.value for word in call.keywords}
        if "encoding" in words:
            continue
        says_text = {"text", "universal_newlines"} & set(words)
        if says_text or (name in OF_TEXT and is_of_text(name, call, words)):
            yield call.lineno


def is_of_text(name, call, words):
    if name in ("read_text", "write_text"):
        return True
    owner = getattr(getattr(call.func, "value", None), "id", "")
    if owner in ("os", "gzip", "bz2", "lzma", "Segment") and name == "open":
        return False  # descriptors, bytes, shared memory
    modes = [a.value for a in [*call.args, *words.values()] if isinstance(a, ast.Constant)]
    return not any(isinstance(mode, str) and "b" in mode and len(mode) < 4 for mode in modes)


def sources():
    listed = subprocess.run(
        ["git", "ls-files", *(f"{folder}/**.py" for folder in FOLDERS)],
        cwd=REPOSITORY,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return listed.stdout.split()


def test_every_text_file_and_every_pipe_has_an_encoding():
    found = [
        f"{source}:{line}"
        for source in sources()
        for line in calls_without_encoding(
            ast.parse((REPOSITORY / source).read_text(encoding="utf-8"))
        )
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("path.read_text()", [1]),
        ("path.write_text('a')", [1]),
        ("open(path)", [1]),
        ("path.open('a')", [1]),
        ("subprocess.run(command, text=True)", [1]),
        ("open(path, 'rb'); path.open(mode='wb'); os.open(path, flags)", []),
        ("path.read_text(encoding='utf-8')", []),
    ],
)
def test_the_search_finds_text_without_an_encoding(code, lines):
    assert [*calls_without_encoding(ast.parse(code))] == lines
