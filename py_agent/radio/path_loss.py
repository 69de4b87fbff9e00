# SPDX-License-Identifier: MIT
"""Path loss without line of sight by environment, for what is believed before measurements."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class PathLoss(NamedTuple):
    """``constant + per_decade · log10(d / m) + per_decade_of_ghz · log10(f / GHz)`` in dB.

    Attributes:
        per_decade_db: of distance.
        constant_db: at 1 m and 1 GHz.
        per_decade_of_ghz_db: of frequency.
        sd_db: of shadowing.
        decorrelation_m: over which its correlation falls to 1/e.

    Example:
        >>> round(PATH_LOSS["inh"].at_1m_db(5.5), 1)
        35.7
    """

    per_decade_db: float
    constant_db: float
    per_decade_of_ghz_db: float
    sd_db: float
    decorrelation_m: float

    def at_1m_db(self, frequency_ghz: float) -> float:
        """At a distance of 1 m."""
        return self.constant_db + self.per_decade_of_ghz_db * float(np.log10(frequency_ghz))


#: 3GPP TR 38.901 Tables 7.4.1-1 and 7.5-6; TGax, IEEE 802.11-14/0980r16, beyond its break point.
PATH_LOSS = {
    "uma": PathLoss(39.08, 13.54, 20.0, 6.0, 50.0),
    "umi": PathLoss(35.3, 22.4, 21.3, 7.82, 13.0),
    "rma": PathLoss(38.63, 14.0, 20.0, 8.0, 120.0),
    "inh": PathLoss(38.3, 17.3, 24.9, 8.03, 6.0),
    "tgax-residential": PathLoss(35.0, 21.96, 20.0, 5.0, 6.0),
    "tgax-enterprise": PathLoss(35.0, 17.45, 20.0, 5.0, 6.0),
}
