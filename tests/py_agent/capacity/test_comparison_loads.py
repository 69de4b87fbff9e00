"""A comparison says how loaded its settings are, above their tables."""

from py_agent.capacity.comparison_loads import with_loads
from py_agent.compare.comparison import Comparison, Row
from py_agent.compare.grid import Grid
from py_agent.view.comparison import setting_lines


def told(assignments, varied=()):
    cells = Grid(["load-fill@spare"], [1, 2], assignments=assignments, varied=varied).cells()
    settings = dict.fromkeys(cell.variant for cell in cells)
    rows = [Row("load-fill@spare", setting, 2, [], horizon_s=5.0) for setting in settings]
    comparison = with_loads(Comparison(rows, None, {}), cells)
    return {setting: setting_lines(comparison, setting) for setting in settings}


def test_each_setting_has_its_load():
    lines = told(["n_ue=4", "n_bs=2"], ["traffic.rate_hz=1,2"])
    assert ["servers 0.20 by tasks" in of[1] for of in lines.values()] == [True, False]
    assert ["servers 0.40 by tasks" in of[1] for of in lines.values()] == [False, True]
    assert all("by the least training" in of[1] for of in lines.values())


def test_what_cannot_be_carried_is_told_above_the_table():
    lines = told(["n_ue=4", "n_bs=2", "retraining.cycles_per_sample=1e8"])[""]
    assert any(line.startswith("! infeasible: servers are asked for") for line in lines)
