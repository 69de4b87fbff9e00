# SPDX-License-Identifier: MIT
"""Fixed settings on which policies are compared, chosen before any agent was trained on them."""
