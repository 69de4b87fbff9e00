# SPDX-License-Identifier: MIT
"""What must be fast, in C++: the slots of many rollouts, and laws of more than one room.

A radio adds its own, such as `py_agent.radio.lte`; one that is written in Python is called back.
"""
