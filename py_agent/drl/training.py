# SPDX-License-Identifier: MIT
"""Trains an agent in the twin, validates checkpoints, keeps the best; resumes after a kill."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from stable_baselines3.common.callbacks import BaseCallback

from py_agent import yaml_text
from py_agent.drl.agent import Agent
from py_agent.drl.algorithms import (
    agent_of,
    load_algorithm,
    make_algorithm,
    save_algorithm,
)
from py_agent.drl.errors import CannotResume, NothingToValidate
from py_agent.drl.grouped_agents import GroupedAgents
from py_agent.drl.learning_curve import CurvePoint
from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.variant_parts import MakePart
from py_agent.input_files import digests
from py_agent.intervals import Estimate, paired_ratio
from py_agent.whole_files import replace, replace_text

_LEAST_DELAY_S = 1e-6  # what is less is rounding: there were no tasks

Progress = Callable[[int, Estimate | None], None]  # steps done, ratio of the best checkpoint
Validated = Callable[[CurvePoint, Agent], None]  # a checkpoint, and its agent


class Training:
    """A training in a folder: ``settings.yaml``, ``checkpoint.pt``, ``agent.npz``, TensorBoard.

    `agent.npz` is the checkpoint of the smallest cost on validation seeds, in the twin: minus the
    reward per task. If none has a mean paired ratio to the rule below 1, it says that the rule
    shall decide: `fill`, with `SpareTime` where models are retrained.

    Args:
        settings: what to train; those in the folder must be the same.
        folder: where to; a training that is there is gone on with.
        make_part: see `GroupedAgents`.

    Raises:
        CannotResume: the folder holds a training with other settings, of an earlier version, or
            a damaged one.

    Example:
        >>> import tempfile
        >>> settings = TrainingSettings(settings={"n_ue": 2, "n_bs": 2})
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     training = Training(settings, Path(folder) / "mine")
        ...     (training.folder / "settings.yaml").exists()
        True
    """

    def __init__(
        self, settings: TrainingSettings, folder: Path, make_part: MakePart | None = None
    ) -> None:
        self.settings = settings
        self._make_part = make_part
        self.folder = folder
        self._state = _State(folder / "state.json")
        told = folder / "settings.yaml"
        chosen = settings.model_dump(mode="json")
        files = digests([settings.settings, settings.twin or ""])
        if told.exists() and yaml_text.read(told) != chosen:
            raise CannotResume(
                f"{folder} holds a training with other settings (settings.yaml): choose "
                "another folder (--out), or the same settings to go on"
            )
        changed = [name for name in files if self._state.files.get(name, "") != files[name]]
        if told.exists() and changed:
            raise CannotResume(
                f"{changed[0]} has changed since the training in {folder} began: choose another "
                "folder (--out), or bring back the file to go on"
            )
        if (folder / "checkpoint.zip").exists():
            raise CannotResume(
                f"{folder}/checkpoint.zip is of an earlier version: its checkpoints can run code, "
                "and are not read any more: choose another folder (--out), or remove it"
            )
        folder.mkdir(parents=True, exist_ok=True)
        replace_text(told, yaml_text.dump(chosen))
        self._state.files = files
        self._state.save()

    def run(
        self,
        progress: Progress = lambda steps, best: None,
        validated: Validated = lambda point, agent: None,
    ) -> Agent:
        """Train until all steps are done.

        Args:
            progress: told after every rollout.
            validated: told after every validation.

        Returns:
            the agent that validation chose.
        """
        settings = self.settings
        torch.set_num_threads(settings.threads)
        with contextlib.closing(GroupedAgents(settings, self._make_part)) as agents:
            agents.seed(settings.seed * 10_000 + self._state.steps % 10_000)
            checkpoint = self.folder / "checkpoint.pt"
            if checkpoint.exists():
                model = load_algorithm(settings, checkpoint, agents, self.folder)
            else:
                model = make_algorithm(settings, agents, self.folder)
            validation = _Validation(self, agents, progress, validated)
            left = settings.steps - model.num_timesteps
            if left > 0:
                model.learn(
                    left, callback=validation, reset_num_timesteps=False, tb_log_name="training"
                )
            if self._state.best is None or self._state.steps < model.num_timesteps:
                validation.validate(model)
        return Agent.load(self.folder / "agent.npz")


class _State:
    """What is known of a training beside its weights."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.steps = 0
        self.best: dict[str, Any] | None = None
        self.files: dict[str, str] = {}  # that the settings name: path to SHA-256
        if path.exists():
            try:
                told = json.loads(path.read_text(encoding="utf-8"))
                self.steps, self.files = int(told["steps"]), dict(told.get("files", {}))
                self.best = told["best"] and dataclasses.asdict(Estimate(**told["best"]))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise CannotResume(f"{path} is damaged: {error!r}: remove it to start again") from (
                    error
                )

    def save(self) -> None:
        values = {"steps": self.steps, "best": self.best, "files": self.files}
        replace_text(self._path, json.dumps(values))


class _Validation(BaseCallback):
    """Validates, keeps checkpoints, and writes both down."""

    def __init__(
        self,
        training: Training,
        agents: GroupedAgents,
        progress: Progress,
        validated: Validated,
    ) -> None:
        super().__init__()
        self._validated = validated
        self._training = training
        self._agents = agents
        self._progress = progress
        settings = training.settings
        self._every = max(1, settings.steps // settings.validations)
        self._next = (training._state.steps // self._every + 1) * self._every
        allowed_s = 60 * (settings.minutes or np.inf)
        self._every_s = allowed_s / settings.validations
        self._next_s = time.monotonic() + self._every_s
        self._ends_s = time.monotonic() + allowed_s
        facts = {"training": settings.model_dump(mode="json"), "falls_back": True}
        self._rule = agents.validate(Agent([], [], "clip", settings.reach, facts))

    def _on_step(self) -> bool:
        return time.monotonic() < self._ends_s

    def _on_rollout_end(self) -> None:
        best = self._training._state.best
        self._progress(self.num_timesteps, None if best is None else Estimate(**best))
        if self.num_timesteps >= self._next or time.monotonic() >= self._next_s:
            self._next = (self.num_timesteps // self._every + 1) * self._every
            self.validate(self.model)
            self._next_s = time.monotonic() + self._every_s

    def validate(self, model: Any) -> None:
        """Compare the present weights with the rule; keep them if they are the best so far."""
        training = self._training
        facts = {
            "training": training.settings.model_dump(mode="json"),
            "steps": model.num_timesteps,
        }
        agent = agent_of(model, training.settings, facts)
        found = self._agents.validate(agent)
        busy = np.minimum(found.delay_s, self._rule.delay_s) > _LEAST_DELAY_S
        if not busy.any():
            raise NothingToValidate(
                f"no held-out network had a task in {training.settings.episode_s:g} s: choose"
                " longer episodes (episode_s) or more traffic"
            )
        cost = paired_ratio(found.cost_s[busy].tolist(), self._rule.cost_s[busy].tolist())
        delay = paired_ratio(found.delay_s[busy].tolist(), self._rule.delay_s[busy].tolist())
        model.logger.record("validation/cost_ratio", cost.mean)
        model.logger.record("validation/delay_ratio", delay.mean)
        model.logger.record("validation/below_target", found.below.mean())
        point = CurvePoint(
            model.num_timesteps,
            cost,
            delay,
            float(found.below.mean()),
            float(self._rule.below.mean()),
        )
        point.append_to(training.folder)
        state = training._state
        if state.best is None or cost.mean < state.best["mean"]:
            state.best = dataclasses.asdict(cost)
            facts |= {
                "falls_back": cost.mean >= 1,
                "validation_cost_ratio": dataclasses.asdict(cost),
                "validation_delay_ratio": dataclasses.asdict(delay),
                "validation_below_target": float(found.below.mean()),
                "validation_below_target_of_rule": float(self._rule.below.mean()),
            }
            replace(training.folder / "agent.npz", agent.save)
        replace(training.folder / "checkpoint.pt", lambda to: save_algorithm(model, to))
        state.steps = model.num_timesteps
        state.save()
        self._validated(point, agent)
