# SPDX-License-Identifier: MIT
"""Which radio map predicts received power best?"""

from __future__ import annotations

from typing import Annotated

import typer

import ns3_scenarios
from py_agent.driver import Decider
from py_agent.policies import Network, load_policy
from py_agent.radio.link_model import link_model_of
from py_agent.view.measurement import Measurement

_SETTLE_S = 5.0
_SAMPLE_SLOTS = 10  # ns-3 reports received power so often


def measure(
    seconds: Annotated[float, typer.Option(min=12, help="Simulated seconds.")] = 30.0,
    users: Annotated[int, typer.Option(min=1, help="Users.")] = 20,
    seed: Annotated[int, typer.Option(help="ns-3's run number.")] = 9101,
) -> Measurement:
    """Error of received power, predicted by three maps some time ahead, on real ns-3.

    The map alone; the map with each link's residual, which fades over the walk (Gauss-Markov, the
    twin's own); the map with a Gaussian process of the residual over the plane, from what all users
    have received so far. All go by the same predicted places.
    """
    from py_agent.bench.radio_maps import RadioMaps  # scikit-learn is slow
    from py_agent.twin.estimation.twin import Twin

    env = ns3_scenarios.make("cellular", {"n_ue": users, "duration_s": seconds})
    network = Network("cellular", env.settings.model_dump(), env.schema)
    twin, policy, maps = Twin(network), load_policy("load-srpt"), RadioMaps(link_model_of(network))
    policy.begin(network, 1)
    observation, _ = env.reset(seed=seed)
    start_s = float(observation["time_s"][0])
    decider = Decider(policy, network)
    truncated, slot = False, 0
    try:
        while not truncated:
            twin.observe(observation)
            maps.compare(observation)
            if slot % _SAMPLE_SLOTS == 0:
                maps.sample(observation)
            settled = float(observation["time_s"][0]) >= start_s + _SETTLE_S
            if settled and decider.starts_frame(observation):
                maps.predict(twin.estimate())
            observation, _, _, truncated, _ = env.step(decider.decide(observation))
            slot += 1
    finally:
        env.close()
    return maps.report()
