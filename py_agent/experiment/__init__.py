# SPDX-License-Identifier: MIT
"""Experiments: a policy on a physical network, its records and its results."""
