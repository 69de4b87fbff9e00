# SPDX-License-Identifier: MIT
"""Runs in the browser, while they go on and afterwards: messages, server, page."""
