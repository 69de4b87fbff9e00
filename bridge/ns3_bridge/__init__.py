# SPDX-License-Identifier: MIT
"""How a physical network in ns-3 and an agent talk."""

from ns3_bridge._native import Command, Status
from ns3_bridge.channel import Channel
from ns3_bridge.description import Description, describe
from ns3_bridge.env import Branches, ScenarioEnv
from ns3_bridge.errors import (
    BranchRefused,
    BridgeError,
    ChannelCorrupted,
    ConnectionLost,
    DeadlineExceeded,
    GatewayBusy,
    HandshakeError,
    InvalidAction,
    InvalidSetting,
    NoLabels,
    Ns3TwinError,
    ProtocolViolation,
    SchemaMismatch,
    SimulatorDied,
    SimulatorOutOfMemory,
    UnknownField,
    WrongProcess,
)
from ns3_bridge.field import Field
from ns3_bridge.flat import FlatBox, FlatVectorBox
from ns3_bridge.local_host import LocalHost
from ns3_bridge.making import make, make_pool, make_vector
from ns3_bridge.network import Gateway, RemoteHost, connect, issued_keys, make_keys, ping
from ns3_bridge.pool import ScenarioPool
from ns3_bridge.schema import Schema, Table
from ns3_bridge.settings import NestedSettings
from ns3_bridge.transport import BranchingHost, Host, Transport
from ns3_bridge.vector_env import ScenarioVectorEnv

__all__ = [
    "BranchRefused",
    "Branches",
    "BranchingHost",
    "BridgeError",
    "Channel",
    "ChannelCorrupted",
    "Command",
    "ConnectionLost",
    "DeadlineExceeded",
    "Description",
    "Field",
    "FlatBox",
    "FlatVectorBox",
    "Gateway",
    "GatewayBusy",
    "HandshakeError",
    "Host",
    "InvalidAction",
    "InvalidSetting",
    "LocalHost",
    "NestedSettings",
    "NoLabels",
    "Ns3TwinError",
    "ProtocolViolation",
    "RemoteHost",
    "ScenarioEnv",
    "ScenarioPool",
    "ScenarioVectorEnv",
    "Schema",
    "SchemaMismatch",
    "SimulatorDied",
    "SimulatorOutOfMemory",
    "Status",
    "Table",
    "Transport",
    "UnknownField",
    "WrongProcess",
    "connect",
    "describe",
    "issued_keys",
    "make",
    "make_keys",
    "make_pool",
    "make_vector",
    "ping",
]
