# SPDX-License-Identifier: MIT
"""The policy that knows nothing."""

from __future__ import annotations

from gymnasium import spaces

from ns3_bridge.spaces import dict_space
from py_agent.contract import Decision, Network, Observation


class RandomPolicy:
    """Draws every action field uniformly from its space; works on any scenario.

    Example:
        >>> from ns3_bridge import Field, Schema
        >>> share = Field("share", "float32", (2,), "1", 0, 1)
        >>> policy = RandomPolicy()
        >>> schema = Schema("mine", 0, 0, "1", "", (), (share,), {}, ())
        >>> policy.begin(Network("mine", {}, schema), seed=1)
        >>> policy.decide_slot({})["share"].shape
        (2,)
    """

    def begin(self, network: Network, seed: int) -> None:
        """Make and seed the spaces of both timescales."""
        self._frame = _space(network, "frame", seed)
        self._slot = _space(network, "slot", seed + 1)

    def decide_frame(self, observation: Observation) -> Decision:
        """Sample the fields of timescale *frame*."""
        sample: Decision = self._frame.sample()
        return sample

    def decide_slot(self, observation: Observation) -> Decision:
        """Sample the fields of timescale *slot*."""
        sample: Decision = self._slot.sample()
        return sample


def _space(network: Network, timescale: str, seed: int) -> spaces.Dict:
    space = dict_space([f for f in network.schema.actions if f.timescale == timescale])
    space.seed(seed)
    return space
