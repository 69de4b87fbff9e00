# SPDX-License-Identifier: MIT
"""What ns-3 logs and the packets of wired links lie in the run folder; neither changes the run."""

from __future__ import annotations

import os
import signal
import struct
from pathlib import Path
from typing import Any

import pytest

import ns3_scenarios
from ns3_bridge import BranchRefused, HandshakeError, InvalidSetting, SimulatorDied
from ns3_bridge.testing import fake_scenario
from py_agent.experiment.replay import replay
from py_agent.experiment.run_data import slot_rewards
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import RunSettings, load_run_settings
from py_agent.experiment.runner import Run

SETTINGS = ["n_ue=3", "n_bs=2", "duration_s=0.6", "slots_per_frame=10", "traffic.off_s=0"]
LOG = "LteUeRrc=level_info,LteEnbRrc=warn"
PCAP_MAGIC, PPP = 0xA1B2C3D4, 9


def make_run(runs_dir: Path, **overrides: Any) -> Run:
    chosen = {"policy": "random", "runs_dir": runs_dir, **overrides}
    return Run(load_run_settings(None, chosen, SETTINGS))


def packets(file: Path) -> list[bytes]:
    """The packets of a capture (libpcap, version 2.4), all of them whole."""
    content = file.read_bytes()
    magic, *_, link = struct.unpack_from("<IHHiIII", content)
    assert (magic, link) == (PCAP_MAGIC, PPP)
    found, begin = [], 24
    while begin < len(content):
        kept, length = struct.unpack_from("<II", content, begin + 8)
        assert kept == length
        found.append(content[begin + 16 : begin + 16 + kept])
        begin += 16 + kept
    assert begin == len(content)
    return found


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> tuple[RunFolder, RunFolder]:
    """A run as it is, and one that logs and captures."""
    runs_dir = tmp_path_factory.mktemp("runs")
    return (
        make_run(runs_dir).execute(),
        make_run(runs_dir, log=LOG, pcap=True).execute(),
    )


def test_the_log_is_in_the_run_folder(folders):
    lines = folders[1].ns3_log.read_text().splitlines()
    assert lines
    assert all(" LteUeRrc:" in line or " LteEnbRrc:" in line for line in lines)
    assert lines[0].startswith("+0.000000000s ")
    assert not folders[0].ns3_log.exists()


def test_packets_of_all_wired_links_are_captured(folders):
    names = {"edge.pcap", "s1u-bs0.pcap", "s1u-bs1.pcap"}
    captured = {file.name: packets(file) for file in folders[1].pcap.iterdir()}
    assert set(captured) == names
    # What a base station sends to the core, less GTP, comes to the edge.
    at_stations = sum(len(captured[name]) for name in names - {"edge.pcap"})
    assert len(captured["edge.pcap"]) > 0
    assert abs(at_stations - len(captured["edge.pcap"])) <= 0.1 * at_stations
    assert not folders[0].pcap.exists()


def test_logs_and_captures_change_nothing(folders):
    plain, watched = folders
    assert slot_rewards(plain).tolist() == slot_rewards(watched).tolist()
    assert plain.read_summary()["ns3_events"] == watched.read_summary()["ns3_events"]
    assert replay(watched.path).is_bit_equal


def test_settings_of_a_run_know_both(folders, tmp_path):
    again = load_run_settings(folders[1].settings, {"runs_dir": tmp_path}, [])
    assert (again.log, again.pcap) == (LOG, True)
    folder = Run(again).execute()
    assert folder.ns3_log.stat().st_size > 0
    assert len(list(folder.pcap.iterdir())) == 3


def test_the_log_is_there_up_to_a_crash(tmp_path):
    run = make_run(tmp_path, log=LOG)

    def kill(done: int, _total: int) -> None:
        if done == 5:
            os.kill(run.env.unwrapped.channel.process.pid, signal.SIGKILL)

    with pytest.raises(SimulatorDied):
        run.execute(kill)
    (file,) = tmp_path.glob("*/ns3.log")
    assert "CONNECTED_NORMALLY" in file.read_text()


def test_a_log_that_cannot_be_written_is_an_error_of_the_system(tmp_path):
    env = ns3_scenarios.make("cellular", {"n_ue": 2}, log=LOG)
    env.host.output_file = tmp_path / "missing" / "ns3.log"
    with pytest.raises(FileNotFoundError):
        env.reset(seed=1)
    env.host.output_file = tmp_path / "ns3.log"
    env.reset(seed=1)
    env.close()
    assert env.host.output_file.stat().st_size > 0


@pytest.mark.parametrize(
    ("log", "message"),
    [
        ("LteUeRRC=info", r'no log component "LteUeRRC" here; nearest: \["LteUeRrc"\]'),
        ("LteUeRrc=inform", 'unknown level "inform"; known: '),
        ("LteUeRrc=info,,", 'no log component ""'),
    ],
)
def test_a_wrong_log_is_explained_before_the_run(tmp_path, log, message):
    with pytest.raises(InvalidSetting, match=message):
        make_run(tmp_path, log=log)
    assert not list(tmp_path.iterdir())


def test_a_capture_with_branches_is_refused(tmp_path):
    with pytest.raises(InvalidSetting, match=r"policy oracle .* leave out pcap"):
        make_run(tmp_path, policy="oracle", pcap=True)
    env = ns3_scenarios.make("cellular", {"n_ue": 2, "output": {"pcap": str(tmp_path)}})
    env.reset(seed=1)
    with pytest.raises(BranchRefused, match="would write into the same files"):
        env.branch()
    with pytest.raises((HandshakeError, SimulatorDied), match="a folder of its own"):
        env.reset(seed=2)
    env.close()


def test_a_capture_needs_a_folder(tmp_path):
    for missing in (tmp_path / "missing", Path(__file__)):
        with pytest.raises(InvalidSetting, match="must be a folder that can be written to"):
            ns3_scenarios.make("cellular", {"output": {"pcap": str(missing)}})


def test_a_scenario_without_captures_is_told(tmp_path):
    program = fake_scenario(tmp_path / "mine", {"observations": [], "actions": []})
    settings = RunSettings(scenario=str(program), policy="random", pcap=True)
    with pytest.raises(InvalidSetting, match=r"has no setting output\.pcap"):
        Run(settings)


def test_a_run_captures_in_its_own_folder_alone(tmp_path):
    settings = RunSettings(settings={"output": {"pcap": str(tmp_path)}})
    with pytest.raises(InvalidSetting, match=r"give pcap \(--pcap\)"):
        Run(settings)
