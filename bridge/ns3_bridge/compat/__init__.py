# SPDX-License-Identifier: MIT
"""Agents and scenario programs of ns3-gym and ns3-ai, unmodified."""

from ns3_bridge.compat.ns3_ai_env import Ns3AiEnv
from ns3_bridge.compat.ns3_ai_server import Ns3AiServer
from ns3_bridge.compat.ns3_gym_env import Ns3GymEnv
from ns3_bridge.compat.ns3_gym_server import Ns3GymServer

__all__ = ["Ns3AiEnv", "Ns3AiServer", "Ns3GymEnv", "Ns3GymServer"]
