# SPDX-License-Identifier: MIT
"""Slot decisions by deep reinforcement learning: an agent per user, one set of weights for all."""
