"""Short runs of the scenario `wifi`."""

from __future__ import annotations

import numpy as np

STANDING = {"mobility": {"model": "static"}}
BUSY = {"on_s": 1, "off_s": 0, "rate_hz": 20, "size_min_bit": 1e5, "size_max_bit": 3e5}
SERVERS = {"capacity_hz": 1e12}  # so fast that the radio counts
SATURATED = {"on_s": 1, "off_s": 0, "rate_hz": 200, "size_min_bit": 2e5, "size_max_bit": 3e5}
ONE_CELL = {
    "n_bs": 1,
    "layout": {"site_distance_m": 20},
    "channel": {"shadowing": False, "environment": "tgax-residential"},
    "traffic": SATURATED,
    "compute": SERVERS,
    **STANDING,
}
TRIGGER = {"shares": "trigger-frames", "phy": "spectrum"}
ROAMING = {"duration_s": 1.3, "slots_per_frame": 20, "traffic": BUSY}


def labels(env, table, column):
    (found,) = (t for t in env.schema.tables if t.name == table)
    return next(c["labels"] for c in found.columns if c["name"] == column)


def action(observation, association=None):
    n_ue = len(observation["serving_bs"])
    stay = np.maximum(observation["serving_bs"], 0)
    equal = np.full(n_ue, 1 / n_ue, np.float32)
    return {
        "association": stay if association is None else association,
        "compute_share": equal,
        "bandwidth_share": equal,
    }


def play(env, seed=1, command=lambda observation: None):
    """Play an episode. Returns its last observation and all records."""
    observation, _ = env.reset(seed=seed)
    records, truncated = [], False
    while not truncated:
        association = command(observation) if observation["slot_in_frame"][0] == 0 else None
        observation, *_, truncated, _ = env.step(action(observation, association))
        records.append(env.take_records())
    return observation, {
        name: np.concatenate([part[name] for part in records]) for name in records[0]
    }


def airtime(env, share):
    """Of every user, mean over a second, in a cell whose users have more to send than they can."""
    observation, _ = env.reset(seed=1)
    parts = []
    for slot in range(60):
        decision = action(observation)
        decision["bandwidth_share"] = np.asarray(share, np.float32)
        observation, *_ = env.step(decision)
        if slot >= 10:
            parts.append(observation["airtime_ul"].copy())
            assert (observation["airtime_ul"].sum() <= observation["bs_airtime"]).all()
    assert (observation["mcs_ul"][np.asarray(share) > 0] >= 0).all()
    return np.mean(parts, axis=0)


def bits(env, seed=4):
    observation, _ = env.reset(seed=seed)
    seen = []
    for slot in range(60):
        association = (np.arange(4) + slot // 20) % len(observation["bs_airtime"])
        observation, reward, *_ = env.step(action(observation, association))
        seen += [array.tobytes() for array in observation.values()] + [np.float64(reward).tobytes()]
    return b"".join(seen)


def ahead_in_branches(env):
    """What two branches, and then the environment itself, see from the tenth slot on, as bytes."""
    observation, _ = env.reset(seed=4)
    for _ in range(10):
        observation, *_ = env.step(action(observation))
    branches = env.branch(2)

    def ahead(one):
        seen, now = b"", observation
        for slot in range(40):
            turn = (np.arange(4) + slot // 20) % len(now["bs_airtime"])
            now, *_ = one.step(action(now, turn))
            seen += b"".join(array.tobytes() for array in now.values())
        return seen

    seen = [ahead(one) for one in (*branches, env)]
    for branch in branches:
        branch.close()
    return seen
