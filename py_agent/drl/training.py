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
from numpy.typing import NDArray
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
from py_agent.drl.validation import Evaluation
from py_agent.drl.variant_parts import MakePart
from py_agent.input_files import digests
from py_agent.intervals import Estimate, paired_ratio
from py_agent.whole_files import replace, replace_text

_LEAST_DELAY_S = 1e-6  # what is less is rounding: there were no tasks
_FIRST_SEED = 2**30  # of networks that are trained on: beyond those that are held out

Progress = Callable[[int, Estimate | None], None]  # steps done, ratio of the best checkpoint
Validated = Callable[[CurvePoint, Agent], None]  # a checkpoint, and its agent


class Training:
    """A training in a folder: ``settings.yaml``, ``checkpoint.pt``, ``agent.npz``, TensorBoard.

    `agent.npz` is the checkpoint of the smallest cost on validation seeds, in the twin: minus the
    reward per task. The best of several looks better than it is. So in the end it is tested on
    seeds that had no part in the choice. If its mean paired ratio to the rule is not below 1 in
    both, it says that the rule shall decide: `fill`, with `SpareTime` where models are retrained.

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
            checkpoint = self.folder / "checkpoint.pt"
            if checkpoint.exists():
                model = load_algorithm(settings, checkpoint, agents, self.folder)
            else:
                model = make_algorithm(settings, agents, self.folder)
            # Resumed, it meets other networks than at its start, and explores in another way.
            model.set_random_seed(_seed_of(settings.seed, model.num_timesteps))
            validation = _Validation(self, agents, progress, validated)
            left = settings.steps - model.num_timesteps
            if left > 0 and validation.left_s > 0:
                model.learn(
                    left, callback=validation, reset_num_timesteps=False, tb_log_name="training"
                )
            if self._state.best is None or self._state.steps < model.num_timesteps:
                validation.validate(model)
            return validation.test()


def _seed_of(seed: int, steps: int) -> int:
    """Of the networks and of exploration, from so many steps on."""
    drawn = np.random.SeedSequence([seed, steps]).generate_state(1)
    return _FIRST_SEED + int(drawn[0]) % _FIRST_SEED


class _State:
    """What is known of a training beside its weights."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.steps = 0
        self.minutes = 0.0
        self.best: dict[str, Any] | None = None
        self.files: dict[str, str] = {}  # that the settings name: path to SHA-256
        if path.exists():
            try:
                told = json.loads(path.read_text(encoding="utf-8"))
                self.steps, self.files = int(told["steps"]), dict(told.get("files", {}))
                self.minutes = float(told.get("minutes", 0.0))
                self.best = told["best"] and dataclasses.asdict(Estimate(**told["best"]))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise CannotResume(f"{path} is damaged: {error!r}: remove it to start again") from (
                    error
                )

    def save(self) -> None:
        values = {
            **{"steps": self.steps, "minutes": self.minutes},
            **{"best": self.best, "files": self.files},
        }
        replace_text(self._path, json.dumps(values))


class _Validation(BaseCallback):
    """Validates, keeps checkpoints, writes both down; tests the one that is chosen."""

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
        self.left_s = allowed_s - 60 * training._state.minutes
        facts = {"training": settings.model_dump(mode="json"), "falls_back": True}
        self._rule = Agent([], [], "clip", settings.reach, facts)
        self._of_rule = agents.validate(self._rule)
        self._minutes_before = training._state.minutes
        self._began_s = time.monotonic()
        self._next_s = self._began_s + self._every_s

    def _on_step(self) -> bool:
        return time.monotonic() < self._began_s + self.left_s

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
        point = self._beside_rule(model.num_timesteps, self._agents.validate(agent), self._of_rule)
        model.logger.record("validation/cost_ratio", point.cost.mean)
        model.logger.record("validation/delay_ratio", point.delay.mean)
        model.logger.record("validation/below_target", point.below)
        point.append_to(training.folder)
        state = training._state
        if state.best is None or point.cost.mean < state.best["mean"]:
            state.best = dataclasses.asdict(point.cost)
            facts |= {"falls_back": point.cost.mean >= 1, **_facts("validation", point)}
            replace(training.folder / "agent.npz", agent.save)
        replace(training.folder / "checkpoint.pt", lambda to: save_algorithm(model, to))
        state.steps = model.num_timesteps
        state.minutes = self._minutes_before + (time.monotonic() - self._began_s) / 60
        state.save()
        self._validated(point, agent)

    def test(self) -> Agent:
        """The chosen agent, compared with the rule on networks that had no part in the choice."""
        file = self._training.folder / "agent.npz"
        agent = Agent.load(file)
        if agent.falls_back or "test_cost_ratio" in agent.facts:
            return agent
        found, of_rule = (self._agents.validate(one, test=True) for one in (agent, self._rule))
        point = self._beside_rule(agent.facts["steps"], found, of_rule)
        agent.facts.update({"falls_back": point.cost.mean >= 1, **_facts("test", point)})
        replace(file, agent.save)
        return agent

    def _beside_rule(self, steps: int, found: Evaluation, rule: Evaluation) -> CurvePoint:
        busy = np.minimum(found.delay_s, rule.delay_s) > _LEAST_DELAY_S
        if not busy.any():
            raise NothingToValidate(
                f"no held-out network had a task in {self._training.settings.episode_s:g} s: "
                "choose longer episodes (episode_s) or more traffic"
            )
        return CurvePoint(
            steps,
            paired_ratio(found.cost_s[busy].tolist(), rule.cost_s[busy].tolist()),
            paired_ratio(found.delay_s[busy].tolist(), rule.delay_s[busy].tolist()),
            _mean_below(found.below),
            _mean_below(rule.below),
        )


def _mean_below(below: NDArray[np.float64]) -> float:
    """Over the networks with models; 0 if there is none."""
    known = below[np.isfinite(below)]
    return float(known.mean()) if len(known) else 0.0


def _facts(kind: str, point: CurvePoint) -> dict[str, Any]:
    """What an agent's file says of a comparison with the rule."""
    return {
        f"{kind}_cost_ratio": dataclasses.asdict(point.cost),
        f"{kind}_delay_ratio": dataclasses.asdict(point.delay),
        f"{kind}_below_target": point.below,
        f"{kind}_below_target_of_rule": point.below_of_rule,
    }
