"""Write the pages that follow from the code into docs/_generated: `make docs`."""

from __future__ import annotations

from pathlib import Path

from . import command_line, cpp_reference, declarations, llms_text

DOCS = Path(__file__).parents[1]


def main() -> None:
    """All of them."""
    folder = DOCS / "_generated"
    folder.mkdir(exist_ok=True)
    for name, text in {
        **declarations.pages(),
        "command-line.md": command_line.page(),
        "cpp.md": cpp_reference.page(DOCS.parent),
        "llms.txt": llms_text.text(DOCS),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")


main()
