"""One learner, its variants on the nodes of a cluster (`make test-ray`)."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command_lines import command_lines

ray = pytest.importorskip("ray")
from py_agent.drl.agent import ACTIONS  # noqa: E402
from py_agent.drl.grouped_agents import GroupedAgents  # noqa: E402
from py_agent.drl.training import Training  # noqa: E402
from py_agent.drl.training_settings import TrainingSettings  # noqa: E402
from py_agent.twin.environment.network import TwinNetwork  # noqa: E402

connection = importlib.import_module("py_agent.cluster.connection")
lodger = importlib.import_module("py_agent.cluster.lodger")
on_node = importlib.import_module("py_agent.drl.variant_on_node")

COMMAND = str(Path(sys.executable).parent / "ns3-twin")
SMALL = {
    "settings": {"n_bs": 2},
    "variants": [{"settings": {"n_ue": 3}}, {"settings": {"n_ue": 4}}],
    **{"networks": 4, "validation_networks": 4, "validations": 2},
    **{"warmup_s": 0.0, "episode_s": 1.0, "steps": 1400},
}
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def make_part(cluster):
    """Makes parts on the cluster's nodes."""
    with connection.connected(cluster.address):
        lodgings = lodger.Lodgings()
        yield lambda settings, number: on_node.NodePart(lodgings, settings, number)


def weights_of(file):
    with np.load(file) as arrays:
        return {name: arrays[name] for name in arrays.files if arrays[name].dtype.kind == "f"}


def test_the_agent_is_the_same_as_without_a_cluster(cluster, tmp_path):
    TwinNetwork.of({"n_bs": 2}).parameters.save(tmp_path / "twin.json")
    (tmp_path / "training.yaml").write_text(
        "settings: {n_bs: 2}\n"
        "variants: [{settings: {n_ue: 3}}, {settings: {n_ue: 4}}]\n"
        "networks: 4\nvalidation_networks: 4\nvalidations: 2\n"
        "warmup_s: 0\nepisode_s: 1\nsteps: 1400\ntwin: twin.json\n"
    )
    for folder, place in (("here", ()), ("nodes", ("--ray", cluster.address))):
        done = subprocess.run(
            [COMMAND, "train", "--config", "training.yaml", "--out", folder, *place],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    here, nodes = (weights_of(tmp_path / name / "agent.npz") for name in ("here", "nodes"))
    assert here
    assert here.keys() == nodes.keys()
    for name, weights in here.items():
        np.testing.assert_array_equal(weights, nodes[name], err_msg=name)


def test_a_variant_whose_process_dies_starts_again_and_the_training_goes_on(make_part, tmp_path):
    killed = []

    def kill_one(steps, best):
        if not killed and steps:
            killed.append(_variants()[0])
            os.kill(killed[0], signal.SIGKILL)

    training = Training(TrainingSettings(**SMALL), tmp_path, make_part)
    agent = training.run(kill_one)
    assert killed
    assert agent.facts["steps"] >= 1400
    assert not _variants()


def test_for_the_agents_of_a_lost_variant_an_episode_ends(make_part):
    agents = GroupedAgents(TrainingSettings(**SMALL), make_part)
    agents.seed(1)
    before = agents.reset()
    still = np.zeros((agents.num_envs, len(ACTIONS)), np.float32)
    seen, rewards, done, _ = agents.step(still)
    assert not done.any()
    os.kill(_variants()[0], signal.SIGKILL)
    after, again, done, told = agents.step(still)
    lost = done.copy()
    assert sorted({int(lost[:6].sum()), int(lost[6:].sum())}) in ([0, 6], [0, 8])
    np.testing.assert_array_equal(again[lost], rewards[lost])
    assert all(told[i]["TimeLimit.truncated"] for i in np.flatnonzero(lost))
    for i in np.flatnonzero(lost):
        np.testing.assert_array_equal(told[i]["terminal_observation"], seen[i])
    assert (after[lost] != before[lost]).any()  # other networks than at first
    assert not agents.step(still)[2].any()
    agents.close()


def test_a_variant_waits_for_a_cpu_and_says_when_it_gives_up(make_part, monkeypatch):
    monkeypatch.setattr(lodger, "_START_S", 3.0)
    three = TrainingSettings(**{**SMALL, "variants": [{"settings": {"n_ue": 2}}] * 3})
    with pytest.raises(lodger.NodesLost, match="0 of 2 are free"):
        GroupedAgents(three, make_part)


def _variants():
    """Processes that hold a variant."""
    return sorted(pid for pid, line in command_lines().items() if line.startswith(b"ray::_Holder"))
