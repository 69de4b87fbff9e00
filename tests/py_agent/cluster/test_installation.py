"""What machines of a cluster must have in common."""

from __future__ import annotations

from py_agent.cluster import installation as module
from py_agent.cluster.installation import differences, installation


def test_the_same_machine_has_the_same():
    assert differences(installation(), installation()) == []


def test_a_changed_line_of_code_is_another_installation(tmp_path, monkeypatch):
    ours = installation()
    package = tmp_path / "py_agent"
    package.mkdir()
    (package / "driver.py").write_text("changed = True\n")
    monkeypatch.setattr(module, "_folders", lambda name: [package])
    (found,) = (text for text in differences(ours, installation()) if text.startswith("code "))
    assert found.endswith(f"not {ours['code']}")


def test_a_machine_without_the_package_differs_in_all():
    ours = installation()
    assert len(differences(ours, {})) == len(ours)
    assert f"ns3-twin missing, not {ours['ns3-twin']}" in differences(ours, {})
