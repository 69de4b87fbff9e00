"""The rooms of the product: who may import whom (pyproject.toml, ``tool.importlinter``)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
# An editable installation would be found first, whatever the path says.
LINT = """
import sys
sys.meta_path[:] = [f for f in sys.meta_path if not type(f).__module__.startswith("_editable")]
from importlinter.cli import lint_imports
raise SystemExit(lint_imports(no_cache=True))
"""


def lint(folder):
    return subprocess.run(
        [sys.executable, "-c", LINT],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{folder / 'bridge'}"},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_imports_point_down_only():
    done = lint(REPOSITORY)
    assert done.returncode == 0, done.stdout + done.stderr


def test_an_import_that_points_up_is_found(tmp_path):
    for name in ("py_agent", "ns3_scenarios", "bridge"):
        only_python = shutil.ignore_patterns("*.npz", "*.cc", "*.h", "traces", "__pycache__")
        shutil.copytree(REPOSITORY / name, tmp_path / name, ignore=only_python)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    with (tmp_path / "py_agent" / "contract.py").open("a") as contract:
        contract.write("\n\ndef lazily():\n    import py_agent.cli.app\n")
    done = lint(tmp_path)
    assert done.returncode == 1
    assert "py_agent.contract -> py_agent.cli.app" in done.stdout
