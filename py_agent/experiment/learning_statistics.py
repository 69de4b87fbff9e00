# SPDX-License-Identifier: MIT
"""How accurate users' models were in a run, and what that took."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def summarise_learning(
    accuracy: NDArray[np.void],
    training: NDArray[np.void],
    sample_bit: int,
    target: float,
    sim_time_s: float,
) -> dict[str, Any]:
    """Accuracy over users and time, violations of its target, and the work of retraining.

    Args:
        accuracy: rows of the table ``accuracy``, one per frame and user that was there; without
            any, what is taken of them is None.
        training: rows of the table ``training``.
        sample_bit: size of a sample.
        target: A_min.
        sim_time_s: length of the run.
    """
    there = len(accuracy) > 0
    below = accuracy["deficit"] > 0
    done = training[~np.isnan(training["done_s"])]
    seconds = float(accuracy["frame_s"].sum())
    _, users = np.unique(accuracy["ue"], return_inverse=True)
    user_seconds = np.bincount(users, weights=accuracy["frame_s"])
    user_accuracy = np.bincount(users, weights=accuracy["accuracy"] * accuracy["frame_s"])
    samples = int(done["samples"].sum())
    below_s = float(accuracy["frame_s"][below].sum())
    return {
        "accuracy_mean": float(np.average(accuracy["accuracy"], weights=accuracy["frame_s"]))
        if there
        else None,
        "user_seconds_below_target": below_s,
        "share_below_target": below_s / seconds if there else None,
        "users_below_target": float(np.mean(user_accuracy / user_seconds < target))
        if there
        else None,
        "training_samples": samples,
        "training_mbit_s": samples * sample_bit / 1e6 / sim_time_s,
        "training_jobs_done": len(done),
        "training_jobs_unfinished": len(training) - len(done),
        "training_job_mean_s": float((done["done_s"] - done["submitted_s"]).mean())
        if len(done)
        else None,
        "training_migrations": int(training["migrations"].sum()),
    }
