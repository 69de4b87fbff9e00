# SPDX-License-Identifier: MIT
"""The twin as Gymnasium environments: the spaces of the physical network, without ns-3."""
