# SPDX-License-Identifier: MIT
"""MaxWeight: band and servers go where queue length times service rate is largest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from py_agent.contract import Observation
from py_agent.policies.cell_work import CellWork
from py_agent.policies.fill import FillPolicy, Priorities, training_priority

Floats = NDArray[np.float64]

_LEAST = 1e-12  # of a weight; its logarithm stays finite


class MaxWeightPolicy(FillPolicy):
    """MaxWeight shares: the largest queue length times service rate first.

    (Tassiulas and Ephremides 1992; Neely, "Stochastic Network Optimization", 2010, chapter 4.)
    With queues Q_n in tasks, user by user in the band and at the servers, the drift of
    ``L = ½ Σ Q_n²`` over a slot τ is at most ``B + Σ Q_n (a_n − s_n)``, a_n tasks that arrive and
    s_n tasks that are served. Of that the shares v decide on the last term alone: maximise
    ``Σ Q_n s_n(v_n)`` under ``Σ v_n ≤ 1``. A share brings ``s_n = min(v_n R_n τ/q_n, Q_n)``:
    ``R_n/q_n`` tasks per second for the whole band (or server), and no more than wait. That is a
    fractional knapsack: by order of ``Q_n R_n/q_n`` everybody gets what it can use of what is left
    (see `fill`). Under hard quotas the bound by Q_n counts: without it one user would get all.

    A retraining job stands among the tasks of its server by the same law: its queue is the one of
    the accuracy constraint, ``Z + 10·deficit`` as in `fill`, its rate what part of the job a second
    of the server does.

    MaxWeight serves any load that some policy can serve, and knows no delay: a user with one small
    task waits for one with a long queue.

    Example:
        >>> from py_agent.contract import Network
        >>> from py_agent.policies.association import Strongest
        >>> import py_agent.twin.environment.env as without_ns3
        >>> env = without_ns3.make({"n_ue": 3, "n_bs": 2})  # or ns-3: ns3_scenarios.make
        >>> observation, _ = env.reset(seed=1)
        >>> policy = MaxWeightPolicy(Strongest())
        >>> policy.begin(Network("cellular", env.settings.model_dump(), env.schema), seed=1)
        >>> sorted(policy.decide_slot(observation))
        ['bandwidth_share', 'compute_share']
        >>> env.close()
    """

    def priorities(self, work: CellWork, observation: Observation) -> Priorities:
        """Logarithms of queue length times rate; rates beside that of a typical task."""
        priorities = {
            "bandwidth_share": _weight(work.upload_s, work.typical_upload_s),
            "compute_share": _weight(work.compute_s, work.typical_compute_s),
        }
        if "virtual_queue" in observation:
            # Its rate is counted in that of the user's typical task: here in tasks per second.
            priorities["training_share"] = training_priority(observation) - np.log(
                work.typical_compute_s
            )
        return priorities


def _weight(work_s: Floats, typical_s: Floats) -> Floats:
    """``log(Q · rate)`` of queues, ``[..., n_ue]``.

    Args:
        work_s: time that all that waits takes with everything for it alone, ``Q q / R``.
        typical_s: of a typical task, ``q / R``.
    """
    weight: Floats = np.log(np.maximum(work_s / typical_s**2, _LEAST))
    return weight
