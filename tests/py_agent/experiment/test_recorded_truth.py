"""What is recorded is what ns-3 said and what was enforced, whatever a policy writes into."""

from __future__ import annotations

import numpy as np
import pytest

from py_agent.experiment.replay import replay
from py_agent.experiment.run_data import observed_field, slot_field
from py_agent.experiment.run_settings import RunSettings
from py_agent.experiment.runner import Run

POLICIES = '''
import numpy as np


class Clean:
    def begin(self, network, seed):
        self.n_ue = network.settings["n_ue"]
        self.slots = 0

    def decide_frame(self, observation):
        return {"association": np.zeros(self.n_ue, np.int32)}

    def decide_slot(self, observation):
        self.slots += 1
        share = np.full(self.n_ue, 1 / (1 + self.slots), np.float32)
        return {"bandwidth_share": share, "compute_share": share}


class Careless(Clean):
    """Writes into what it is given, and into what it has returned."""

    def begin(self, network, seed):
        super().begin(network, seed)
        self.share = np.zeros(self.n_ue, np.float32)

    def decide_slot(self, observation):
        for value in observation.values():
            value[...] = 0
        self.slots += 1
        self.share[:] = 1 / (1 + self.slots)
        return {"bandwidth_share": self.share, "compute_share": self.share}
'''


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "two_policies.py").write_text(POLICIES, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def execute(name, retrain=None):
        settings = RunSettings(
            policy=f"two_policies:{name}",
            retrain=retrain,
            seed=3,
            runs_dir=tmp_path / name,
            settings={"n_ue": 3, "n_bs": 2, "duration_s": 0.3, "slots_per_frame": 5},
        )
        made = Run(settings)
        return made.execute(), made.env.schema

    return execute


def test_a_careless_policy_leaves_the_recording_of_a_clean_one(run):
    folders = []
    for name in ("Clean", "Careless"):
        folder, schema = run(name)
        folders.append(folder)
    for field in schema.observations:
        clean, careless = (observed_field(folder, field.name) for folder in folders)
        assert clean.tobytes() == careless.tobytes(), field.name
    for field in schema.actions:
        clean, careless = (slot_field(folder, f"action.{field.name}") for folder in folders)
        assert clean.tobytes() == careless.tobytes(), field.name
    shares = slot_field(folders[1], "action.compute_share")
    assert np.unique(shares[:, 0]).size == len(shares) == 15


def test_its_run_with_models_is_simulated_again_bit_by_bit(run):
    folder, _ = run("Careless", retrain="fixed")
    assert replay(folder.path).is_bit_equal
