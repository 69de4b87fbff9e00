# SPDX-License-Identifier: MIT
"""The twin's constants, its estimates, and the formulas between both."""
