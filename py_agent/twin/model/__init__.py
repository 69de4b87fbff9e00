# SPDX-License-Identifier: MIT
"""The constants of the twin, what it believes, and the formulas between both."""
