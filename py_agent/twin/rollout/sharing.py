# SPDX-License-Identifier: MIT
"""How a band or a server is divided within a slot."""

from __future__ import annotations

import torch
from torch import Tensor

_ROUNDS = 2  # in which what some cannot use is given to the others


def share_out(
    need_s: Tensor, weight: Tensor, present_s: Tensor, slot_s: float, member: Tensor | None
) -> Tensor:
    """For how long of a slot each flow could have the whole resource: processor sharing by weight.

    Work-conserving: what one cannot use goes to the others (Parekh and Gallager 1993; by water
    filling, of which the few per cent after two rounds are lost). Quota: a flow has its part of
    the sum of all members' weights, if that is above 1, and nobody gets what it does not use.

    Args:
        need_s: time that the whole resource needs for all that a flow has,
            ``[n, n_flows, n_resources]``.
        weight: of each flow, ≥ 0, same shape.
        present_s: part of the slot in which a flow has something and can be served, same shape.
        slot_s: length of the slot.
        member: with quota: flows whose weights count even if they have nothing to do, same shape;
            None: work-conserving.

    Returns:
        the time that each flow would have had, had it enough to do, same shape: what it has is the
        smaller of this and `need_s`.
    """
    if member is not None:
        total = (weight * member).sum(1, keepdim=True).clamp_min_(1.0)
        return present_s * weight / total
    active = weight * present_s
    limit_s = torch.minimum(need_s, present_s)
    offered_s = torch.minimum(active * (slot_s / _sum(active)), present_s)
    for _ in range(_ROUNDS - 1):
        rest_s = slot_s - torch.minimum(offered_s, limit_s).sum(1, keepdim=True)
        active = active * (offered_s < limit_s)
        offered_s = torch.minimum(offered_s + active * (rest_s / _sum(active)), present_s)
    return offered_s


def _sum(active: Tensor) -> Tensor:
    return active.sum(1, keepdim=True).clamp_min_(1e-30)
