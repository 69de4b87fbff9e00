"""The scripts that users start from do what they say, in short."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from stable_baselines3 import PPO

EXAMPLES = Path(__file__).parents[1] / "examples"
COMMAND = str(Path(sys.executable).parent / "ns3-twin")


def call(script, *arguments, cwd):
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=1500,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr
    return done.stdout


def test_run_and_plot_shows_less_delay_than_the_baseline(tmp_path):
    shown = call(
        "run_and_plot.py",
        *("--policies", "strongest-equal", "load-fill"),
        *("--duration-s", "3", "--figure", "delays.svg"),
        cwd=tmp_path,
    )
    folders = sorted((tmp_path / "runs").iterdir())
    assert [folder.name.split("__")[1] for folder in folders] == ["load-fill", "strongest-equal"]
    for folder in folders:
        assert str(folder.relative_to(tmp_path)) in shown
    saved = re.search(r"^load-fill: (\d+)% less delay than strongest-equal$", shown, re.MULTILINE)
    assert int(saved[1]) > 20
    assert (tmp_path / "delays.svg").read_text().count("<!-- load-fill") == 1


def test_own_policy_beats_its_reference_and_is_one_for_the_command_line_too(tmp_path):
    network = ("--duration-s", "4", "--seeds", "1")
    shown = call("own_policy.py", *network, cwd=tmp_path)
    assert re.search(r"^ +1 +0\.\d+ +0\.\d+$", shown, re.MULTILINE)
    (ratio,) = re.findall(r"^my mean delay is (\S+) times that of strongest-equal$", shown, re.M)
    assert float(ratio) < 1
    small = ("--n-ue", "6", "--duration-s", "2", "--seeds", "1")
    itself = call("own_policy.py", *small, "--reference", "own_policy:MarginPolicy", cwd=tmp_path)
    assert "my mean delay is 1.00 times that of own_policy:MarginPolicy" in itself


def test_exact_ways_of_sharing_wifi_give_three_times_the_airtime(tmp_path):
    shown = call("wifi_shares.py", cwd=tmp_path)
    ratios = {way: float(ratio) for way, ratio in re.findall(r"^(\S+) .* (\S+)$", shown, re.M)[1:]}
    assert ratios["service-periods"] == pytest.approx(3, rel=0.05)
    assert ratios["trigger-frames"] == pytest.approx(3, rel=0.03)
    assert 1.5 < ratios["edca"] < 3
    assert ratios["none"] == pytest.approx(1, abs=0.35)


def test_an_agent_of_tcp_flows_is_trained_and_plays(tmp_path):
    small = ("--steps", "512", "--networks", "2", "--rollout", "32", "--output", "agent.npz")
    shown = call("tcp/train.py", *small, cwd=tmp_path)
    assert shown.endswith("saved agent.npz\n")
    assert shown.count("mean utility") == 2
    played = subprocess.run(
        [
            *(COMMAND, "run", "--scenario", "tcp", "--policy", "tcp-agent=agent.npz"),
            *("--json", "--duration", "1"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(played.stdout)["mean_delivery_rate_mbps"] > 1


@pytest.fixture
def gateway(tmp_path):
    """``ns3-twin serve`` with a small network; gives its address."""
    address = f"ipc://{tmp_path}/gateway"
    command = [COMMAND, "serve", "--bind", address, "--set", "n_ue=3", "--set", "n_bs=2"]
    process = subprocess.Popen([*command, "--set", "duration_s=0.4"], stdout=subprocess.PIPE)
    assert b"serving" in process.stdout.readline()
    yield address
    process.terminate()
    process.communicate()
    assert process.returncode == 0


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_train_sb3_saves_most_of_the_waiting(tmp_path):
    shown = call("train_sb3.py", "--frames", "1536", cwd=tmp_path)
    returns = dict(re.findall(r"^  (\S+) +(-?\d+\.\d+) s", shown, re.MULTILINE))
    assert list(returns) == ["untrained", "trained", "strongest-equal"]
    assert float(returns["trained"]) > 0.8 * float(returns["untrained"])


def test_train_sb3_leaves_an_agent_that_decides_behind_a_gateway(tmp_path, gateway):
    short = ["--address", gateway, "--frames", "32", "--test-seeds", "1001"]
    call("train_sb3.py", *short, cwd=tmp_path)
    agent = PPO.load(tmp_path / "ppo-agent.zip", device="cpu")
    action, _ = agent.predict(agent.observation_space.sample())
    assert agent.action_space.contains(action)


def waiting(shown):
    """Minus the mean returns, before and after training."""
    returns = dict(re.findall(r"^  (untrained|trained) +-(\d+\.\d+) s", shown, re.MULTILINE))
    return float(returns["untrained"]), float(returns["trained"])


def mean_delay_s(agent, cwd):
    """Of tasks, on ns-3, under the policy in a file."""
    command = [COMMAND, "run", "--policy", f"flat={agent}", "--json", "--duration", "4"]
    two_cars = {
        "n_ue": 2,
        "n_bs": 2,
        "slots_per_frame": 10,
        "mobility.speed_max_mps": 20,
        "traffic.model": "poisson",
        "traffic.rate_hz": 2,
        "traffic.size_min_bit": 5e5,
        "traffic.size_max_bit": 2e6,
        "traffic.cycles_per_bit": 100,
    }
    settings = [word for item in two_cars.items() for word in ("--set", "{}={}".format(*item))]
    done = subprocess.run(
        [*command, *settings], cwd=cwd, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)["mean_delay_s"]


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("learner", ["cleanrl", "torchrl"])
def test_ppo_on_many_twins_saves_waiting_and_leaves_a_policy_for_ns3(tmp_path, learner):
    untrained, trained = waiting(call(f"train_{learner}.py", cwd=tmp_path))
    assert trained < 0.85 * untrained
    assert mean_delay_s(f"{learner}-agent.npz", tmp_path) > 0


def test_training_of_rate_control_leaves_a_policy(tmp_path):
    short = ("--rounds", "2", "--episodes", "2", "--episode-s", "0.3", "--epochs", "1")
    shown = call("rate-control/train.py", *short, "--output", "mine.npz", cwd=tmp_path)
    frames = [int(found) for found in re.findall(r"^round \d: (\d+) frames", shown, re.MULTILINE)]
    assert 0 < frames[0] < frames[1]
    command = [COMMAND, "run", "--scenario", "rate-control", "--policy", "rate-agent=mine.npz"]
    done = subprocess.run(
        [*command, "--duration", "0.3", "--json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["total_reward"] > 0
