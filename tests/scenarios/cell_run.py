"""One LTE cell under a glass, for tests that count grants and transport blocks."""

from __future__ import annotations

import dataclasses

import numpy as np

from ns3_scenarios import laboratory

DIRECTIONS = {"uplink": 1, "downlink": 0}


@dataclasses.dataclass
class CellRun:
    """Observations at the start of each slot, and the records of all slots."""

    observations: list
    records: dict

    def gained(self, field, first_slot=0, last_slot=None):
        """Growth of a counter from the start of one slot to the start of another, ``[n_ue]``."""
        ends = self.observations[len(self.observations) - 1 if last_slot is None else last_slot]
        return ends[field] - self.observations[first_slot][field]

    def share(self, direction, *slots):
        """Each user's part of the resource blocks that were granted, ``[n_ue]``."""
        granted_rb = self.gained(f"{direction}_rb", *slots)
        return granted_rb / granted_rb.sum()

    def rows(self, table, direction, ue=None):
        rows = self.records[table]
        rows = rows[rows["uplink"] == DIRECTIONS[direction]]
        return rows if ue is None else rows[rows["ue"] == ue]


def load(n_ue, weight=1.0, load_bps=2e7, path_loss_db=90.0):
    """An action; every argument is one value or one per user. The default load fills 25 RB."""
    every = {name: np.broadcast_to(value, n_ue) for name, value in locals().items()}
    return {
        "path_loss_db": every["path_loss_db"],
        **{f"{direction}_weight": every["weight"] for direction in DIRECTIONS},
        **{f"{direction}_load_bps": every["load_bps"] for direction in DIRECTIONS},
    }


def run_cell(action, slots=50, settle=10, ns3_attributes=None, seed=1, **settings):
    """Run a cell: `action` is constant, or a function of the slot; `settle` slots come first."""
    settings = {"duration_s": (settle + slots) * 0.02, **settings}
    env = laboratory.lte_cell(settings, ns3_attributes)
    try:
        observations = [env.reset(seed=seed)[0]]
        for slot in range(-settle, slots):
            if slot == 0:
                observations = observations[-1:]
                env.take_records()
            act = action(slot) if callable(action) else action
            observations.append(env.step(act)[0])
        return CellRun(observations, env.take_records())
    finally:
        env.close()
