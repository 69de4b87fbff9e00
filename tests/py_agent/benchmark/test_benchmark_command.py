"""``ns3-twin benchmark``: one command, which a policy of one's own joins."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from py_agent.cli.app import app

OWN = """
import numpy as np

class NearTheFirst:
    def begin(self, network, seed):
        self.n_ue = network.settings["n_ue"]

    def decide_frame(self, observation):
        return {"association": np.maximum(observation["serving_bs"], 0)}

    def decide_slot(self, observation):
        same = np.ones(self.n_ue, np.float32)
        return {"bandwidth_share": same, "compute_share": same}
"""


def test_a_policy_of_ones_own_joins_by_one_command(tmp_path):
    (tmp_path / "mine.py").write_text(OWN)
    own = f"{tmp_path / 'mine.py'}:NearTheFirst"
    chosen = ["--quick", "--settings", "vehicles", "--policies", "load-fill", "--policy", own]
    small = ["--seeds", "8101-8102", "--duration", "2", "--jobs", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, ["benchmark", *chosen, *small, "--json"])
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout.splitlines()[-1])
    assert found["version"] == "v0"
    assert "18 of 20 seeds" in found["left_out"]
    (setting,) = found["settings"]
    assert setting["setting"] == "vehicles"
    assert setting["feasible"] is True
    assert setting["stationary"] is True
    rows = {row["policy"]: row for row in setting["rows"]}
    assert list(rows) == ["load-fill", own]
    assert rows["load-fill"]["ratio_to_best_rule"]["mean"] == 1.0
    assert rows[own]["ratio_to_best_rule"]["mean"] > 1.0
    assert rows[own]["delay_s"]["mean"] > 0
    assert rows[own]["gap_to_oracle_closed"] is None


def test_published_results_take_the_place_of_runs(tmp_path):
    chosen = ["--settings", "vehicles", "--seeds", "8101-8103", "--policies", "load-fill,twin-fill"]
    cheap = ["--quick", "--duration", "120", "--jobs", "1", "--out", str(tmp_path)]
    result = CliRunner().invoke(app, ["benchmark", "--published", *chosen, *cheap, "--json"])
    assert result.exit_code == 0, result.output
    (setting,) = json.loads(result.stdout.splitlines()[-1])["settings"]
    assert [row["published"] for row in setting["rows"]] == [3, 3]
    assert {row["horizon_s"] for row in setting["rows"]} == {120.0}
    (told,) = [note for note in setting["notes"] if "published" in note]
    assert told.startswith("published results, of commit ")
    kept = (tmp_path / "v0" / "vehicles" / "results.jsonl").read_text().splitlines()
    assert len(kept) == 2  # the first seconds of one run of each, for the check


def test_where_nothing_is_published_it_says_so(tmp_path):
    arguments = ["benchmark", "--published", "--quick", "--out", str(tmp_path / "runs")]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "no policy has published results of 20 s" in " ".join(result.output.split())
    assert not (tmp_path / "runs").exists()
