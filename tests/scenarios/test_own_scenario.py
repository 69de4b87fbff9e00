"""A scenario of the user's own: one C++ file, compiled, described, driven."""

from __future__ import annotations

from pathlib import Path

import pytest

import ns3_scenarios
from ns3_scenarios.build import BuildFailed, build

REPOSITORY = Path(__file__).parents[2]
MODULES = ["point-to-point", "applications", "traffic-control"]


def test_the_example_compiles_and_is_steered(tmp_path, build_cache):
    program = build(
        [REPOSITORY / "examples" / "bottleneck.cc"], MODULES, tmp_path / "bottleneck", build_cache
    )
    env = ns3_scenarios.make(str(program), {"duration_s": 10.0, "load_mbps": 4.0})

    def mean_queue(rate_mbps):
        env.reset(seed=1)
        queue, truncated = [], False
        while not truncated:
            observation, _, _, truncated, _ = env.step({"rate_mbps": [rate_mbps]})
            queue.append(observation["queue_packets"][0])
        return sum(queue) / len(queue)

    assert mean_queue(0.5) > 50
    assert mean_queue(10) < 5
    env.close()


def test_what_the_compiler_says_reaches_the_user(tmp_path, build_cache):
    broken = tmp_path / "broken.cc"
    broken.write_text("int main() { return undeclared; }\n")
    with pytest.raises(BuildFailed, match="undeclared"):
        build([broken], [], tmp_path / "broken", build_cache)
    with pytest.raises(BuildFailed, match=r"no such file: .*missing\.cc"):
        build([tmp_path / "missing.cc"], [], tmp_path / "missing", build_cache)
