from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import ns3_bridge
from ns3_bridge import Gateway, LocalHost, ScenarioEnv
from ns3_bridge.testing import fake_scenario

DECLARATION = {
    "observations": [
        {"name": "rate_bps", "shape": [4], "low": 0, "high": 1e6},
        {
            **{"name": "serving_bs", "dtype": "int32", "low": -1, "high": 2},
            **{"shape": [4], "dims": ["ue"], "missing": -1},
        },
        {
            **{"name": "bs_position_m", "low": -500, "high": 500},
            **{"shape": [3, 2], "dims": ["bs", "xy"], "constant": [0, 0, 250, 433, -250, 433]},
        },
    ],
    "actions": [{"name": "share", "shape": [4], "low": 0, "high": 1}],
    "tables": [
        {
            "name": "task",
            "columns": [
                {"name": "slot", "dtype": "int64"},
                {"name": "delay_s", "dtype": "float64"},
            ],
        }
    ],
}


@pytest.fixture
def fake_program(tmp_path) -> str:
    """A scenario program without ns-3."""
    return fake_scenario(tmp_path / "fake", DECLARATION)


@pytest.fixture
def run_gateway(in_background) -> Callable[[Gateway], Gateway]:
    """Run gateways in threads; they are stopped at the end."""

    def run(gateway: Gateway) -> Gateway:
        in_background(gateway)
        return gateway

    return run


@pytest.fixture
def serve(fake_program, run_gateway) -> Callable[..., Gateway]:
    """Start gateways before the fake scenario."""

    def start(
        bind: str = "tcp://127.0.0.1:*",
        settings: dict[str, Any] | None = None,
        deadline_s: float = 10.0,
        **options: Any,
    ) -> Gateway:
        host = LocalHost(fake_program, settings, None, deadline_s)
        return run_gateway(Gateway(host, bind, **{"heartbeat_s": 0.1, **options}))

    return start


@pytest.fixture
def serve_program(run_gateway) -> Callable[[str], str]:
    """Start gateways before any scenario program; returns the address."""
    return lambda program: run_gateway(Gateway(LocalHost(program), "tcp://127.0.0.1:*")).address


@pytest.fixture
def connect() -> Iterator[Callable[..., ScenarioEnv]]:
    """Connect to gateways; the environments are closed at the end."""
    made: list[ScenarioEnv] = []

    def make(address: str, **options: Any) -> ScenarioEnv:
        made.append(ns3_bridge.connect(address, **{"deadline_s": 5.0, **options}))
        return made[-1]

    yield make
    for env in made:
        env.close()
