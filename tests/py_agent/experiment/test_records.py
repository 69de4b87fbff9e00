"""Runs again, and as data sets, on real ns-3."""

from __future__ import annotations

import json
import shutil
import threading
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import ns3_bridge
from ns3_bridge import Gateway, InvalidSetting, LocalHost
from ns3_scenarios import program
from py_agent.experiment.networks import make_scenario
from py_agent.experiment.replay import replay
from py_agent.experiment.run_data import observed_field, slot_field, slot_rewards
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_inputs import files_of
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run

SETTINGS = ["n_ue=3", "n_bs=2", "duration_s=0.6", "slots_per_frame=10"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory) -> list[RunFolder]:
    runs_dir = tmp_path_factory.mktemp("runs")
    overrides = {"policy": "random", "runs_dir": runs_dir}
    return [
        Run(load_run_settings(None, {**overrides, "seed": seed}, SETTINGS)).execute()
        for seed in (1, 2)
    ]


def test_a_replay_is_bit_equal(folders):
    result = replay(folders[0].path)
    assert result.is_bit_equal
    assert result.slots == 30


def test_a_replay_names_what_differs(folders, tmp_path):
    copy = RunFolder(tmp_path)
    for file in folders[0].path.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    settings = copy.settings.read_text()
    copy.settings.write_text(settings.replace("seed: 1", "seed: 2"))
    result = replay(tmp_path)
    assert not result.is_bit_equal
    assert result.different_slot == 0
    assert "position_m" in result.different_fields


def test_a_replay_looks_at_rewards_too(folders, tmp_path):
    copy = RunFolder(tmp_path)
    for file in folders[0].path.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    slots = pq.read_table(copy.slots)
    rewards = slots["reward"].to_numpy().copy()
    rewards[20] -= 1.0
    place = slots.column_names.index("reward")
    pq.write_table(slots.set_column(place, "reward", [rewards]), copy.slots)
    result = replay(tmp_path)
    assert (result.different_slot, result.different_fields) == (20, ("reward",))


def test_a_file_that_is_called_like_a_choice_is_no_input(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "hotspots").write_text("a file of somebody's")
    (tmp_path / "places.csv").write_text("0,0\n")
    run = load_run_settings(None, {"policy": "random"}, ["mobility.model=hotspots"])
    env = make_scenario(run)
    assert files_of(run, env.settings) == {}
    env.close()


def test_a_folder_without_a_run_is_named(tmp_path):
    with pytest.raises(InvalidSetting, match=r"settings\.yaml is missing"):
        replay(tmp_path)


def test_minari_reads_what_was_exported(folders, tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    from py_agent.experiment.minari_export import export

    dataset = export([folder.path for folder in folders], "ns3/test-v0")
    assert (dataset.total_episodes, dataset.total_steps) == (2, 60)
    for folder, episode in zip(folders, dataset.iterate_episodes(), strict=True):
        assert (episode.rewards == slot_rewards(folder)).all()
        assert episode.truncations.tolist() == [False] * 29 + [True]
        for name, values in episode.observations.items():
            assert (values == observed_field(folder, name)).all()
        for name, values in episode.actions.items():
            assert (values == slot_field(folder, f"action.{name}")).all()
        assert dataset.observation_space.contains(
            {name: np.asarray(values[-1]) for name, values in episode.observations.items()}
        )
    env = dataset.recover_environment()
    assert env.unwrapped.settings.n_ue == 3
    env.close()
    with pytest.raises(InvalidSetting, match="ns3/test-v0"):
        export([folders[0].path], "ns3/test-v0")


def test_an_end_state_is_exported_as_one(folders, tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path))
    from py_agent.experiment.minari_export import export

    folder = RunFolder(Path(shutil.copytree(folders[0].path, tmp_path / "run")))
    folder.write_summary({**folder.read_summary(), "terminated": True})
    (episode,) = export([folder.path], "ns3/ended-v0").iterate_episodes()
    assert episode.terminations.tolist() == [False] * 29 + [True]
    assert not episode.truncations.any()


def test_a_table_does_not_take_a_file_of_the_run(tmp_path):
    folder = RunFolder(tmp_path)
    assert folder.table("task").name == "task.parquet"
    for name in ("slots", "frames", "last_observation"):
        with pytest.raises(InvalidSetting, match=f"table '{name}' .* another name"):
            folder.table(name)


def test_runs_of_different_networks_make_no_data_set(folders, tmp_path):
    from py_agent.experiment.minari_export import export

    for changed in (["n_ue=4"], ["ns3::LteUePhy::NoiseFigure=20"]):
        chosen = {"policy": "random", "runs_dir": tmp_path}
        other = Run(load_run_settings(None, chosen, [*SETTINGS, *changed])).execute()
        with pytest.raises(InvalidSetting, match="has another scenario, settings, ns-3 attr"):
            export([folders[0].path, other.path], "ns3/mixed-v0")


def test_a_data_set_with_models_makes_their_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MINARI_DATASETS_PATH", str(tmp_path / "sets"))
    from py_agent.experiment.minari_export import export

    chosen = {"policy": "load-fill", "retrain": "need", "runs_dir": tmp_path}
    folder = Run(load_run_settings(None, chosen, [*SETTINGS, "learning.drift_speed=2"])).execute()
    dataset = export([folder.path], "ns3/models-v0")
    env = dataset.recover_environment()
    assert env.observation_space == dataset.observation_space
    assert env.action_space == dataset.action_space
    env.close()


def test_the_last_observation_is_kept(folders):
    row = pq.read_table(folders[0].last_observation).to_pylist()[0]
    assert row["slot"] == 30
    assert json.loads(Path(folders[0].summary).read_text(encoding="utf-8"))["slots"] == 30


def test_a_run_behind_a_gateway_needs_neither_program_nor_files_here(tmp_path):
    settings = {"n_ue": 2, "n_bs": 2, "duration_s": 0.2, "slots_per_frame": 5}
    gateway = Gateway(LocalHost(program("cellular"), settings), f"ipc://{tmp_path}/gateway")
    server = threading.Thread(target=gateway.serve)
    server.start()
    try:
        env = ns3_bridge.connect(gateway.address)
        told = {"scenario": "of-somebody", "settings": env.settings.model_dump()}
        chosen = {**told, "policy": "random", "runs_dir": tmp_path}
        folder = Run(load_run_settings(None, chosen, []), env).execute()
    finally:
        gateway.stop()
        server.join()
    assert folder.read_settings()["scenario"] == "of-somebody"
    assert folder.read_summary()["slots"] == 10
    assert folder.read_record()["files"] == {}
