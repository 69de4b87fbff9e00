# SPDX-License-Identifier: MIT
"""How many threads compute NumPy's matrix products."""

from __future__ import annotations

import threading

import numpy  # noqa: F401  # its library must be there when the controller looks for it
from threadpoolctl import ThreadpoolController


class OneBlasThread:
    """Limits the threads of matrix products to one: ``with one_blas_thread: ...``.

    Small products gain nothing by more, and their bits may depend on the number. The limit is the
    process's; who enters first sets it and who leaves last lifts it, so several threads of Python
    can be within at once.

    Example:
        >>> with one_blas_thread:
        ...     product = numpy.ones((2, 3)) @ numpy.ones((3, 2))
        >>> product.tolist()
        [[3.0, 3.0], [3.0, 3.0]]
    """

    def __init__(self) -> None:
        self._controller = ThreadpoolController()
        self._lock = threading.Lock()
        self._within = 0

    def __enter__(self) -> None:
        with self._lock:
            if self._within == 0:
                self._limit = self._controller.limit(limits=1, user_api="blas")
            self._within += 1

    def __exit__(self, *error: object) -> None:
        with self._lock:
            self._within -= 1
            if self._within == 0:
                self._limit.restore_original_limits()


one_blas_thread = OneBlasThread()
