#! /usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Examples that test.py runs: name, whether to run it, whether to run it under valgrind."""

cpp_examples = [("ns3-bridge-queue --seconds=1", "True", "True")]
python_examples = []
