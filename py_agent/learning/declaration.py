# SPDX-License-Identifier: MIT
"""What users' models add to the declaration of a scenario: fields, actions and a table."""

from __future__ import annotations

import dataclasses

from ns3_bridge import Field, Schema, Table

NEEDED_ACTION = "retrain_samples"

ACCURACY = Table(
    "accuracy",
    "one row per frame and user that is there at its end",
    tuple(
        {"name": name, "dtype": dtype, "unit": unit, "help": text, "labels": []}
        for name, dtype, unit, text in (
            ("ue", "int64", "1", "user"),
            ("time_s", "float64", "s", "ns-3 time of the measurement"),
            ("accuracy", "float64", "1", "on fresh samples"),
            ("deficit", "float64", "1", "by how much it misses the target; 0: not at all"),
            ("frame_s", "float64", "s", "length of the frame"),
        )
    ),
)


def with_learning(schema: Schema, n_ue: int) -> Schema:
    """Fields and tables of a scenario with retraining and its users' models."""

    def field(
        name: str,
        high: float,
        text: str,
        dtype: str = "float32",
        timescale: str = "slot",
        unit: str = "1",
    ) -> Field:
        flag = dtype == "int32"
        return Field(
            *(name, dtype, (n_ue,), unit, 0, high, flag),
            timescale=timescale,
            help=text,
            dims=("ue",),
        )

    observations = (
        field("accuracy", 1, "of each user's model on fresh samples, last frame boundary"),
        field("accuracy_deficit", 1, "by how much accuracy misses the target"),
        field("virtual_queue", 1e9, "Z of the accuracy constraint"),
        field("drift_detected", 1, "1: alarm in the last frame", "int32"),
        field("drift_rate", 1e9, "nominal, in the stream's own unit", unit="1/s"),
        field("task_norm_samples", 1e9, "norm of the user's latest task data", unit="samples"),
    )
    actions = (
        field("retrain", 1, "1: the model may be retrained in this frame", "int32", "frame"),
        field("retraining_ratio", 1, "part of task_norm_samples to retrain on, from now on"),
    )
    kept = tuple(f for f in schema.actions if f.name != NEEDED_ACTION)
    refused = {NEEDED_ACTION: "it follows from retrain and retraining_ratio"}
    return dataclasses.replace(
        schema,
        observations=schema.observations + observations,
        actions=kept + actions,
        refused_actions={**schema.refused_actions, **refused},
        reward_help="minus (tasks + w_G retraining backlog + w_A accuracy deficit), summed",
        tables=(*schema.tables, ACCURACY),
    )
