# SPDX-License-Identifier: MIT
"""Many agents with the same weights, as stable-baselines3 takes them."""

from __future__ import annotations

from typing import Any

from stable_baselines3.common.vec_env import VecEnv


class AlikeAgents(VecEnv):
    """A vector environment whose members are users: none has anything of its own to ask for."""

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The same of every agent."""
        count = len(list(self._get_indices(indices)))
        return [getattr(self, attr_name, None)] * count

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Agents have no attributes of their own."""
        raise AttributeError(f"agents have no attribute {attr_name} of their own to set")

    def env_method(
        self, method_name: str, *arguments: Any, indices: Any = None, **options: Any
    ) -> list[Any]:
        """Agents have no methods of their own."""
        raise AttributeError(f"agents have no method {method_name} of their own")

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """Agents are not wrapped one by one."""
        return [False] * len(list(self._get_indices(indices)))
