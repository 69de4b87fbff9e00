"""Pages and help texts use the field's words, in short sentences."""

from __future__ import annotations

import re

import pytest
import typer.main
from test_docs import PAGES, REPOSITORY, texts_of

from py_agent.cli.app import app

#: What was written once, and what to write instead.
INSTEAD = {
    r"\bcomes? along\b": "is bundled",
    r"\bgoes on where\b": "if interrupted, rerun the same command to resume",
    r"\bkilled, ": "if interrupted, …",
    r"\busers? walks?\b": "users move",
    r"\bbelieves?\b": "estimates",
    r"\bof one's own\b": "of your own",
    r"\bhow to mend\b": "what to do",
    r"\bknobs?\b": "parameters",
    r"\banew\b": "again",
    r"\bfutures of\b": "rollouts",
    r"\bforetell|\bforesee": "predict",
    r"\bwho is served\b": "which station serves",
}
LONGEST_SENTENCE = 45  # words; most have fewer than 25
SENTENCES = re.compile(r"(?<=[.!?:;])\s+|\n\s*\n|\n\s*[-*|#>]|\|")


def words_of(text):
    """Prose alone: without code, links, tables' rules and pictures."""
    text = re.sub(r"^(```|~~~|:::).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`]*`|\]\([^)]*\)|<!--.*?-->", " x ", text)


BENCHMARKS = [
    path.relative_to(REPOSITORY).as_posix()
    for path in sorted((REPOSITORY / "py_agent" / "benchmark").rglob("*.yaml"))
]


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md", *BENCHMARKS])
def test_a_page_uses_the_words_of_the_field(page):
    text = words_of((REPOSITORY / page).read_text(encoding="utf-8"))
    found = [(word, instead) for word, instead in INSTEAD.items() if re.search(word, text)]
    assert found == []


@pytest.mark.parametrize("page", PAGES)
def test_sentences_of_a_page_are_short(page):
    text = words_of((REPOSITORY / page).read_text(encoding="utf-8"))
    long = [s for s in SENTENCES.split(text) if len(re.findall(r"\w+", s)) > LONGEST_SENTENCE]
    assert long == []


def test_help_texts_use_the_words_of_the_field():
    told = "\n".join(texts_of(typer.main.get_command(app)))
    assert "Compare policies over seeds" in told
    assert [word for word in INSTEAD if re.search(word, told)] == []
