# SPDX-License-Identifier: MIT
"""Many continuations of a network at once."""
