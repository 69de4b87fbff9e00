"""What goes wrong with files, terminals, locales and users' own policies is one line."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from ns3_bridge.testing import fake_scenario

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
REPOSITORY = Path(__file__).parents[3]
DECLARATION = {
    "observations": [{"name": "rate_bps", "shape": [500], "low": 0, "high": 1e6}],
    "actions": [{"name": "share", "shape": [2], "low": 0, "high": 1}],
    "tables": [
        {"name": "handover", "columns": [{"name": "ue", "dtype": "int64"}]},
        {"name": "task", "columns": [{"name": "done", "dtype": "int64"}]},
    ],
}
POLICY = """
import os, signal

class Mine:
    def begin(self, network, seed): self.asked = 0
    def decide_frame(self, observation): return {}
    def decide_slot(self, observation):
        self.asked += 1
        return {"share": [0.5, 0.5]}

class Failing(Mine):
    def decide_slot(self, observation):
        decision = super().decide_slot(observation)
        return self.later(decision)

    def later(self, decision):
        if self.asked > 7:
            raise LookupError("no map here")
        return decision

class Swallowing(Mine):
    def decide_slot(self, observation):
        if self.asked == 3:
            Finalised()
        return super().decide_slot(observation)

class Finalised:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)
        sum(range(1000))

class Careless(Mine):
    def begin(self, network, seed): network.settings["no_such_setting"]

class Wrong(Mine):
    def decide_slot(self, observation): return {"shares": [0.5, 0.5]}

class Short(Mine):
    def decide_slot(self, observation): return {"share": [0.5]}
"""


@pytest.fixture
def folder(tmp_path):
    """A scenario and policies of one's own, without ns-3."""
    fake_scenario(tmp_path / "mine", DECLARATION)
    (tmp_path / "pol.py").write_text(POLICY, encoding="utf-8")
    return tmp_path


def call(*arguments, cwd, expect=0, environment=(), **options):
    done = subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        env={**os.environ, "COLUMNS": "200", **dict(environment)},
        **options,
    )
    assert done.returncode == expect, done.stderr
    return done


def run(folder, *arguments, policy="Mine", **options):
    chosen = ["--scenario", "./mine", "--duration", "0.3", "--policy", f"./pol.py:{policy}"]
    return call("run", *chosen, *arguments, cwd=folder, **options)


def test_what_is_printed_of_a_path_with_brackets_is_that_path(folder):
    printed = run(folder, "--runs-dir", "runs[old]").stdout
    (made,) = (folder / "runs[old]").iterdir()
    assert f"runs[old]/{made.name}/report.html" in printed


def test_serve_says_what_of_a_file_it_does_not_serve(folder):
    (folder / "s.yaml").write_text("scenario: cellular\nretrain: need\nseed: 7\npolicy: a.py:P\n")
    said = call("serve", "--config", "s.yaml", "--bind", "nowhere", cwd=folder, expect=2).stderr
    assert "of s.yaml not served: retrain, seed, policy" in said
    (folder / "s.yaml").write_text("scenario: ./mine\n")
    said = call("serve", "--config", "s.yaml", cwd=folder, expect=2).stderr
    assert "name it yourself (--scenario ./mine)" in said
    assert "--trust" not in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["run", "--seed", "1", "--seeds", "1-2"], "--seed with --seeds"),
        (["run", "--seeds", "1-900000000"], "are more than 100,000"),
        (["fidelity", "--set", "ns3::LteUePhy::NoiseFigure=30"], "ns-3 attributes have no effect"),
        (
            ["fidelity", "--set", "learning.stream=mnist"],
            "settings of users' models have no effect",
        ),
        (["train", "--set", "ns3::LteUePhy::NoiseFigure=30"], "ns-3 attributes have no effect"),
        (["serve", "--set", "learning.stream=mnist"], "settings of users' models have no effect"),
        (["describe", "./mine", "--deadline", "inf"], "deadline_s = inf: must be from 0 to"),
        (["ping", "tcp://127.0.0.1:1", "--deadline", "1e10"], "deadline_s = 1e+10: must be"),
        (["serve", "--scenario", "./mine", "--heartbeat", "2000"], "heartbeat_s = 2000: must"),
        (["serve", "--scenario", "./mine", "--grace", "inf"], "grace_s = inf: must be from 0"),
        (["conformance", "--agent", 'foo "bar'], "No closing quotation"),
        (["conformance", "--agent", ""], "the command is empty"),
        (["learning-curves", "curve.xyz"], "figure curve.xyz: must end with .png, .svg or .pdf"),
        (["learning-curves", "."], "figure .: must end with"),
        (["run", "--live", "--live-host", "a..b"], "the page cannot be served at a..b"),
    ],
)
def test_what_cannot_be_is_refused_in_a_line_that_names_it(folder, arguments, told):
    said = call(*arguments, cwd=folder, expect=2).stderr
    assert told in " ".join(said.replace("│", " ").split())
    assert "Traceback" not in said


def test_tables_of_one_s_own_may_be_called_as_ours(folder):
    summary = json.loads(run(folder, "--json").stdout.splitlines()[-1])
    assert summary["slots"] == 15
    assert not {"handovers_ok", "mean_delay_s"} & set(summary)


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("Failing", "decide_slot of Failing in slot 7 failed: LookupError: no map here"),
        ("Careless", "begin of Careless failed: KeyError: 'no_such_setting'"),
    ],
)
def test_a_failing_policy_shows_the_user_s_own_frames_and_a_line(folder, policy, told):
    *frames, last = run(folder, policy=policy, expect=2).stderr.splitlines()
    assert told in last
    assert frames
    assert all("pol.py" in line for line in frames if line.strip().startswith("File"))
    if policy == "Failing":
        assert "in later" in "".join(frames)
        (kept,) = (folder / "runs").iterdir()
        assert last.endswith(f"the 7 slots before it are in runs/{kept.name}")


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ("Wrong", "shares is not an action field; known: share"),
        ("Short", "share has shape (1,), expected (2,)"),
        ("Nobody", "./pol.py has no 'Nobody'"),
    ],
)
def test_a_wrong_decision_is_a_line_that_names_the_field(folder, policy, told):
    assert told in run(folder, policy=policy, expect=2).stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--scenario", "./mine", "--policy", "random", "--runs-dir", "/proc/here"],
        ["learning-curves", "/proc/here/curves.png"],
        ["keys", "/proc/here"],
        ["compare", "--scenario", "./mine", "--policies", "random", "--out", "/proc/here"],
    ],
)
def test_a_folder_that_cannot_be_written_is_a_line_with_its_path(folder, arguments):
    if arguments[0] == "learning-curves":
        pytest.importorskip("river")
    complaint = call(*arguments, cwd=folder, expect=2).stderr.splitlines()
    assert [line for line in complaint if line.startswith("error:")] == complaint
    assert "/proc/here" in complaint[-1]


def test_a_full_disk_ends_a_run_with_the_folder_s_name(folder):
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    told = run(folder, "--duration", "4", expect=2, preexec_fn=limit).stderr.splitlines()
    assert len(told) == 1
    assert "runs/" in told[0]
    assert "File too large" in told[0]


@pytest.mark.parametrize("arguments", [["scenarios"], ["--help"], ["describe", "./mine"]])
def test_an_output_that_cannot_be_written_is_a_line(folder, arguments):
    with Path("/dev/full").open("wb") as full:
        complaint = call(*arguments, cwd=folder, stdout=full, expect=2).stderr.splitlines()
    assert len(complaint) == 1
    assert "No space left on device" in complaint[0]


def test_who_has_seen_enough_of_an_output_ends_it_in_silence(folder):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as closed:
        done = call("describe", "./mine", cwd=folder, stdout=closed, expect=1)
    assert done.stderr == ""


@pytest.fixture(scope="module")
def chinese(tmp_path_factory):
    """Environment of a locale whose texts are GBK."""
    folder = tmp_path_factory.mktemp("locales")
    if shutil.which("localedef") is None:
        pytest.skip("localedef is not installed")
    making = ["localedef", "--no-archive", "-i", "zh_CN", "-f", "GBK", folder / "zh_CN.GBK"]
    if subprocess.run(making, capture_output=True, check=False).returncode > 1:
        pytest.skip("the locale zh_CN cannot be made here")
    return {"LOCPATH": str(folder), "LC_ALL": "zh_CN.GBK"}


LOCALES = {
    "c": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "ascii": {"PYTHONIOENCODING": "ascii"},
}


@pytest.mark.parametrize("locale", ["chinese", *LOCALES])
def test_a_run_works_to_its_end_under_any_locale(folder, locale, request):
    environment = LOCALES.get(locale) or request.getfixturevalue("chinese")
    done = run(folder, environment=environment)
    assert "report" in done.stdout
    (path,) = (folder / "runs").iterdir()
    assert (path / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    again = ["--config", str(path / "settings.yaml"), "--trust"]  # its program is not installed
    call("run", *again, cwd=folder, environment=environment)


def test_doctor_says_whether_runs_can_be_written_and_knows_all_extras(folder):
    def found(cwd):
        findings = json.loads(call("doctor", "--json", cwd=cwd).stdout)
        return {finding["what"]: finding for finding in findings}

    here, nowhere = found(folder), found("/proc")
    assert here["folder runs"]["ok"]
    assert not nowhere["folder runs"]["ok"]
    assert "cannot be written" in nowhere["folder runs"]["seen"]
    assert {"stable-baselines3", "pettingzoo", "minari", "mlxtend", "tyro"} <= set(here)


def test_without_pettingzoo_the_message_says_how_to_get_it():
    code = "import sys; sys.modules['pettingzoo'] = None; import ns3_scenarios.multi_agent"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", timeout=100
    )
    assert done.stderr.splitlines()[-1] == (
        "ModuleNotFoundError: pettingzoo is missing: pip install 'ns3-twin[multi-agent]'"
    )


def test_an_old_python_is_told_before_anything_is_made(tmp_path):
    old = tmp_path / "python3.9"
    old.write_text(
        '#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\n'
        'case "$2" in *version_info*) exit 1;; esac\ntouch "$0".was-called\n',
        encoding="utf-8",
    )
    old.chmod(0o755)
    shutil.copy(REPOSITORY / "Makefile", tmp_path)
    done = subprocess.run(
        ["make", "run", f"PYTHON={old}"],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        timeout=100,
    )
    assert done.returncode == 2
    assert "Python 3.9.2 is too old, Python 3.10 or later is needed" in done.stderr
    assert not (tmp_path / ".venv").exists()
    assert not (tmp_path / "python3.9.was-called").exists()


def test_a_signal_that_meets_a_finaliser_ends_the_run_all_the_same(folder):
    done = call(
        *("run", "--scenario", "./mine", "--policy", "./pol.py:Swallowing"),
        *("--duration", "1000", "--set", "slot_s=0.02"),
        cwd=folder,
        expect=143,
    )
    assert "terminated" in done.stderr
    assert "Traceback" not in done.stderr
