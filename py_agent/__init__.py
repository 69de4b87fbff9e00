# SPDX-License-Identifier: MIT
"""The agent: policies, experiments, views and the command line.

Importing it registers the twin's environment with Gymnasium, and imports nothing heavy.
"""

from py_agent import command_start as command_start  # first: the next lines take their time
from py_agent.former_names import register as register_former_names
from py_agent.gymnasium_ids import register as register_gymnasium_ids

register_former_names()
register_gymnasium_ids()
