# SPDX-License-Identifier: MIT
import numpy as np
import pytest

import ns3_scenarios
from py_agent.driver import play
from py_agent.policies import Network, load_policy

SETTINGS = {"n_ue": 6, "n_bs": 2, "duration_s": 4, "mobility": {"speed_max_mps": 30}}


class Recorded(tuple):
    """Network and observations; hypothesis would else print them all."""

    __slots__ = ()

    def __repr__(self):
        return "recorded"


@pytest.fixture(scope="session")
def recorded():
    """A network and what it showed in every slot of 4 s under load-srpt, on real ns-3."""
    env = ns3_scenarios.make("cellular", SETTINGS)
    network = Network("cellular", env.settings.model_dump(), env.schema)
    policy = load_policy("load-srpt")
    policy.begin(network, 1)
    observation, _ = env.reset(seed=1)
    slots = play(env, policy, network, observation)
    observations = [observation, *(slot.after for slot in slots)]
    env.close()
    assert sum(o["tasks_uploading"].sum() for o in observations) > 0
    assert np.ptp([o["rsrp_dbm"] for o in observations]) > 10
    return Recorded((network, observations))
