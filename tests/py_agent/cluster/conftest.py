"""A Ray cluster on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

NODE = {"num_cpus": 1, "object_store_memory": 100 * 2**20}


@pytest.fixture
def cluster(monkeypatch):
    """Two nodes of one CPU each; the `second` may be removed."""
    cluster_utils = pytest.importorskip("ray.cluster_utils")
    here = str(Path(__file__).parent)  # nodes call functions of here
    monkeypatch.setenv("PYTHONPATH", here, prepend=os.pathsep)
    made = cluster_utils.Cluster(
        initialize_head=True, head_node_args={**NODE, "include_dashboard": False}
    )
    made.second = made.add_node(**NODE)
    made.wait_for_nodes()
    yield made
    made.shutdown()
