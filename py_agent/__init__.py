# SPDX-License-Identifier: MIT
"""The agent: policies, experiments, views and the command line."""
