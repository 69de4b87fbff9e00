# SPDX-License-Identifier: MIT
"""How bands and servers are divided within a slot."""

from __future__ import annotations

import torch
from torch import Tensor

_ROUNDS = 2  # in which what some cannot use is given to the others


def share_out(
    need_s: Tensor,
    weight: Tensor,
    present_s: Tensor,
    resource: Tensor,
    n_resources: int,
    slot_s: float,
    quota: Tensor | None,
) -> Tensor:
    """For how long of a slot each flow could have its resource: processor sharing by weight.

    Work-conserving: what one cannot use goes to the others (Parekh and Gallager 1993; by water
    filling, of which the few per cent after two rounds are lost). Quota: a flow has its part of
    the sum of all members' weights, if that is above 1, and nobody gets what it does not use.

    Args:
        need_s: time that the whole resource needs for all that a flow has, ``[n_flows]``.
        weight: of each flow, ≥ 0, ``[n_flows]``.
        present_s: part of the slot in which a flow has something and can be served, ``[n_flows]``.
        resource: what it shares, ``[n_flows]``.
        n_resources: how many there are.
        slot_s: length of the slot.
        quota: sum of the weights of all members, of each resource, ``[n_resources]``; None:
            work-conserving.

    Returns:
        the time that each flow would have had, had it enough to do, ``[n_flows]``: what it has is
        the smaller of this and `need_s`.
    """
    if quota is not None:
        return present_s * weight / quota.index_select(0, resource).clamp_min(1.0)
    active = weight * present_s
    limit_s = torch.minimum(need_s, present_s)
    rest_s = torch.full((n_resources,), slot_s, device=need_s.device)
    offered_s = torch.zeros_like(need_s)
    for round_ in range(_ROUNDS):
        part = rest_s / total(active, resource, n_resources).clamp_min_(1e-30)
        offered_s = torch.minimum(offered_s + active * part.index_select(0, resource), present_s)
        if round_ + 1 < _ROUNDS:
            used_s = torch.minimum(offered_s, limit_s)
            rest_s = slot_s - total(used_s, resource, n_resources)
            active = active * (offered_s < limit_s)
    return offered_s


def total(values: Tensor, resource: Tensor, n_resources: int) -> Tensor:
    """Sums over the flows of each resource, ``[n_resources, …]``, of values ``[n_flows, …]``."""
    zero = torch.zeros(n_resources, *values.shape[1:], device=values.device, dtype=values.dtype)
    return zero.index_add_(0, resource, values)
