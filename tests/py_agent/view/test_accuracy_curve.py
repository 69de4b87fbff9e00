# SPDX-License-Identifier: MIT
"""Users that come and go have accuracies while they are there: the figure draws those."""

import numpy as np
from matplotlib.figure import Figure

from py_agent.experiment.run_folder import RunFolder
from py_agent.view.accuracy_curve import draw_accuracy


def test_accuracies_of_users_that_come_and_go_are_drawn(tmp_path, monkeypatch):
    folder = RunFolder(tmp_path)
    folder.write_settings({"learning": {"target_accuracy": 0.8}})
    rows = {
        "time_s": np.array([1.0, 2.0, 2.0, 3.0]),
        "ue": np.array([2, 0, 2, 0]),
        "accuracy": np.array([0.5, 0.75, 1.0, 0.25]),
        "deficit": np.array([0.3, 0.05, 0.0, 0.55]),
    }
    monkeypatch.setattr("py_agent.view.accuracy_curve.table_columns", lambda *_: rows)
    axes = Figure().subplots()
    draw_accuracy(axes, folder)
    *users, mean, _ = (line.get_ydata() for line in axes.lines)
    assert np.array_equal(users[0], [np.nan, 0.75, 0.25], equal_nan=True)
    assert np.array_equal(users[2], [0.5, 1.0, np.nan], equal_nan=True)
    assert mean.tolist() == [0.5, 0.875, 0.25]
    assert "mean: 0.62" in axes.get_legend().get_texts()[0].get_text()
