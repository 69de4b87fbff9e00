# SPDX-License-Identifier: MIT
"""Estimates of the long run: what a run was like frame by frame, and where its warm-up ends."""
