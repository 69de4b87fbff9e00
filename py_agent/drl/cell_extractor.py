# SPDX-License-Identifier: MIT
"""How an agent sees all users of its cell, as a module of stable-baselines3."""

from __future__ import annotations

import torch
from gymnasium import spaces
from stable_baselines3.common.torch_layers import BaseFeaturesExtractor
from torch import Tensor

from py_agent.drl.features import FEATURES

WIDTH = 16  # of the embedding


class CellExtractor(BaseFeaturesExtractor):
    """A deep set: own features beside mean and largest values of an embedding of the cell's users.

    Zaheer et al., "Deep Sets", 2017; independent of the number and the order of users.

    Args:
        observation_space: of `UserAgents` whose agents see their cell.

    Example:
        >>> n, n_ue = len(FEATURES), 3  # own features, everybody's, and who is in the same cell
        >>> extractor = CellExtractor(spaces.Box(-1, 1, (n + n_ue * n + n_ue,)))
        >>> own, everybody, same = torch.zeros(1, n), torch.rand(1, n_ue, n), torch.ones(1, n_ue)
        >>> one, other = (
        ...     extractor(torch.cat([own, users.flatten(1), same], dim=1))
        ...     for users in (everybody, everybody.flip(1))
        ... )
        >>> torch.allclose(one, other, atol=1e-5)  # the order of users does not matter
        True
    """

    def __init__(self, observation_space: spaces.Box) -> None:
        n = len(FEATURES)
        super().__init__(observation_space, n + 2 * WIDTH)
        self._n_ue = (observation_space.shape[0] - n) // (n + 1)
        self.embedding = torch.nn.Sequential(torch.nn.Linear(n, WIDTH), torch.nn.Tanh())

    def forward(self, observations: Tensor) -> Tensor:
        """Features for the layers that follow, ``[batch, n + 2 · WIDTH]``."""
        n = len(FEATURES)
        own, same = observations[:, :n], observations[:, -self._n_ue :]
        everybody = observations[:, n : -self._n_ue].reshape(-1, self._n_ue, n)
        embedded: Tensor = self.embedding(everybody)
        mean = torch.einsum("bu,bun->bn", same, embedded) / same.sum(1, keepdim=True)
        largest = torch.where(same[..., None] > 0, embedded, -1.0).amax(1)
        return torch.cat([own, mean, largest], dim=1)
