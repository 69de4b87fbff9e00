"""Slots on their way into a file."""

from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest

from ns3_bridge import Field
from py_agent.experiment.parquet_log import SlotLog

FIELDS = [
    Field(name, "float64", (2,), "1", 0.0, 1.0, False, (), "slot", 0, "a test") for name in "ab"
]


class Interrupting:
    """Ctrl-C while a row is put together."""

    def __array__(self, *_args, **_kwargs):
        raise KeyboardInterrupt


def test_an_interrupt_in_the_middle_of_a_row_leaves_the_rows_before_it(tmp_path):
    log = SlotLog(tmp_path / "slots.parquet", FIELDS, [])
    log.append(0, {"a": np.zeros(2), "b": np.ones(2)}, {}, -1.0)
    with pytest.raises(KeyboardInterrupt):
        log.append(1, {"a": np.zeros(2), "b": Interrupting()}, {}, -1.0)
    log.close()
    assert pq.read_table(tmp_path / "slots.parquet").to_pydict() == {
        "slot": [0],
        "reward": [-1.0],
        "a": [[0.0, 0.0]],
        "b": [[1.0, 1.0]],
    }
