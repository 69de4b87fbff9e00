# SPDX-License-Identifier: MIT
"""A package that adds one of each kind."""
