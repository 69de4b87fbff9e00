# SPDX-License-Identifier: MIT
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from py_agent.cli.app import app
from py_agent.radio.lte.gaussian_process_map import GaussianProcessMap
from py_agent.radio.lte.parameters import ChannelMap

CHANNEL = ChannelMap(
    intercept_dbm=(0.0, 0.0), exponent=(3.5, 3.5), residual_sd_db=8.0, decorrelation_m=50.0
)


def test_the_process_knows_where_somebody_has_been_and_not_far_away():
    process = GaussianProcessMap(CHANNEL)
    process.add(np.array([[0.0, 0.0], [300.0, 0.0]]), np.array([[10.0, -5.0], [-3.0, 2.0]]))
    process.fit()
    mean_db, sd_db = process.residual_db(np.array([[0.0, 0.0], [50.0, 0.0], [0.0, 5000.0]]))
    assert mean_db[0] == pytest.approx([10.0, -5.0], abs=0.2)
    # 50 m away the correlation is 1/e, as in Gudmundson's law.
    assert mean_db[1] == pytest.approx(np.array([10.0, -5.0]) / np.e, abs=0.2)
    assert mean_db[2] == pytest.approx([0.0, 0.0], abs=1e-6)
    assert sd_db[2] == pytest.approx([8.0, 8.0], rel=0.01)
    assert (sd_db[0] < 1).all()


def test_the_benchmark_compares_three_maps_on_ns3():
    arguments = ["bench", "radio-map", "--seconds", "12", "--users", "3", "--json"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    numbers = json.loads(result.stdout.splitlines()[-1])
    assert numbers["Gauss-Markov"]["rmse_db_0.2_s"] < numbers["map alone"]["rmse_db_0.2_s"]
    assert numbers["Gaussian process"]["rmse_db_0.2_s"] < numbers["map alone"]["rmse_db_0.2_s"]
