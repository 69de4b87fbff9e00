# SPDX-License-Identifier: MIT
"""Benchmarks that anyone with an installed wheel can repeat: ``ns3-twin bench NAME``."""
