"""Examples in every ns-3 that is to be had: they compile, and play the same episodes.

``make test-matrix``; with ``NS3_ROOT=<prefix>`` in an installation of your own, too.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
import pytest
from fetched_ns3 import WHEELS, NotToBeHad, fetch_debian, fetch_wheel

import ns3_scenarios
from ns3_scenarios.build import build

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "build" / "ns3-versions"
DEBIAN = "3.37"
OWN = [os.environ["NS3_ROOT"]] if os.environ.get("NS3_ROOT") else []


def play_bottleneck(program):
    return digest(program, {"duration_s": 5.0}, lambda _: {"rate_mbps": [1.5]})


def play_tcp_window(program):
    def like_newreno(observation):
        return {"next_window_packets": np.clip(observation["window_packets"], 1, 1000)}

    return digest(program, {"seconds": 5.0}, like_newreno)


def digest(program, settings, decide):
    """Number of steps of an episode, and a digest of all that was seen in it."""
    env = ns3_scenarios.make(str(program), settings)
    observation, info = env.reset(seed=1)
    seen, steps, over = hashlib.sha256(), 0, False
    while not over:
        observation, reward, terminated, truncated, info = env.step(decide(observation))
        for name in sorted(observation):
            seen.update(observation[name].tobytes())
        seen.update(np.array([reward, info["time_s"]]).tobytes())
        steps += 1
        over = terminated or truncated
    env.close()
    return steps, seen.hexdigest()


PLAYS = {"bottleneck": play_bottleneck, "tcp-window": play_tcp_window}


@pytest.fixture(scope="session", params=[DEBIAN, *WHEELS, *OWN])
def ns3_prefix(request):
    """Where an ns-3 is installed, and its version as far as that is known."""
    if request.param in OWN:
        return Path(request.param), None
    try:
        if request.param == DEBIAN:
            return fetch_debian(FOLDER), DEBIAN
        return fetch_wheel(request.param, FOLDER), request.param
    except NotToBeHad as error:
        pytest.skip(f"ns-3 {request.param} is not to be had here: {error}")


@pytest.fixture(scope="session", params=PLAYS)
def example(request, tmp_path_factory, build_cache):
    """An example's file, how it is played, and what came of it in the ns-3 of the product."""
    source = REPOSITORY / "examples" / f"{request.param}.cc"
    program = tmp_path_factory.mktemp("ours") / request.param
    play = PLAYS[request.param]
    return source, play, play(build([source], [], program, build_cache))


def test_an_example_plays_the_same_episode(example, ns3_prefix, tmp_path, build_cache, monkeypatch):
    (source, play, expected), (prefix, version) = example, ns3_prefix
    if version == DEBIAN:  # unpacked, not installed
        monkeypatch.setenv("LD_LIBRARY_PATH", str(next(prefix.glob("lib/*-linux-gnu"))))
    program = build([source], [], tmp_path / source.stem, build_cache, ns3=prefix)
    assert version in (None, ns3_scenarios.make(str(program)).ns3_version)
    steps, seen = play(program)
    assert steps == expected[0]
    if version is not None:  # models of an ns-3 of your own may be other ones
        assert seen == expected[1]
