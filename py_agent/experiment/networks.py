# SPDX-License-Identifier: MIT
"""The network and the policy that run settings ask for, with users' models or without."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import ns3_scenarios
from ns3_bridge import InvalidSetting, ScenarioEnv
from ns3_bridge.settings import NestedSettings
from py_agent.experiment.run_settings import RunSettings
from py_agent.learning.training_cost import with_retraining, with_training_cost
from py_agent.policies import LookAheadPolicy, Policy, load_policy
from py_agent.policies.oracle import Oracle
from py_agent.policies.retraining import RETRAINING_RULES, RetrainingRule, WithRetraining

if TYPE_CHECKING:
    from py_agent.learning.env import LearningEnv

NetworkEnv: TypeAlias = "ScenarioEnv | LearningEnv"


def make_scenario(run: RunSettings, *, log: str = "") -> ScenarioEnv:
    """The scenario; with ``retrain`` its servers take retraining jobs, at what models ask for.

    Args:
        run: the settings.
        log: what ns-3 logs, as `ns3_bridge.LocalHost` takes it.
    """
    settings = run.settings if run.retrain is None else with_retraining(run.settings)

    def make(settings: NestedSettings) -> ScenarioEnv:
        return ns3_scenarios.make(run.scenario, settings, run.ns3, run.deadline_s, log=log)

    learning = None if run.retrain is None else run.learning
    return with_training_cost(make, _settings, settings, learning)


def make_network(run: RunSettings, env: ScenarioEnv | None = None, *, log: str = "") -> NetworkEnv:
    """The scenario; with ``retrain``, its users' models around it.

    Args:
        run: the settings.
        env: the scenario under these settings, if there is one already.
        log: as of `make_scenario`.
    """
    env = env or make_scenario(run, log=log)
    if run.retrain is None:
        return env
    from py_agent.learning.env import LearningEnv  # river takes a second

    return LearningEnv(env, run.learning)


def _settings(env: ScenarioEnv) -> Any:
    return env.settings


def make_policy(run: RunSettings) -> Policy:
    """The policy; with ``retrain``, that rule beside it.

    Raises:
        UnknownPolicy: no such policy.
        InvalidSetting: the policy shall retrain models and cannot; or the rule has no such option.
    """
    policy = load_policy(run.policy)
    if run.retrain_options and run.retrain in (None, "policy"):
        raise InvalidSetting(
            f"retrain_options {', '.join(run.retrain_options)}: there is no retraining rule "
            f"(retrain = {run.retrain!r})"
        )
    if run.retrain is None:
        return policy
    if run.retrain == "policy":
        if not getattr(policy, "retrains", False):
            raise InvalidSetting(
                f"policy {run.policy} does not decide on retraining: give a rule, such as spare"
            )
        return policy
    rule = _make_rule(run.retrain, run.retrain_options)
    if isinstance(policy, LookAheadPolicy):
        if not isinstance(policy, Oracle):
            raise InvalidSetting(
                f"policy {run.policy} tries decisions in branches of ns-3, where a retraining rule "
                "beside it is not asked: leave out retrain"
            )
        policy.retrain_by(rule)
        return policy
    return WithRetraining(policy, rule)


def _make_rule(name: str, options: Mapping[str, float]) -> RetrainingRule:
    make: Callable[..., RetrainingRule] = RETRAINING_RULES.load(name)
    known = inspect.signature(make).parameters
    if unknown := set(options) - set(known):
        raise InvalidSetting(
            f"retrain_options {', '.join(sorted(unknown))}: retraining rule {name} has "
            f"{', '.join(known) or 'none'}"
        )
    return make(**options)
