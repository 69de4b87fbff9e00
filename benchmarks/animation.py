# SPDX-License-Identifier: MIT
"""Make the animated picture of the README: ``make animation``.

Cars drive through a town in ns-3, and the digital twin chooses who is served by which station. The
picture is what an environment with ``render_mode="rgb_array"`` draws. Some two minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

import ns3_scenarios
from py_agent.cli.preset import with_preset
from py_agent.driver import play
from py_agent.experiment.run_settings import load_run_settings
from py_agent.policies import Network, load_policy

_FILE = Path(__file__).parents[1] / "docs" / "images" / "closed-loop.gif"
_PRESET, _POLICY, _SEED = "vehicles", "rollout-fill", 1
_DURATION_S = 24.0
_SLOTS_PER_PICTURE = 16
_PICTURE_MS = 120
_SIZE = (760, 456)  # pixels
_COLOURS = 128


def main() -> None:
    """Simulate, draw, write."""
    pictures = list(_pictures())
    # One palette for all, so that nothing flickers.
    palette = pictures[-1].quantize(_COLOURS, method=Image.Quantize.MAXCOVERAGE)
    frames = [p.quantize(palette=palette, dither=Image.Dither.NONE) for p in pictures]
    frames[0].save(
        _FILE, save_all=True, append_images=frames[1:], duration=_PICTURE_MS, loop=0, optimize=True
    )
    print(f"{_FILE.name}: {len(frames)} pictures, {_FILE.stat().st_size / 1e6:.2f} MB")


def _pictures() -> Iterator[Image.Image]:
    chosen = load_run_settings(None, with_preset(_PRESET, None, {}), [f"duration_s={_DURATION_S}"])
    env = ns3_scenarios.make("cellular", chosen.settings, render_mode="rgb_array")
    network = Network("cellular", env.settings.model_dump(), env.schema)
    policy = load_policy(_POLICY)
    policy.begin(network, _SEED)
    observation, _ = env.reset(seed=_SEED)
    for number, _ in enumerate(play(env, policy, network, observation)):
        if number % _SLOTS_PER_PICTURE == 0:
            yield Image.fromarray(env.render()).resize(_SIZE, Image.Resampling.LANCZOS)
    env.close()


if __name__ == "__main__":
    main()
