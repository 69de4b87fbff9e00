# SPDX-License-Identifier: MIT
"""The rate controls of ns-3 that a link can be left to."""

from __future__ import annotations

from py_agent.policies.controllers import Controlled


class MinstrelHt(Controlled):
    """Minstrel-HT of ns-3 chooses the rates, from what was acknowledged."""

    label = "minstrel-ht"


class Ideal(Controlled):
    """The ideal rate control of ns-3, which is told each frame's SNR at its receiver."""

    label = "ideal"
    rule = False  # it knows what no sender of a real network does


class Thompson(Controlled):
    """Thompson sampling of ns-3 chooses the rates, from what was acknowledged."""

    label = "thompson"
