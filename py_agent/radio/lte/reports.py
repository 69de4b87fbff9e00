# SPDX-License-Identifier: MIT
"""How the observation fields of LTE say that there is nothing to say.

The scenario declares the same numbers (`Field.missing`; a test holds them together). They stand
here once more for those that have an array and no schema: link models are made of settings alone,
and recorded runs are read without a simulator.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

NOT_HEARD_DBM = -140.0  # the lowest RSRP that is reported (TS 36.133, 9.1.4)
NOT_SOUNDED_DB = -30.0


def heard(rsrp_dbm: NDArray[Any]) -> NDArray[np.bool_]:
    """Where a cell is heard, any shape; NaN is not."""
    there: NDArray[np.bool_] = rsrp_dbm > NOT_HEARD_DBM
    return there


def sounded(sinr_db: NDArray[Any]) -> NDArray[np.bool_]:
    """Where there was a sounding signal, any shape; NaN is none."""
    there: NDArray[np.bool_] = sinr_db > NOT_SOUNDED_DB
    return there
