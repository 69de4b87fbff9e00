"""What retraining costs by the passes of a model, wherever a network is made."""

from __future__ import annotations

import json

import gymnasium
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode
from typer.testing import CliRunner

from ns3_bridge import InvalidSetting
from py_agent.cli.app import app
from py_agent.learning.learning_settings import LearningSettings, learning_settings
from py_agent.learning.model_size import ModelSize

PASSES = {"training_cost": "passes", "evaluated_samples": 20}
SMALL = {"n_ue": 2, "n_bs": 2, "duration_s": 0.2, "slots_per_frame": 5}
# 64 features of 16 bit at 1000 cycles per bit, for each of three passes forward and back.
DIGITS_CYCLES = 64 * 16 * 1000 * 3 * (4736 + 5376) / 4736


@pytest.mark.parametrize("size", [ModelSize(64, 32, 10), ModelSize(784, 128, 10)])
def test_operations_are_those_that_torch_counts(size):
    model = torch.nn.Sequential(
        torch.nn.Linear(size.n_features, size.hidden_units),
        torch.nn.ReLU(),
        torch.nn.Linear(size.hidden_units, size.n_classes),
    )
    with FlopCounterMode(display=False) as forward:
        loss = model(torch.zeros(1, size.n_features)).sum()
    with FlopCounterMode(display=False) as backward:
        loss.backward()
    assert forward.get_total_flops() == size.forward_flop
    assert backward.get_total_flops() == size.backward_flop


@pytest.mark.parametrize("name", ["CellularLearning-v0", "CellularLearningTwin-v0"])
def test_environments_take_it(name):
    env = gymnasium.make(f"py_agent:ns3/{name}", settings=SMALL, learning=PASSES)
    found = env.unwrapped.settings.retraining.cycles_per_sample
    assert found == pytest.approx(DIGITS_CYCLES)
    env.close()


def test_a_vector_takes_it_too():
    envs = gymnasium.make_vec(
        "py_agent:ns3/CellularLearning-v0", 1, settings=SMALL, learning=PASSES
    )
    assert envs.unwrapped.host.settings.retraining.cycles_per_sample == pytest.approx(DIGITS_CYCLES)
    envs.close()


def test_a_run_says_how_much_it_is(tmp_path):
    arguments = ["run", "--retrain", "spare", "--duration", "0.2", "--json"]
    arguments += ["--set", "learning.training_cost=passes", "--runs-dir", str(tmp_path)]
    arguments += ["--set", "n_ue=2", "--set", "n_bs=2"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    summary = json.loads(result.output.splitlines()[-1])
    assert summary["training_cycles_per_sample"] == pytest.approx(DIGITS_CYCLES)


def test_a_recording_goes_with_its_stream_alone():
    with pytest.raises(InvalidSetting, match="stream replay needs a recording"):
        learning_settings({"stream": "replay"})
    with pytest.raises(InvalidSetting, match="no other stream takes one"):
        learning_settings({"recording": "mine.csv"})
    assert LearningSettings(stream="replay", recording="mine.csv").recording == "mine.csv"


def test_a_recording_is_run_and_kept_as_a_file_that_the_run_depends_on(tmp_path, monkeypatch):
    lines = [f"{i % 7},{(i // 3) % 2},{'ab'[(i // 3) % 2]}" for i in range(400)]
    file = tmp_path / "mine.csv"
    file.write_text("\n".join(["north,east,label", *lines]))
    arguments = ["run", "--retrain", "fixed", "--duration", "1.1", "--json"]
    arguments += ["--set", "learning.stream=replay", "--set", "learning.recording=mine.csv"]
    arguments += ["--set", "n_ue=2", "--set", "n_bs=2", "--runs-dir", str(tmp_path / "runs")]
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output.splitlines()[-1])["accuracy_mean"] > 0.9
    (folder,) = (tmp_path / "runs").iterdir()
    assert str(file) in (folder / "settings.yaml").read_text()
    assert str(file) in json.loads((folder / "run.json").read_text())["files"]
