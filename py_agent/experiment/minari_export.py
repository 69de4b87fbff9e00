# SPDX-License-Identifier: MIT
"""Makes a Minari data set of runs, for offline reinforcement learning."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gymnasium
import minari
import numpy as np
from gymnasium.envs.registration import EnvSpec
from minari.data_collector import EpisodeBuffer

import ns3_scenarios
from ns3_bridge import InvalidSetting
from ns3_bridge.spaces import dict_space
from py_agent.experiment.networks import make_network
from py_agent.experiment.run_data import (
    observed_field,
    recorded_run,
    slot_field,
    slot_rewards,
)
from py_agent.experiment.run_folder import RunFolder
from py_agent.experiment.run_settings import RunSettings, load_run_settings


def export(
    paths: Sequence[Path],
    dataset_id: str,
    author: str = "unknown",
    author_email: str = "unknown",
    *,
    is_trusted: bool = False,
) -> Any:
    """Write runs as episodes of one data set, into Minari's folder of data sets.

    Args:
        paths: run folders of one scenario under the same settings; policies and seeds may differ.
        dataset_id: a name as Minari wants it, e.g. ``ns3/cellular-srpt-v0``.
        author: who made the data set, for its metadata.
        author_email: where to ask.
        is_trusted: a scenario program that is not installed may be started.

    Returns:
        the `minari.MinariDataset`.

    Raises:
        InvalidSetting: a folder holds no run, runs have different settings, or there is a
            data set of that name, or Minari does not like the name.
        DamagedRun: a file of a run is damaged.
        UntrustedCode: the scenario is a program that is not installed.
    """
    folders = [recorded_run(path) for path in paths]
    policies = [str(folder.read_settings().get("policy")) for folder in folders]
    settings = [  # whoever decided is not asked again: its code is not imported
        load_run_settings(folder.settings, {"policy": "random"}, [], is_trusted=is_trusted)
        for folder in folders
    ]
    for path, other in zip(paths, settings, strict=True):
        if _network_of(other) != _network_of(settings[0]):
            raise InvalidSetting(
                f"{path} has another scenario, settings, ns-3 attributes or models than {paths[0]}"
            )
    env = make_network(settings[0])
    schema = env.schema
    episodes = [
        _episode(number, folder, run.seed, schema)
        for number, (folder, run) in enumerate(zip(folders, settings, strict=True))
    ]
    environment = _environment(settings[0])
    try:
        return minari.create_dataset_from_buffers(
            dataset_id,
            episodes,
            env=environment,
            eval_env=environment,
            observation_space=dict_space(schema.observations),
            action_space=dict_space(schema.actions),
            algorithm_name=", ".join(sorted(set(policies))),
            author=author,
            author_email=author_email,
            code_permalink=f"ns3-twin {folders[0].read_record().get('ns3_twin_version')}",
            description=f"{schema.scenario} on ns-3 {env.ns3_version}, by ns3-twin",
            data_format="hdf5",
        )
    except (ValueError, OSError) as error:
        raise InvalidSetting(f"data set {dataset_id!r}: {error}") from error


def _network_of(settings: RunSettings) -> tuple[Any, ...]:
    """What has to be the same in all runs of a data set: not who decided, nor the seed."""
    models = None if settings.retrain is None else settings.learning
    return settings.scenario, settings.settings, settings.ns3, models


def _environment(settings: RunSettings) -> EnvSpec | None:
    """What `minari.MinariDataset.recover_environment` makes; None for a scenario of one's own."""
    if settings.scenario not in ns3_scenarios.names():
        return None
    identifier = ns3_scenarios.gymnasium_id(settings.scenario)
    if settings.retrain is not None:
        identifier = identifier.replace("-v", "Learning-v")  # see `py_agent.gymnasium_ids`
    spec = copy.deepcopy(gymnasium.spec(identifier))
    spec.kwargs |= {"settings": settings.settings, "ns3_attributes": settings.ns3}
    if settings.retrain is not None:
        spec.kwargs |= {"learning": settings.learning.model_dump(mode="json")}
    return spec


def _episode(number: int, folder: RunFolder, seed: int, schema: Any) -> EpisodeBuffer:
    # An episode ends with an observation: that of a run that ended early is before its last slot.
    steps = len(observed_field(folder, schema.observations[0].name)) - 1
    if steps < 1:
        raise InvalidSetting(f"{folder.path} holds no slot with an observation after it")
    rewards = slot_rewards(folder)[:steps]
    is_last = np.arange(steps) == steps - 1
    has_terminated = folder.summary.exists() and folder.read_summary().get("terminated", False)
    return EpisodeBuffer(
        id=number,
        seed=seed,
        observations={f.name: observed_field(folder, f.name) for f in schema.observations},
        actions={f.name: slot_field(folder, f"action.{f.name}")[:steps] for f in schema.actions},
        rewards=rewards.tolist(),
        terminations=(is_last & has_terminated).tolist(),
        truncations=(is_last & (not has_terminated)).tolist(),
    )
