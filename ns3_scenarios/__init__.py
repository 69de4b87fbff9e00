# SPDX-License-Identifier: MIT
"""The physical networks. Importing this package registers their Gymnasium environments."""

from ns3_scenarios.registry import (
    UnknownScenario,
    gymnasium_id,
    make,
    make_pool,
    make_vector,
    names,
    program,
    register_environments,
)

__all__ = [
    "UnknownScenario",
    "gymnasium_id",
    "make",
    "make_pool",
    "make_vector",
    "names",
    "program",
    "register_environments",
]

register_environments()
