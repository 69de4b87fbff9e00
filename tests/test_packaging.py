"""What is said more than once of how the package is made."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).parents[1]
PROJECT = REPOSITORY / "pyproject.toml"


def test_make_compiles_with_what_pip_compiles_with():
    project = pytest.importorskip("tomllib").loads(PROJECT.read_text(encoding="utf-8"))
    of_pip = set(project["build-system"]["requires"]) - {"pip>=23"}  # every environment has one
    of_make = set(project["dependency-groups"]["build"])
    assert of_pip < of_make
    assert {line.partition(">")[0] for line in of_make - of_pip} == {"cmake", "ninja"}


def test_version_and_date_are_those_of_the_changelog():
    version = re.search(r'^version = "(.*)"', PROJECT.read_text(encoding="utf-8"), re.MULTILINE)[1]
    changes = (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")
    latest, date = re.search(r"^## (\d\S*) – (\S+)$", changes, re.MULTILINE).groups()
    cited = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert (version, cited["version"], cited["date-released"]) == (latest, latest, date)


def test_whom_a_hook_calls_is_installed_by_make_lint():
    project = pytest.importorskip("tomllib").loads(PROJECT.read_text(encoding="utf-8"))
    tools = " ".join(project["dependency-groups"]["lint"])
    hooks = (REPOSITORY / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    called = re.findall(r"entry: \.venv/bin/([\w-]+)", hooks)
    assert called
    assert [tool for tool in called if tool not in tools] == []


def test_workflows_call_targets_that_exist():
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    workflow = yaml.safe_load((REPOSITORY / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    runs = [s["run"] for job in workflow["jobs"].values() for s in job["steps"] if "run" in s]
    targets = {word for run in runs for word in run.split() if run.startswith("make ")} - {"make"}
    assert targets == {"lint", "test", "test-ray", "sanitize", "docs", "release"}
    assert all(re.search(rf"^{target}:", makefile, re.MULTILINE) for target in targets)


@pytest.mark.parametrize("image", ["gateway", "agent"])
def test_images_pin_what_they_name(image):
    pytest.importorskip("tomllib")
    command = [sys.executable, "docker/requirements.py", image]
    listed = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)
    named = {canonicalize_name(Requirement(line).name) for line in listed.stdout.split()}
    pins = (REPOSITORY / "docker/constraints.txt").read_text(encoding="utf-8")
    pinned = {canonicalize_name(name) for name in re.findall(r"^([^#=\n]+)==", pins, re.MULTILINE)}
    assert named - pinned == set()


def test_clusters_in_containers_ask_for_a_token_and_are_open_to_this_machine_alone():
    compose = yaml.safe_load((REPOSITORY / "docker/compose.ray.yaml").read_text(encoding="utf-8"))
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert ports
    assert all(port.startswith("127.0.0.1:") for port in ports)
    for service in compose["services"].values():
        assert ":?" in service["environment"]["RAY_AUTH_TOKEN"]  # none, no cluster
    assert "RAY_AUTH_MODE=token" in (REPOSITORY / "docker/Dockerfile").read_text(encoding="utf-8")
    kubernetes = yaml.safe_load((REPOSITORY / "docker/raycluster.yaml").read_text(encoding="utf-8"))
    assert kubernetes["spec"]["authOptions"] == {"mode": "token"}
    assert kubernetes["spec"]["headGroupSpec"]["serviceType"] == "ClusterIP"
