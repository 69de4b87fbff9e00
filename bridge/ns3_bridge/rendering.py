# SPDX-License-Identifier: MIT
"""Pictures of episodes, lent by whoever can draw: the bridge itself knows no scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ns3_bridge.errors import InvalidSetting
from ns3_bridge.plugins import Plugins
from ns3_bridge.schema import Schema

RENDER_MODES = ("human", "rgb_array")
_ANY_SCENARIO = "network"


class Renderer(Protocol):
    """Draws one environment."""

    def begin(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """An episode starts."""
        ...

    def follow(self, observation: Mapping[str, NDArray[Any]]) -> None:
        """A slot has passed."""
        ...

    def image(self) -> NDArray[np.uint8]:
        """The present picture, ``[height, width, 3]``."""
        ...

    def show(self) -> None:
        """Bring the present picture to a window."""
        ...

    def close(self) -> None:
        """Close the window, if there is one."""
        ...


#: Renderers by the scenario that they draw; "network" draws all that have none of their own. They
#: are called with the schema and whether to show a window; `InvalidSetting` if they cannot draw.
RENDERERS: Plugins[Callable[[Schema, bool], Renderer]] = Plugins("ns3_twin.renderers", "renderer")


def check_render_mode(render_mode: Any) -> str | None:
    """One of `RENDER_MODES`, or None.

    Raises:
        InvalidSetting: it is something else.
    """
    if render_mode is not None and render_mode not in RENDER_MODES:
        raise InvalidSetting(
            f"render_mode = {render_mode!r}: must be None or one of {', '.join(RENDER_MODES)}"
        )
    return render_mode  # type: ignore[no-any-return]


def renderer_of(schema: Schema, render_mode: str) -> Renderer:
    """Who draws a scenario in this mode.

    Raises:
        InvalidSetting: nobody can.
    """
    name = schema.scenario if schema.scenario in RENDERERS else _ANY_SCENARIO
    return RENDERERS.load(name)(schema, render_mode == "human")
