"""Results are of the code that made them: what counts as such, and what does not."""

from __future__ import annotations

import pytest

from ns3_bridge import DeadlineExceeded
from py_agent.experiment import deciding_code
from py_agent.experiment.deciding_code import code_digest


def digest_with(monkeypatch, changed):
    """The digest if files of that name held something else."""
    true_digest = deciding_code.digest
    with monkeypatch.context() as patch:
        patch.setattr(
            deciding_code,
            "digest",
            lambda path: "other" if path.name.startswith(changed) else true_digest(path),
        )
        return code_digest("cellular")


@pytest.mark.parametrize(
    "changed",
    [
        *("fill.py", "contract.py", "plant.py", "channel.py", "_engine"),
        *("cellular", "libns3.44-lte", "vehicles.fcd.xml"),
    ],
)
def test_what_a_run_is_made_of_counts(changed, monkeypatch):
    assert digest_with(monkeypatch, changed) != code_digest("cellular")


@pytest.mark.parametrize("changed", ["live_map.py", "table.py", "suite.py", "app.py"])
def test_what_starts_runs_or_shows_them_does_not(changed, monkeypatch):
    assert digest_with(monkeypatch, changed) == code_digest("cellular")


def test_a_room_that_is_named_counts(monkeypatch):
    assert code_digest("cellular", "fidelity") != code_digest("cellular")


def test_libraries_that_cannot_be_listed_in_time_are_an_error_of_ours(tmp_path, monkeypatch):
    ldd = tmp_path / "ldd"
    ldd.write_text("#!/bin/sh\nexec sleep 60\n")
    ldd.chmod(0o755)
    monkeypatch.setattr(deciding_code.shutil, "which", lambda name: str(ldd))
    monkeypatch.setattr(deciding_code, "_LDD_DEADLINE_S", 0.05)
    deciding_code._loaded_by.cache_clear()
    with pytest.raises(DeadlineExceeded, match=r"ldd .*cellular: no answer in 0\.05 s"):
        code_digest("cellular")


def test_all_files_of_a_package_that_adds_plug_ins_count(tmp_path, monkeypatch):
    package, metadata = tmp_path / "adding", tmp_path / "adding-1.0.dist-info"
    package.mkdir()
    metadata.mkdir()
    (package / "__init__.py").write_text("")
    (package / "helper.py").write_text("LARGEST = 1\n")
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: adding\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(
        "[ns3_twin.retraining_rules]\nmy-rule = adding:Rule\n"
    )
    before = code_digest("cellular")
    monkeypatch.syspath_prepend(tmp_path)
    installed = code_digest("cellular")
    (package / "helper.py").write_text("LARGEST = 20\n")
    assert len({before, installed, code_digest("cellular")}) == 3
