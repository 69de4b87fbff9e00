"""`llms.txt`: what the site holds, page by page, for language models (llmstxt.org)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from pathlib import Path

TREE = re.compile(r"```\{toctree\}\n(.*?)```", re.DOTALL)


def text(docs: Path) -> str:
    """Title, summary, and all pages of the index by its captions, with their first sentence."""
    index = (docs / "index.md").read_text(encoding="utf-8")
    lines = [f"# {_title(index)}", "", f"> {_first_sentence(index)}", ""]
    for tree in TREE.findall(index):
        caption = re.search(r":caption: (.*)", tree)
        assert caption
        lines += [f"## {caption[1]}", "", *_links(docs, tree), ""]
    return "\n".join(lines)


def _links(docs: Path, tree: str) -> Iterator[str]:
    for name in tree.splitlines():
        source = docs / f"{posixpath.normpath(name)}.md"
        if name and not name.startswith(":") and source.exists():  # a notebook has no page here
            page = source.read_text(encoding="utf-8")
            place = source.relative_to(docs).as_posix()
            yield f"- [{_title(page)}](_sources/{place}.txt): {_first_sentence(page)}"
            for below in TREE.findall(page):
                yield from _links(docs, "\n".join(f"{name}/../{n}" for n in below.splitlines()))


def _title(page: str) -> str:
    return page.splitlines()[0].removeprefix("# ")


def _first_sentence(page: str) -> str:
    """Of the first paragraph of prose, without links."""
    prose = (part for part in page.split("\n\n")[1:] if part[0].isalnum() or part[0] in "`*[")
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(next(prose).split()))
    return re.split(r"(?<=\w\.) (?=[A-Z])|(?<=:) (?=[A-Z`-])", text)[0]
