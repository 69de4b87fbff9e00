# SPDX-License-Identifier: MIT
"""The formulas of LTE under their former name, for the rollouts."""

from py_agent.radio.lte.laws import *  # noqa: F403
