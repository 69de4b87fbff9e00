# SPDX-License-Identifier: MIT
"""What the twin of a policy expected in a run that is over, from what the run recorded."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from numpy.typing import NDArray

from ns3_bridge import Ns3TwinError
from py_agent.contract import Network
from py_agent.experiment.networks import make_policy
from py_agent.experiment.run_settings import RunSettings
from py_agent.live.forecasts import Forecasts, twin_of
from py_agent.live.messages import Message, forecast_message
from py_agent.twin.estimation.twin import Twin

_WATCHED_SLOTS = 5  # policies with a twin let it look at one slot in so many


def recorded_forecasts(
    run: str,
    settings: RunSettings,
    network: Network,
    observed: Mapping[str, NDArray[Any]],
    decided: Mapping[str, NDArray[Any]],
) -> Iterator[Message]:
    """The policy's twin follows the recorded run and says again what it expects.

    Of a policy without a twin, of one that is code of somebody's own, which is not run to look at
    a folder, and of runs of before the radio was recorded, there are none.

    Args:
        run: its name among messages.
        settings: of the run.
        network: as its policy knew it.
        observed: by field, ``[n_slots + 1, *shape]``.
        decided: by field, ``[n_slots, *shape]``.
    """
    twin = _twin_of_run(settings, network)
    if twin is None or not {"time_s", "slot_in_frame"} <= observed.keys():
        return
    forecasts = Forecasts(twin, network)
    for slot, in_frame in enumerate(observed["slot_in_frame"][:-1, 0]):
        if in_frame % _WATCHED_SLOTS:
            continue
        observation = {name: values[slot] for name, values in observed.items()}
        twin.observe(observation)
        if in_frame == 0:
            twin.command(decided["association"][slot])
            made_s = float(observation["time_s"][0])
            values = forecasts.of(observation)
            yield forecast_message(run, made_s, made_s + forecasts.frame_s, values)


def _twin_of_run(settings: RunSettings, network: Network) -> Twin | None:
    is_own = ":" in settings.policy.partition("=")[0]
    if is_own or not network.schema.radio:
        return None
    with contextlib.suppress(Ns3TwinError, OSError):  # it, or its file, is not there any more
        policy = make_policy(settings)
        policy.begin(network, settings.seed)
        return twin_of(policy)
    return None
