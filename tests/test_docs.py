"""The documentation says what is so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import ns3_scenarios
from ns3_bridge import describe
from py_agent.view.markdown import description_markdown

REPOSITORY = Path(__file__).parents[1]
BLOCK = re.compile(r"^```(python|bash)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.timeout(3000)  # some forty commands, one after the other
@pytest.mark.parametrize(
    ("page", "fewest"),
    [
        ("README.md", 5),
        ("docs/branching.md", 5),
        ("docs/comparing.md", 1),
        ("docs/policies.md", 2),
        ("docs/twin.md", 2),
    ],
)
def test_every_code_block_runs(page, fewest, tmp_path):
    shutil.copytree(REPOSITORY / "examples", tmp_path / "examples")
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "MINARI_DATASETS_PATH": str(tmp_path),
        "XDG_CACHE_HOME": str(REPOSITORY / "build" / "test-cache"),
    }
    blocks = BLOCK.findall((REPOSITORY / page).read_text())
    assert len(blocks) >= fewest
    for language, code in blocks:
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
