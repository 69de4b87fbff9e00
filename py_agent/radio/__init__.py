# SPDX-License-Identifier: MIT
"""Access networks as plug-ins: what policies, the twin and calibration ask of any radio."""
