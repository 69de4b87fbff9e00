# SPDX-License-Identifier: MIT
"""Comparisons of policies over seeds and settings, with common random numbers."""
