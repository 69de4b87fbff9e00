# SPDX-License-Identifier: MIT
"""LTE: all that knows its powers, resource blocks, control channels and handovers."""
