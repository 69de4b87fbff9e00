# SPDX-License-Identifier: MIT
"""What the constants of every radio have in common."""

from __future__ import annotations

import abc
from collections.abc import Sequence
from typing import Annotated

import pydantic

# Wider than anything physical, and narrow enough for what is computed of them to stay finite.
Positive = Annotated[float, pydantic.Field(ge=1e-15, le=1e15)]
NotNegative = Annotated[float, pydantic.Field(ge=0, le=1e15)]
Finite = Annotated[float, pydantic.Field(ge=-1e15, le=1e15)]
Decibel = Annotated[float, pydantic.Field(ge=-300, le=300)]
Deviation = Annotated[float, pydantic.Field(ge=1e-15, le=100)]  # of decibels, of a logarithm
Period = Annotated[float, pydantic.Field(ge=1e-6, le=1e9)]  # seconds; some pass in every slot
Share = Annotated[float, pydantic.Field(ge=0, le=1)]


class Part(pydantic.BaseModel):
    """Constants that belong together; unknown names are refused, values never change."""

    model_config = pydantic.ConfigDict(extra="forbid", frozen=True)


class RadioParameters(Part, abc.ABC):
    """The part of the twin's constants that a radio's plug-in brings along.

    Attributes:
        name: of the radio, as `Schema.radio` says it; subclasses give it a default.
    """

    name: str

    @property
    @abc.abstractmethod
    def n_bs(self) -> int:
        """Base stations that there are constants of."""

    @property
    @abc.abstractmethod
    def least_failure(self) -> float:
        """Probability that a handover to the best of targets fails."""

    @property
    @abc.abstractmethod
    def lost_link_s(self) -> tuple[float, float]:
        """Time until a user that has lost its link has a station again: mean and sd."""

    @abc.abstractmethod
    def described(self) -> Sequence[tuple[str, str]]:
        """The most telling constants and their values, for a table."""
