# SPDX-License-Identifier: MIT
"""What a scenario must declare so that the twin can take its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ns3_bridge import Schema
from py_agent.radio.link_model import load_radio
from py_agent.twin.errors import UnsuitableNetwork

#: Observation fields that the twin follows, beside those that the radio's plug-in names.
FOLLOWED = (
    *("time_s", "slot_in_frame", "position_m", "velocity_mps", "bs_position_m"),
    *("serving_bs", "tasks_created", "created_bit", "delivered_bit"),
    *("tasks_uploading", "upload_backlog_bit", "upload_unconfirmed_bit", "oldest_age_s"),
    *("tasks_computing", "compute_head_cycles", "compute_backlog_cycles", "task_mean_bit"),
    "task_mean_cycles",
)
_DECIDED = ("association", "compute_share")
_RECORDED = ("task",)


def check_followed(schema: Schema) -> None:
    """The twin can follow networks of this declaration.

    Raises:
        UnknownRadio: it names no radio, or one that no plug-in knows.
        UnsuitableNetwork: it lacks fields; the message names them.
    """
    _require(schema, {*FOLLOWED, *load_radio(schema.radio).followed})


def check_replaced(schema: Schema) -> None:
    """Rollouts can stand in for the scenario's simulator; they follow nobody's links.

    Raises:
        UnknownRadio: as of `check_followed`.
        UnsuitableNetwork: it lacks fields that do not depend on the radio, actions or a table.
    """
    load_radio(schema.radio)
    _require(schema, set(FOLLOWED))
    for what, needed, declared in (
        ("action", _DECIDED, schema.actions),
        ("table", _RECORDED, schema.tables),
    ):
        missing = set(needed) - {entry.name for entry in declared}
        if missing:
            raise UnsuitableNetwork(f"{schema.scenario} declares no {what} {_listed(missing)}")


def check_arrivals(schema: Schema, settings: Mapping[str, Any]) -> None:
    """Users come and go by a law, if they do.

    Raises:
        UnsuitableNetwork: they do it as a trace says.
    """
    varies = "present" in {field.name for field in schema.observations}
    if varies and settings["arrival"]["rate_hz"] == 0:
        raise UnsuitableNetwork(
            "users of mobility.trace come and go in this window, and the twin's environments know "
            "no trace: take one in which nobody does, or another mobility.model with "
            "arrival.rate_hz and arrival.sojourn_s"
        )


def _require(schema: Schema, names: set[str]) -> None:
    missing = names - {field.name for field in schema.observations}
    if missing:
        raise UnsuitableNetwork(
            f"the twin needs {_listed(missing)}, which {schema.scenario} does not "
            "observe with these settings: is a group of the state switched off (state.…)?"
        )


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))
