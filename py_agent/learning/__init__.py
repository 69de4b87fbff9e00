# SPDX-License-Identifier: MIT
"""The learning plant: users' data really drift, their models are really retrained."""
