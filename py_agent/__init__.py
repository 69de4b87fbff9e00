# SPDX-License-Identifier: MIT
"""The agent: policies, experiments, views and the command line.

Importing it registers the twin's environment with Gymnasium.
"""

import gymnasium

gymnasium.register(
    id="ns3/CellularTwin-v0",
    entry_point="py_agent.twin.env:make",
    vector_entry_point="py_agent.twin.env:make_vector",
)
