# SPDX-License-Identifier: MIT
"""C++: the laws of the engine, in loops over those that send."""

from __future__ import annotations

import ctypes
import dataclasses
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.twin_forms.case import N_BS, N_UE, Case

_HERE = Path(__file__).parent
_ENGINE = _HERE.parents[1] / "py_agent/engine"
_OPTIONS = ("-O3", "-std=c++20", "-shared", "-fPIC", "-ffp-contract=off", "-fno-math-errno")


def prepare(case: Case):
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "form.so"
        command = ["g++", *_OPTIONS, f"-I{_ENGINE}", str(_HERE / "form.cc"), "-o", str(library)]
        subprocess.run(command, check=True)
        slot = ctypes.CDLL(str(library)).slot
    made = {
        "sent_bit": np.zeros((case.batch, N_UE), np.float32),
        "band_s": np.zeros((case.batch, N_UE), np.float32),
        "finished": np.zeros((case.batch, N_UE), np.int32),
        "heard_dbm": np.zeros((case.batch, N_BS, N_BS), np.float32),
        "busy": np.zeros((case.batch, N_BS), np.float32),
    }
    taken = [getattr(case, field.name) for field in dataclasses.fields(case)]
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in [*taken, *made.values()]]

    def run():
        slot(case.batch, *pointers)
        return made

    return run
