# SPDX-License-Identifier: MIT
"""Many futures of a network at once, in torch."""
