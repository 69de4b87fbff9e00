# SPDX-License-Identifier: MIT
"""What the constants of every radio have in common."""

from __future__ import annotations

import abc
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Annotated, Any, ClassVar, Generic, TypeVar, cast

import pydantic

# Wider than anything physical, and narrow enough for what is computed of them to stay finite.
Positive = Annotated[float, pydantic.Field(ge=1e-15, le=1e15)]
NotNegative = Annotated[float, pydantic.Field(ge=0, le=1e15)]
Finite = Annotated[float, pydantic.Field(ge=-1e15, le=1e15)]
Decibel = Annotated[float, pydantic.Field(ge=-300, le=300)]
Deviation = Annotated[float, pydantic.Field(ge=1e-15, le=100)]  # of decibels, of a logarithm
LONGEST_PERIOD_S = 1e9
# Some pass in every slot.
Period = Annotated[float, pydantic.Field(ge=1e-6, le=LONGEST_PERIOD_S)]
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


Constants = TypeVar("Constants", bound=RadioParameters)


class RadioWithPrior(abc.ABC, Generic[Constants]):
    """What link models have in common: constants that are given, or follow from the settings.

    Args:
        settings: of the scenario.
        parameters: constants; by default the prior of the settings.
    """

    name: ClassVar[str]
    Parameters: ClassVar[type[RadioParameters]]

    def __init__(
        self, settings: Mapping[str, Any], parameters: RadioParameters | None = None
    ) -> None:
        self._settings = settings
        self._given = parameters

    @cached_property
    def parameters(self) -> Constants:
        """Constants in force."""
        if self._given is None:
            return self._prior()
        if not isinstance(self._given, self.Parameters):
            raise TypeError(f"parameters of radio {self._given.name} are none of {self.name}")
        return cast("Constants", self._given)

    @abc.abstractmethod
    def _prior(self) -> Constants:
        """What the settings say, nothing measured."""
