# SPDX-License-Identifier: MIT
"""Work on the nodes of a Ray cluster."""
