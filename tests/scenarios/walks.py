"""Users that walk, without a radio."""

from __future__ import annotations

import numpy as np

import ns3_scenarios
from ns3_scenarios.registry import INSTALLED

USERS = str(INSTALLED / "laboratory" / "bin" / "users")
WIDTH_M, DEPTH_M = 1000.0, 800.0


def walk(model, n_ue=400, duration_s=200, slot_s=1.0, seed=1, **mobility):
    """Let users move. Returns positions and velocities, ``[n_slots + 1, n_ue, 2]``."""
    settings = {
        "n_ue": n_ue,
        "duration_s": duration_s,
        "slot_s": slot_s,
        "warmup_s": 0,
        "mobility": {"model": model, **mobility},
        "traffic": {"rate_hz": 0},
    }
    env = ns3_scenarios.make(USERS, settings)
    observation, _ = env.reset(seed=seed)
    positions, velocities = [observation["position_m"]], [observation["velocity_mps"]]
    truncated = False
    while not truncated:
        observation, _, _, truncated, _ = env.step({})
        positions.append(observation["position_m"])
        velocities.append(observation["velocity_mps"])
    env.close()
    return np.array(positions), np.array(velocities)
