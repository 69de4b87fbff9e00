"""A package adds one of each kind by entry points; docs/guides show its files."""

from __future__ import annotations

import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest

import ns3_scenarios
from ns3_bridge import describe
from ns3_bridge.plugins import BrokenPlugin, Plugins, UnknownPlugin
from ns3_bridge.settings import check_settings, settings_model
from py_agent.experiment.run_settings import load_run_settings
from py_agent.experiment.runner import Run
from py_agent.learning.learning_settings import STREAMS, LearningSettings
from py_agent.learning.plant import LearningPlant
from py_agent.policies import Network, fingerprint, is_rule, load_policy, policy_names, rule_names
from py_agent.policies.registry import summary
from py_agent.policies.retraining import RETRAINING_RULES

PACKAGE = Path(__file__).parent / "plugin_package"


def install(folder, monkeypatch, name, entry_points):
    """What pip does: metadata beside the code, on the path."""
    metadata = folder / f"{name.replace('-', '_')}-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(entry_points)
    monkeypatch.syspath_prepend(folder)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    install(tmp_path, monkeypatch, "toy-plugins", (PACKAGE / "entry_points.txt").read_text())
    monkeypatch.syspath_prepend(PACKAGE)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.startswith("toy_plugins")]:
        del sys.modules[name]


def cellular_network():
    sizes = {"n_ue": 4, "n_bs": 2}
    description = describe([ns3_scenarios.program("cellular"), "--n_ue=4", "--n_bs=2"])
    settings = check_settings(settings_model(description.settings), sizes).model_dump()
    return Network("cellular", settings, description.schema)


@pytest.mark.usefixtures("installed")
def test_names_are_known_without_an_import():
    assert "all-to-the-first" in policy_names()
    assert "on-alarm" in RETRAINING_RULES
    assert "toy-radio" in Plugins("ns3_twin.radios", "radio")
    assert not any(name.startswith("toy_plugins") for name in sys.modules)


@pytest.mark.usefixtures("installed")
def test_rules_of_a_package_are_composed_with_ours():
    assert {"alternating-longest-first", "alternating-fill", "load-longest-first"} < set(
        rule_names()
    )
    assert is_rule("alternating-equal")
    assert not is_rule("alternating-drl")
    assert (
        summary("alternating-longest-first")
        == "Users at base stations in turn; Shares as the square of the user's work"
    )
    network = cellular_network()
    idle = {f.name: np.zeros(f.shape, f.dtype) for f in network.schema.observations}
    seen = {**idle, "task_mean_cycles": np.ones(4), "task_mean_bit": np.ones(4)}
    seen["compute_backlog_cycles"] = np.array([[3.0, 0], [4.0, 0], [0, 0], [0, 0]])
    policy = load_policy("alternating-longest-first")
    policy.begin(network, 1)
    assert policy.decide_frame(seen)["association"].tolist() == [0, 1, 0, 1]
    shares = policy.decide_slot(seen)["compute_share"]
    assert shares[1] / shares[0] == pytest.approx(16 / 9, rel=1e-3)


@pytest.mark.usefixtures("installed")
def test_results_depend_on_the_files_of_a_package():
    assert fingerprint("all-to-the-first") != ""
    assert fingerprint("alternating-equal") != fingerprint("load-longest-first") != ""
    assert fingerprint("load-equal") == ""


@pytest.mark.usefixtures("installed")
def test_a_run_takes_policy_retraining_rule_and_stream_of_a_package(tmp_path):
    settings = load_run_settings(
        None,
        {"policy": "all-to-the-first", "retrain": "on-alarm", "runs_dir": tmp_path / "runs"},
        ["learning.stream=two-clouds", "n_ue=3", "n_bs=2", "duration_s=0.2", "slots_per_frame=5"],
    )
    summary = Run(settings).execute().read_summary()
    assert summary["policy"] == "all-to-the-first"
    assert 0 <= summary["accuracy_mean"] <= 1


@pytest.mark.usefixtures("installed")
def test_models_learn_a_stream_of_a_package():
    assert STREAMS.summary("two-clouds").startswith("Two Gaussian clouds")
    settings = LearningSettings(stream="two-clouds", initial_lag_s=0)
    assert LearningPlant(settings, 3, 1).accuracy.min() > 0.9


@pytest.mark.usefixtures("installed")
def test_a_scenario_of_a_package_has_a_name_and_a_gymnasium_id():
    assert "toy" in ns3_scenarios.names()
    ns3_scenarios.register_environments()
    try:
        env = gymnasium.make("ns3/Toy-v0", settings={"duration_s": 0.1}).unwrapped
        observation, _ = env.reset(seed=1)
        assert observation["rate_bps"].shape == (4,)
        env.close()
    finally:
        del gymnasium.registry["ns3/Toy-v0"]


def test_an_unknown_name_lists_the_known_ones_and_the_nearest():
    with pytest.raises(UnknownPlugin, match="unknown stream 'digit', did you mean digits"):
        STREAMS.load("digit")
    with pytest.raises(LookupError, match="known: none, fixed"):
        RETRAINING_RULES.load("?")


def test_a_plugin_that_cannot_be_imported_names_its_package(tmp_path, monkeypatch):
    broken = "[ns3_twin.streams]\ntides = not_there.tides:Tides\n"
    install(tmp_path, monkeypatch, "broken-plugins", broken)
    with pytest.raises(BrokenPlugin, match=r"'tides' of the package broken-plugins .*not_there"):
        STREAMS.load("tides")
    assert "broken-plugins" in STREAMS.summary("tides")


def test_two_packages_cannot_register_the_same_name(tmp_path, monkeypatch):
    again = "[ns3_twin.streams]\ndigits = toy_plugins.stream:TwoClouds\n"
    install(tmp_path, monkeypatch, "second-plugins", again)
    with pytest.raises(BrokenPlugin, match=r"registered by .*second-plugins.*: uninstall one"):
        STREAMS.load("digits")


def test_the_guides_show_the_files_of_the_package():
    guides = (Path(__file__).parents[1] / "docs" / "guides").glob("add-a-*.md")
    shown = "\n".join(guide.read_text(encoding="utf-8") for guide in guides)
    for file in (PACKAGE / "toy_plugins").glob("*.py"):
        if file.name not in ("__init__.py", "radio.py"):
            assert f"plugin_package/toy_plugins/{file.name}\n" in shown, file.name
