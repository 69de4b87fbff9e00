# SPDX-License-Identifier: MIT
"""The digital twin: what is believed of a physical network, how surely, and what will come."""
