# SPDX-License-Identifier: MIT
"""Tables of policies as they were before version 0.2, for `py_agent.former_names`."""

from py_agent.fidelity.measure import usual_policies

POLICIES = tuple(usual_policies())
QUICK_POLICIES = tuple(usual_policies(quick=True))
