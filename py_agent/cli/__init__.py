# SPDX-License-Identifier: MIT
"""The command line: `app` has all commands."""
