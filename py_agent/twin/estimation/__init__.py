# SPDX-License-Identifier: MIT
"""Estimators: each follows one thing from reports and knows how sure it is."""
