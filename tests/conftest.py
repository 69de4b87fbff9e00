from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

import ns3_scenarios
from ns3_bridge import Channel, ScenarioEnv
from ns3_bridge.testing import echo_command
from ns3_scenarios.build import build

# Whoever starts us in the background makes us ignore Ctrl-C, and nohup makes us ignore hangups; our
# children must not inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


# More random examples per test, for `make fuzz`.
if examples := os.environ.get("NS3_TWIN_FUZZ_EXAMPLES"):
    settings.register_profile("fuzz", max_examples=int(examples), deadline=None)
    settings.load_profile("fuzz")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first: no worker waits at the end for another's last test."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def build_cache() -> Iterator[Path]:
    """Where `build` keeps ns-3 and object files, between test runs: ns-3 alone has 300 MB."""
    default = Path(__file__).parents[1] / "build" / "test-cache"
    cache = Path(os.environ.get("NS3_TWIN_TEST_CACHE", default))
    yield cache
    for made in (*cache.glob("build-*/CMakeCache.txt"), *cache.glob("*/build-*/CMakeCache.txt")):
        with contextlib.suppress(FileNotFoundError):  # another worker was faster
            sources = re.search(r"^SCENARIO_SOURCES:\w+=(.+)$", made.read_text(), re.MULTILINE)
            if sources and not all(map(os.path.exists, sources[1].split(";"))):
                shutil.rmtree(made.parent, ignore_errors=True)  # they were a test's own


@pytest.fixture(scope="session")
def formula_radio(build_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Program of a scenario whose radio is a formula: edge computing without LTE."""
    sources = sorted((Path(__file__).parent / "toy_radio").glob("*.cc"))
    program = tmp_path_factory.mktemp("toy_radio") / "formula-radio"
    return str(build(sources, [], program, build_cache))


@pytest.fixture
def echo() -> Iterator[Callable[..., Channel]]:
    """Open channels to echo simulators; they are closed at the end."""
    opened: list[Channel] = []

    def make(n_floats: int = 4, n_slots: int = 100, **kwargs: Any) -> Channel:
        opened.append(Channel(echo_command(n_floats, n_slots), **kwargs))
        return opened[-1]

    yield make
    for channel in opened:
        channel.process.close()


@pytest.fixture
def cellular() -> Iterator[Callable[..., ScenarioEnv]]:
    """Make small cellular environments on real ns-3; they are closed at the end."""
    made: list[ScenarioEnv] = []

    def make(
        ns3_attributes: dict[str, Any] | None = None, deadline_s: float = 60.0, **settings: Any
    ) -> ScenarioEnv:
        settings = {"n_ue": 4, "n_bs": 2, "duration_s": 1.0, **settings}
        made.append(ns3_scenarios.make("cellular", settings, ns3_attributes, deadline_s))
        return made[-1]

    yield make
    for env in made:
        env.close()


@pytest.fixture
def wifi() -> Iterator[Callable[..., ScenarioEnv]]:
    """Make small Wi-Fi environments on real ns-3; they are closed at the end."""
    made: list[ScenarioEnv] = []

    def make(**settings: Any) -> ScenarioEnv:
        settings = {"n_ue": 4, "n_bs": 2, "duration_s": 1.0, **settings}
        made.append(ns3_scenarios.make("wifi", settings))
        return made[-1]

    yield make
    for env in made:
        env.close()


@pytest.fixture
def in_background() -> Iterator[Callable[[Any], threading.Thread]]:
    """Let servers serve until the end of the test, each in a thread that must end with it."""
    started: list[tuple[Any, threading.Thread]] = []

    def start(server: Any) -> threading.Thread:
        thread = threading.Thread(target=server.serve)
        thread.start()
        started.append((server, thread))
        return thread

    yield start
    for server, thread in started:
        server.stop()
        thread.join(60)
        assert not thread.is_alive()
