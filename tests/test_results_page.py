"""Tables of the page of results are those of the bundled results."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]


def test_tables_are_of_the_published_results():
    page = (REPOSITORY / "docs" / "results.md").read_text(encoding="utf-8")
    assert page.count("<!-- published ") == page.count("<!-- end -->") > 0
    command = [sys.executable, "-m", "benchmarks.results_page", "--check"]
    checked = subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, encoding="utf-8", timeout=300, check=False
    )
    assert checked.returncode == 0, checked.stderr
