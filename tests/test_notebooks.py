# SPDX-License-Identifier: MIT
"""The notebooks run from top to bottom, and what they claim at their ends is so."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[1] / "examples" / "notebooks"
#: In place of what the cell of parameters says: smaller, so that tests are quick.
SMALL = {
    "first_look.ipynb": "duration_s = 8.0",
    "train_in_the_twin.ipynb": "networks, candidates, iterations = 16, 6, 3",
    "own_policy_on_the_benchmark.ipynb": 'seeds, duration_s = "8101", 8.0',
}


def test_every_notebook_is_tested():
    assert {path.name for path in FOLDER.glob("*.ipynb")} == set(SMALL)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")
@pytest.mark.parametrize("name", SMALL)
def test_a_notebook_keeps_what_it_claims(name, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    notebook = nbformat.read(FOLDER / name, as_version=4)
    (place,) = (
        place
        for place, cell in enumerate(notebook.cells)
        if "parameters" in cell.metadata.get("tags", ())
    )
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(SMALL[name]))
    assert "assert " in notebook.cells[-1].source + notebook.cells[-2].source
    NotebookClient(notebook, timeout=3000, resources={"metadata": {"path": tmp_path}}).execute()


@pytest.mark.parametrize("name", SMALL)
def test_a_notebook_is_kept_with_what_it_shows(name):
    notebook = nbformat.read(FOLDER / name, as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells), "run `make notebooks`"
    kinds = {output.output_type for cell in cells for output in cell.outputs}
    assert "error" not in kinds
    assert "stream" in kinds
    text = (FOLDER / name).read_text()
    assert str(FOLDER.parents[1]) not in text  # no path of the machine it ran on
    assert len(text) < 600_000
