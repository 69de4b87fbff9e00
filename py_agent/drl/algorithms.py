# SPDX-License-Identifier: MIT
"""The algorithms of stable-baselines3, set up for many agents with the same weights."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from stable_baselines3 import PPO, SAC, TD3
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.noise import NormalActionNoise
from stable_baselines3.common.off_policy_algorithm import OffPolicyAlgorithm
from stable_baselines3.common.vec_env import VecEnv

from py_agent.drl.agent import ACTIONS, Agent
from py_agent.drl.cell_extractor import CellExtractor
from py_agent.drl.errors import CannotResume, reason_of
from py_agent.drl.training_settings import TrainingSettings
from py_agent.drl.weights import Layers

_CLASSES: dict[str, type[BaseAlgorithm]] = {"ppo": PPO, "td3": TD3, "sac": SAC}
_ROLLOUT_SLOTS = 50
_ROLLOUT_FRAMES = 4
_MINIBATCH = 8192
_BUFFER = 1_000_000  # decisions, and of so many slots at least:
_BUFFER_SLOTS = 500
_GRADIENT_STEPS = 4  # per slot: each sees a quarter of a minibatch, or as many as there are agents
_FIRST_STEP = 0.01  # scale of the last layer at the start: the agent starts at the rule


def make_algorithm(settings: TrainingSettings, env: VecEnv, log: Path) -> BaseAlgorithm:
    """A new algorithm, its actor next to the rule.

    Args:
        settings: of the training.
        env: all agents.
        log: folder for TensorBoard.
    """
    common: dict[str, Any] = {
        "policy": "MlpPolicy",
        "env": env,
        "learning_rate": settings.learning_rate,
        "gamma": settings.gamma,
        "seed": settings.seed,
        "tensorboard_log": str(log),
        "device": settings.device,
    }
    shape: dict[str, Any] = {"net_arch": settings.hidden, "activation_fn": torch.nn.Tanh}
    if settings.architecture == "cell":
        shape["features_extractor_class"] = CellExtractor
    if settings.algorithm == "ppo":
        steps = _ROLLOUT_SLOTS if settings.timescale == "slot" else _ROLLOUT_FRAMES
        return PPO(
            **common,
            n_steps=steps,
            batch_size=env.num_envs * steps // _minibatches(env.num_envs, steps),
            n_epochs=4,
            gae_lambda=settings.gae_lambda,
            ent_coef=0.0,
            policy_kwargs={**shape, "log_std_init": -1.0},
        )
    off_policy: dict[str, Any] = {
        "buffer_size": max(_BUFFER, _BUFFER_SLOTS * env.num_envs),
        "batch_size": max(_MINIBATCH // 4, env.num_envs),
        "learning_starts": env.num_envs * _ROLLOUT_SLOTS,
        "train_freq": 1,
        "gradient_steps": _GRADIENT_STEPS,
        "policy_kwargs": shape,
    }
    model: BaseAlgorithm
    if settings.algorithm == "td3":
        noise = NormalActionNoise(np.zeros(len(ACTIONS)), np.full(len(ACTIONS), 0.2))
        model = TD3(**common, **off_policy, action_noise=noise)
    else:
        model = SAC(**common, **off_policy)
    with torch.no_grad():
        for parameter in linear_layers(model)[-1].parameters():
            parameter.mul_(_FIRST_STEP)
    if isinstance(model, TD3):
        model.actor_target.load_state_dict(model.actor.state_dict())
    return model


def _minibatches(agents: int, steps: int) -> int:
    """Into how many equal parts a rollout is cut: few, of `_MINIBATCH` samples at most."""
    parts = [n for n in range(1, steps + 1) if steps % n == 0]
    fitting = [n for n in parts if agents * steps <= n * _MINIBATCH]
    return min(fitting, default=steps)


def save_algorithm(model: BaseAlgorithm, path: Path) -> None:
    """Write what a training goes on from: numbers alone, of weights, optimisers and progress."""
    state: dict[str, Any] = {
        "parameters": model.get_parameters(),
        "steps": model.num_timesteps,
        "updates": getattr(model, "_n_updates", 0),
    }
    if (entropy := getattr(model, "log_ent_coef", None)) is not None:  # of SAC
        state["log_ent_coef"] = entropy.detach()
    torch.save(state, path)


def load_algorithm(settings: TrainingSettings, path: Path, env: VecEnv, log: Path) -> BaseAlgorithm:
    """Go on with a saved algorithm. The file is data: no code of it runs.

    Args:
        settings: of the training.
        path: what `save_algorithm` wrote.
        env: all agents.
        log: folder for TensorBoard.

    Raises:
        CannotResume: the file is damaged, or of another training.
    """
    model: Any = make_algorithm(settings, env, log)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        model.set_parameters(state["parameters"], device=settings.device)
        model.num_timesteps, model._n_updates = int(state["steps"]), int(state["updates"])
        if isinstance(model, OffPolicyAlgorithm):  # what it remembers was not kept: it starts anew
            model.learning_starts += model.num_timesteps
        if getattr(model, "log_ent_coef", None) is not None:
            model.log_ent_coef.data.copy_(state["log_ent_coef"])
        numbers = model.policy.state_dict().values()
        if not all(torch.isfinite(tensor).all() for tensor in numbers):
            raise ValueError("a weight is not a finite number")
    except Exception as error:  # torch raises a dozen kinds, one for each way to be damaged
        raise CannotResume(
            f"{path} cannot be resumed ({reason_of(error)}): remove it to start again"
        ) from error
    return cast("BaseAlgorithm", model)


def linear_layers(model: BaseAlgorithm) -> list[torch.nn.Linear]:
    """Layers of the actor's mean, first layer first."""
    policy: Any = model.policy
    if isinstance(model, PPO):
        parts = [policy.mlp_extractor.policy_net, policy.action_net]
    elif isinstance(model, TD3):
        parts = [policy.actor.mu]
    else:
        parts = [policy.actor.latent_pi, policy.actor.mu]
    return [m for part in parts for m in part.modules() if isinstance(m, torch.nn.Linear)]


def agent_of(model: BaseAlgorithm, settings: TrainingSettings, facts: dict[str, Any]) -> Agent:
    """What the actor does without exploring, in NumPy."""
    policy: Any = model.policy
    squash = "clip" if isinstance(model, PPO) else "tanh"
    extractor = (policy if isinstance(model, PPO) else policy.actor).features_extractor
    seen: list[torch.nn.Module] = []
    if isinstance(extractor, CellExtractor):
        seen = list(extractor.embedding)
    layers = _in_numpy(linear_layers(model))
    return Agent(layers, _in_numpy(seen), squash, settings.reach, facts)


def _in_numpy(modules: Iterable[torch.nn.Module]) -> Layers:
    return [
        (layer.weight.detach().cpu().numpy().T.copy(), layer.bias.detach().cpu().numpy().copy())
        for layer in modules
        if isinstance(layer, torch.nn.Linear)
    ]
