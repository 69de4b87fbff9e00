# SPDX-License-Identifier: MIT
"""The summary of a run in a folder, of one that ended early as far as it goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from py_agent.experiment.errors import DamagedRun
from py_agent.experiment.run_data import slot_field, slot_fields, slot_rewards
from py_agent.experiment.run_folder import RunFolder


def decider(summary: Mapping[str, Any]) -> str:
    """Who decided in a run, as comparisons call it: ``POLICY`` or ``POLICY@RETRAINING``.

    Example:
        >>> decider({"policy": "load-fill", "retrain": "spare"})
        'load-fill@spare'
    """
    retrain = summary.get("retrain")
    return f"{summary['policy']}@{retrain}" if retrain else str(summary["policy"])


def has_tasks(summary: Mapping[str, Any]) -> bool:
    """Whether a run tells the delays of tasks; a scenario may call another quantity ``delay_s``.

    Example:
        >>> has_tasks({"tasks_completed": 3, "mean_delay_s": 0.2}), has_tasks({"mean_delay_s": 0.2})
        (True, False)
    """
    return "tasks_completed" in summary


def summary_of(folder: RunFolder) -> dict[str, Any]:
    """What a finished run has written; otherwise what can be said of the slots that there are.

    The latter has an entry ``early_end`` and no delays: tasks that were under way are not among its
    records, so that their mean would be too small.

    Raises:
        DamagedRun: a file is damaged; the message names it.
        InvalidSetting: the settings cannot be read.
    """
    reason = folder.early_end()
    if not reason:
        return folder.read_summary()
    run = folder.read_settings()
    settings = run.get("settings")
    if not isinstance(settings, dict):
        raise DamagedRun(f"{folder.settings} is damaged: it has no settings of the scenario")
    rewards = slot_rewards(folder)
    return {
        **{name: run.get(name) for name in ("scenario", "policy", "retrain", "seed")},
        "early_end": reason,
        "sim_time_s": _simulated_s(folder, settings, len(rewards)),
        "slots": len(rewards),
        "n_ue": settings.get("n_ue"),
        "n_bs": settings.get("n_bs"),
        "total_reward": float(rewards.sum()),
        "ns3_version": folder.read_record().get("ns3_version"),
    }


def _simulated_s(folder: RunFolder, settings: Mapping[str, Any], slots: int) -> float:
    if isinstance(settings.get("slot_s"), int | float):
        return float(slots * settings["slot_s"])
    if "time_s" not in slot_fields(folder):
        raise DamagedRun(f"{folder.settings} is damaged: it does not say how long a slot is")
    time_s = slot_field(folder, "time_s")
    return float(time_s[-1, 0] - time_s[0, 0])
