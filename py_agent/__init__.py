# SPDX-License-Identifier: MIT
"""The agent: policies, experiments, views and the command line.

Importing it registers the twin's environment with Gymnasium.
"""

import gymnasium

from py_agent.former_names import register as register_former_names

register_former_names()
gymnasium.register(
    id="ns3/CellularTwin-v0",
    entry_point="py_agent.twin.environment.env:make",
    vector_entry_point="py_agent.twin.environment.env:make_vector",
)
