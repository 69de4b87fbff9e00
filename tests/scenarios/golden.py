"""Golden traces: what the simulator did, bit by bit, in a few settings.

``make golden`` (``python tests/scenarios/golden.py``) records them anew, after a change that is
meant to change them. They hold on machines with the same ns-3, the same C library and fused
multiply-add in the processor (x86-64 since 2013): glibc picks its exp, log and pow by the
processor, and their last bit may differ. The compiler must not be told to break IEEE 754 rules
(no ``-ffast-math``) nor to fuse operations (no ``-march=native``); the build does neither.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections import defaultdict
from pathlib import Path

import numpy as np

import ns3_scenarios

FILE = Path(__file__).with_name("golden.json")
SLOTS = 200
DIGITS = 2  # of each slot's fingerprint: one change in 256 escapes it, none the whole trace's

SETTINGS = {
    "shares": {"n_ue": 6, "n_bs": 3, "mobility": {"speed_max_mps": 30}},
    "quota, real RRC, UMi, fading": {
        "n_ue": 6,
        "n_bs": 3,
        "layout": {"site_distance_m": 200},
        "channel": {"environment": "umi", "fading": "epa"},
        "mobility": {"model": "gauss-markov"},
        "radio": {"bandwidth_mode": "quota", "ideal_rrc": False},
        "compute": {"mode": "quota"},
    },
    "proportional fair, RMa, sectors": {
        "n_ue": 6,
        "n_bs": 3,
        "layout": {"sectors": 3, "site_distance_m": 1500},
        "channel": {"environment": "rma"},
        "mobility": {"model": "hotspots"},
        "traffic": {"model": "poisson", "size_model": "lognormal"},
        "radio": {"scheduler": "pf", "bandwidth_rb": 50},
    },
    "round robin, InH": {
        "n_ue": 4,
        "n_bs": 2,
        "layout": {"site_distance_m": 40, "bs_height_m": 5},
        "channel": {"environment": "inh", "shadowing": False},
        "mobility": {"model": "random-walk", "speed_min_mps": 0.5, "speed_max_mps": 2},
        "traffic": {"model": "periodic"},
        "radio": {"scheduler": "rr", "bandwidth_rb": 15, "bs_power_dbm": 20},
    },
    "many users, streets": {
        "n_ue": 16,
        "n_bs": 4,
        "mobility": {"model": "trace"},
        "traffic": {"on_s": 1, "off_s": 0, "rate_hz": 3},
    },
}

WIFI_SETTINGS = {
    "Wi-Fi, InH": {"n_ue": 6, "n_bs": 3, "mobility": {"speed_max_mps": 15}},
    "Wi-Fi, trigger frames": {
        **{"n_ue": 6, "n_bs": 3, "mobility": {"speed_max_mps": 15}},
        "radio": {"shares": "trigger-frames", "phy": "spectrum"},
    },
}


def machine() -> dict[str, str]:
    """What the bits depend on beside the code."""
    flags = (
        Path("/proc/cpuinfo")
        .read_text(encoding="utf-8")
        .split("flags", 1)[-1]
        .split("\n", 1)[0]
        .split()
    )
    libc, version = platform.libc_ver()
    return {"c_library": f"{libc} {version}", "fused_multiply_add": str("fma" in flags).lower()}


def record(settings: dict, scenario: str = "cellular") -> dict:
    """Play a setting with a fixed pattern of actions.

    Returns:
        Per field (tables as ``table:<name>``): ``hash`` of the whole trace, ``slots`` a short
        fingerprint per slot.
    """
    env = ns3_scenarios.make(
        scenario, {"slots_per_frame": 25, "duration_s": SLOTS * 0.02, **settings}
    )
    whole = defaultdict(hashlib.sha256)
    slots: dict[str, list[str]] = defaultdict(list)

    def add(name, array):
        data = f"{name} {array.dtype} {array.shape[1:]}".encode() + array.tobytes()
        whole[name].update(data)
        slots[name].append(hashlib.sha256(data).hexdigest()[:DIGITS])

    try:
        observation, _ = env.reset(seed=1)
        reward = 0.0
        for slot in range(SLOTS + 1):
            for name, array in {**observation, "reward": np.array([reward])}.items():
                add(name, array)
            for name, rows in env.take_records().items():
                add(f"table:{name}", rows)
            if slot < SLOTS:
                observation, reward, *_ = env.step(_action(env, observation, slot))
    finally:
        env.close()
    return {
        name: {"hash": whole[name].hexdigest(), "slots": "".join(slots[name])} for name in whole
    }


def _action(env, observation, slot):
    """Half of the users walk through the cells; the shares go up and down."""
    ue = np.arange(len(observation["serving_bs"]))
    cells = env.action_space["association"].nvec[0]
    around = (ue + slot // 25) % cells
    share = (((7 * ue + 3 * slot) % 11 + 1) / 64).astype(np.float32)
    action = {
        "association": np.where(ue % 2 == 0, around, np.maximum(observation["serving_bs"], 0)),
        "compute_share": share,
        "bandwidth_share": share[::-1].copy(),
    }
    return {name: action[name] for name in env.action_space.spaces}


def differences(expected: dict, seen: dict) -> list[str]:
    """What differs, the earliest first; empty if nothing does."""
    found = []
    for name in sorted(expected.keys() | seen.keys()):
        if name not in seen:
            found.append((-1, f"{name} is no longer there"))
        elif name not in expected:
            found.append((-1, f"{name} is new"))
        elif expected[name]["hash"] != seen[name]["hash"]:
            pairs = (
                [trace["slots"][i : i + DIGITS] for i in range(0, len(trace["slots"]), DIGITS)]
                for trace in (expected[name], seen[name])
            )
            slot = next((i for i, (a, b) in enumerate(zip(*pairs, strict=False)) if a != b), SLOTS)
            found.append((slot, f"{name} differs from slot {slot} on"))
    return [text for _, text in sorted(found)]


def main() -> None:
    traces = {name: record(settings) for name, settings in SETTINGS.items()}
    traces |= {name: record(settings, "wifi") for name, settings in WIFI_SETTINGS.items()}
    FILE.write_text(json.dumps({"machine": machine(), "traces": traces}, indent=1) + "\n")
    print(f"wrote {FILE}: {len(traces)} settings of {SLOTS} slots")


if __name__ == "__main__":
    main()
