"""RLlib trains in the twin and on ns-3; what it leaves is a policy (`make test-ray`)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ray")
SCRIPT = Path(__file__).parents[3] / "examples" / "train_rllib.py"
COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = ("--iterations", "3", "--batch", "256", "--runners", "1", "--episode-s", "1")


@pytest.mark.timeout(1800)
@pytest.mark.parametrize(
    ("options", "kind"),
    [
        (("--env", "twin"), "flat"),
        (("--env", "ns3"), "flat"),
        (("--team", "shared"), "team"),
        (("--team", "separate"), "team"),
    ],
    ids=str,
)
def test_three_iterations_leave_an_agent_that_runs(options, kind, tmp_path):
    done = subprocess.run(
        [sys.executable, str(SCRIPT), *options, *SMALL],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=1700,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    returns = [float(line.split()[-1]) for line in done.stdout.splitlines() if "return" in line]
    assert len(returns) == 3
    assert all(value <= 0 for value in returns)
    network = ("--set", "n_ue=4", "--set", "n_bs=2", "--duration", "1", "--json")
    run = subprocess.run(
        [COMMAND, "run", "--policy", f"{kind}=rllib-agent.npz", *network],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.splitlines()[-1])["slots"] == 50
