# SPDX-License-Identifier: MIT
"""`twin-fill` with less or more of a twin: policies that `make experiments` compares with it."""

from __future__ import annotations

from pathlib import Path

from py_agent.contract import Network
from py_agent.policies.fill import FillPolicy
from py_agent.policies.twin_association import TwinAssociation
from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.prior import prior_parameters

CALIBRATED = Path("runs/results/calibrated-twin.json")  # experiments.sh learns it
_ERROR_DB = (6.0, -6.0, 0.0)  # of the base stations in turn
_FORGETFUL_M = 0.01


class NoPrediction(FillPolicy):
    """Associates by where users are, not by where they will be."""

    def __init__(self) -> None:
        super().__init__(TwinAssociation(ahead_frames=0))


class Calibrated(FillPolicy):
    """Its twin's constants are learned from recorded runs, not what the settings say."""

    def __init__(self) -> None:
        super().__init__(TwinAssociation(CALIBRATED))


class WrongMap(FillPolicy):
    """Its channel map is off by 6 dB; each link's residual makes up for it."""

    def __init__(self) -> None:
        super().__init__(_WrongTwin(forgetful=False))


class WrongMapAlone(FillPolicy):
    """Its channel map is off by 6 dB, and residuals are forgotten within a centimetre."""

    def __init__(self) -> None:
        super().__init__(_WrongTwin(forgetful=True))


class _WrongTwin(TwinAssociation):
    def __init__(self, forgetful: bool) -> None:
        super().__init__()
        self._forgetful = forgetful

    def begin(self, network: Network) -> None:
        self._parameters = self._spoilt(prior_parameters(network.settings, network.schema.radio))
        super().begin(network)

    def _spoilt(self, parameters: TwinParameters) -> TwinParameters:
        channel = parameters.radio.model_dump()["channel"]
        intercept_dbm = [
            intercept + _ERROR_DB[i % len(_ERROR_DB)]
            for i, intercept in enumerate(channel["intercept_dbm"])
        ]
        changes: dict[str, object] = {"intercept_dbm": intercept_dbm}
        if self._forgetful:
            changes["decorrelation_m"] = _FORGETFUL_M
        return parameters.replaced(channel=changes)
