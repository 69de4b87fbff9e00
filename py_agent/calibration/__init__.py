# SPDX-License-Identifier: MIT
"""Calibration: what recorded runs teach about the twin's constants."""
