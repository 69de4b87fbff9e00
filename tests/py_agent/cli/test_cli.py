"""The command itself, as a user calls it, on real ns-3."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from ns3_bridge.testing.processes import children_of
from py_agent.view.tables import rows_table

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = ["--set", "n_ue=5", "--duration", "2"]
WALL_TIMES = {"wall_s", "bridge_wait_s", "decision_ms_per_slot"}


def call(*arguments, cwd, expect=0):
    done = subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == expect, done.stderr
    return done


WITHOUT_TORCH = """
import sys
class Hidden:
    def find_spec(name, path, target=None):
        if name == "torch":
            raise ModuleNotFoundError("No module named 'torch'", name=name)
sys.meta_path.insert(0, Hidden)
"""


def last_json(done):
    return json.loads(done.stdout.splitlines()[-1])


def test_a_run_writes_its_folder_and_repeats_itself(tmp_path):
    first = last_json(call("run", *SMALL, "--json", cwd=tmp_path))
    second = last_json(call("run", *SMALL, "--json", cwd=tmp_path))
    same = set(first) - WALL_TIMES
    assert {name: first[name] for name in same} == {name: second[name] for name in same}
    assert first["slots"] == 100
    assert first["ns3_events"] > 100_000
    required = {
        *("scenario", "policy", "seed", "sim_time_s", "slots", "n_ue", "n_bs"),
        *("tasks_completed", "tasks_unfinished", "mean_delay_s", "p95_delay_s"),
        *("handovers_ok", "handovers_failed", "ns3_version", "ns3_events"),
        *("wall_s", "bridge_wait_s"),
    }
    assert required <= set(first)

    folders = sorted((tmp_path / "runs").iterdir())
    assert len(folders) == 2
    assert folders[0].name.startswith("cellular__rollout-fill__1__")
    names = {path.name for path in folders[0].iterdir()}
    assert {"settings.yaml", "summary.json", "slots.parquet", "task.parquet"} <= names
    assert {"handover.parquet", "figure.png", "report.html"} <= names
    slots = pq.read_table(folders[0] / "slots.parquet")
    assert slots.num_rows == 100
    assert slots.schema.field("rsrp_dbm").metadata == {
        b"unit": b"dBm",
        b"shape": b"5,3",
        b"dims": b"ue,bs",
        b"low": b"-140",
        b"high": b"0",
        b"timescale": b"slot",
        b"missing": b"-140",
        b"help": slots.schema.field("rsrp_dbm").metadata[b"help"],
    }
    tasks = pq.read_table(folders[0] / "task.parquet")
    assert tasks.num_rows == first["tasks_completed"] + first["tasks_unfinished"]
    assert sum(slots.column("reward").to_pylist()) == pytest.approx(first["total_reward"])

    again = call("run", "--config", str(folders[0] / "settings.yaml"), "--json", cwd=tmp_path)
    assert last_json(again)["total_reward"] == first["total_reward"]


def test_a_person_reads_a_table(tmp_path):
    done = call("run", *SMALL, "--policy", "strongest-equal", cwd=tmp_path)
    for words in ("mean delay", "queue at the server", "handovers", "5 users, 3 base stations"):
        assert words in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("duration_s", [0.02, 0.2])
def test_the_shortest_runs_are_drawn_too(tmp_path, duration_s):
    done = call(
        "run", "--set", "n_ue=1", "--set", "n_bs=1", f"--duration={duration_s}", cwd=tmp_path
    )
    assert "0 completed" in done.stdout
    assert "Warning" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--policy", "best"], "unknown policy 'best'; known: strongest-equal"),
        (["--scenario", "wimax"], "unknown scenario 'wimax'; known: cellular"),
        (["--set", "n_eu=3"], "unknown setting n_eu. Did you mean n_ue? Known: slot_s"),
        (["--set", "n_ue=0"], "n_ue = 0: Input should be greater than or equal to 1"),
        (["--config", "missing.yaml"], "cannot read missing.yaml"),
        (["--set", "ns3::LteUePhy::Nose=1"], "ns3::LteUePhy::Nose=1"),
    ],
)
def test_a_mistake_is_one_message(tmp_path, arguments, message):
    done = call("run", *arguments, cwd=tmp_path, expect=2)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_ctrl_c_and_sigterm_end_all(tmp_path, number, status):
    running = subprocess.Popen(
        [COMMAND, "run", "--duration", "1000"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline_s = time.monotonic() + 200
    while not children_of(running.pid) or not list((tmp_path / "runs").glob("*/slots.arrows")):
        assert time.monotonic() < deadline_s
        time.sleep(0.05)
    time.sleep(1.0)
    pids = children_of(running.pid)
    running.send_signal(number)
    _, complaint = running.communicate(timeout=60)
    assert running.returncode == status
    assert b"Traceback" not in complaint
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    (slots,) = (tmp_path / "runs").glob("*/slots.parquet")
    assert pq.read_schema(slots).names[:2] == ["slot", "reward"]  # closed, thus readable
    assert f"recorded until then: {slots.parent.relative_to(tmp_path)}\n" in complaint.decode()


def printed_by(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_commands_of_a_gateway_do_without_the_libraries_for_runs():
    heavy = {"matplotlib", "pyarrow", "scipy", "sklearn", "tensorboard", "torch"}
    code = f"import sys, py_agent.cli.app; print(*({heavy} & set(sys.modules)))"
    assert printed_by(code).split() == []


@pytest.mark.parametrize(
    "module", ["py_agent.twin.environment.env", "py_agent.policies.twin_association"]
)
def test_the_twin_does_without_the_libraries_of_models(module):
    heavy = {"matplotlib", "pandas", "river", "sklearn", "torch"}
    code = f"import sys, {module}; print(*({heavy} & set(sys.modules)))"
    assert printed_by(code).split() == []


def test_the_command_line_starts_without_what_its_commands_need():
    heavy = {"gymnasium", "numpy", "ns3_bridge", "pydantic", "rich.console", "yaml", "zmq"}
    code = f"import sys, py_agent.cli.app; print(*({heavy} & set(sys.modules)))"
    assert printed_by(code).split() == []


@pytest.mark.parametrize(
    "imports",
    [
        "import py_agent, gymnasium",
        "import gymnasium, py_agent",
        "import py_agent.cli.app, gymnasium",
    ],
)
def test_the_twin_is_registered_with_gymnasium_whichever_comes_first(imports):
    code = f"{imports}; print(gymnasium.spec('ns3/CellularTwin-v0').entry_point)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == "py_agent.twin.environment.env:make", done.stderr


def test_the_help_has_panels_and_every_command_its_own(tmp_path):
    shown = call("--help", cwd=tmp_path).stdout
    panels = ("Run", "Compare", "Learn", "Twin", "Bridge", "Look")
    assert all(f"─ {panel} ─" in shown for panel in panels)
    for command in ("run", "bench", "fidelity", "serve", "describe"):
        assert "Usage" in call(command, "--help", cwd=tmp_path).stdout


def test_scenarios_describe_and_doctor(tmp_path):
    assert "cellular" in last_json(call("scenarios", "--json", cwd=tmp_path))["scenarios"]
    described = last_json(call("describe", "cellular", "--json", cwd=tmp_path))
    assert {"settings", "schema", "ns3_version"} <= set(described)
    assert "rsrp_dbm" in call("describe", "cellular", cwd=tmp_path).stdout
    assert "srpt" in call("scenarios", cwd=tmp_path).stdout
    assert all(f["ok"] for f in last_json(call("doctor", "--json", cwd=tmp_path)) if f["required"])


def test_brackets_in_a_table_are_text():
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(rows_table("doctor", ["mend"], [["pip install 'ns3-twin[drl]'"]]))
    assert "'ns3-twin[drl]'" in console.export_text()


def test_users_models_and_a_trained_agent_run_without_torch(tmp_path):
    code = WITHOUT_TORCH + "from py_agent.cli.app import app; app()"
    few = ["--duration", "1", "--set", "n_ue=3", "--set", "n_bs=2", "--json"]
    agent = ["--policy", "rollout-drl", "--retrain", "policy", "--set", "compute.mode=quota"]
    command = [sys.executable, "-c", code, "run", *agent, *few, "--runs-dir", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert last_json(done)["accuracy_mean"] > 0.3


def test_without_the_extra_the_message_says_how_to_get_it(tmp_path):
    code = WITHOUT_TORCH + "from py_agent.cli.app import app; app()"
    done = subprocess.run(
        [sys.executable, "-c", code, "train", "--out", "agent"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert "torch is missing: pip install 'ns3-twin[drl]'" in done.stderr
    assert not (tmp_path / "agent").exists()


def test_retraining_over_seeds_reports_accuracy_in_summary_and_figure(tmp_path):
    options = ["--retrain", "fixed", "--seeds", "1,2", "--set", "learning.target_accuracy=0.95"]
    result = last_json(call("run", *SMALL, *options, "--json", cwd=tmp_path))
    assert [run["seed"] for run in result["runs"]] == [1, 2]
    for run in result["runs"]:
        assert run["retrain"] == "fixed"
        assert 0.3 < run["accuracy_mean"] < 1
        assert run["user_seconds_below_target"] == pytest.approx(10 * run["share_below_target"])
    assert result["mean"]["training_samples"] == np.mean(
        [run["training_samples"] for run in result["runs"]]
    )
    assert result["mean"]["training_samples"] > 0
    for folder in (tmp_path / "runs").iterdir():
        assert pq.read_table(folder / "accuracy.parquet").num_rows == 10
        assert "Accuracy of users" in (folder / "report.html").read_text()
        assert (folder / "training.parquet").exists()


def test_an_unknown_retraining_rule_is_named_with_the_known_ones(tmp_path):
    done = call("run", "--retrain", "often", cwd=tmp_path, expect=2)
    assert "often" in done.stderr
    assert "need-calibrated" in done.stderr


def test_a_program_has_as_long_to_describe_itself_as_the_user_says(tmp_path):
    program = tmp_path / "slow"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    done = call("describe", str(program), "--deadline", "0.5", cwd=tmp_path, expect=2)
    assert "gave no answer within 0.5 s" in done.stderr
