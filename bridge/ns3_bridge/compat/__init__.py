# SPDX-License-Identifier: MIT
"""Agents and scenario programs of ns3-gym, unmodified."""

from ns3_bridge.compat.ns3_gym_env import Ns3GymEnv
from ns3_bridge.compat.ns3_gym_server import Ns3GymServer

__all__ = ["Ns3GymEnv", "Ns3GymServer"]
