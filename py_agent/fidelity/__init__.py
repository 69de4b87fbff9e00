# SPDX-License-Identifier: MIT
"""Fidelity: how far the twin is from the ns-3 that it follows."""
