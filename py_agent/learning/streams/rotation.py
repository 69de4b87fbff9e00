# SPDX-License-Identifier: MIT
"""Rotates the images of many users at once, each user by an angle of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rotation_matrices(angle_deg: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    """Rotation about the centre with bilinear interpolation, as a linear map of the pixels.

    ``image.reshape(-1) @ matrix`` is the image turned counter-clockwise; what comes from outside
    is 0.

    Args:
        angle_deg: ``[n]``.
        side: height and width of an image in pixels.

    Returns:
        ``[n, side², side²]``, source pixel by target pixel.
    """
    centre = (side - 1) / 2
    row, column = np.divmod(np.arange(side * side), side)
    up, right = centre - row, column - centre
    cos = np.cos(np.deg2rad(angle_deg))[:, None]
    sin = np.sin(np.deg2rad(angle_deg))[:, None]
    # Where each target pixel comes from: its place turned back.
    from_row = centre - (cos * up - sin * right)  # [n, side²]
    from_column = centre + (cos * right + sin * up)
    low_row, low_column = np.floor(from_row).astype(int), np.floor(from_column).astype(int)
    matrices = np.zeros((len(angle_deg), side * side, side * side), np.float32)
    user, target = np.ogrid[: len(angle_deg), : side * side]
    for d_row in (0, 1):
        for d_column in (0, 1):
            r, c = low_row + d_row, low_column + d_column
            weight = (1 - np.abs(from_row - r)) * (1 - np.abs(from_column - c))
            inside = (r >= 0) & (r < side) & (c >= 0) & (c < side)
            source = np.where(inside, r * side + c, 0)
            # The sources of a target are distinct, those outside (weight 0) apart: += adds safely.
            matrices[user, source, target] += np.where(inside, weight, 0).astype(np.float32)
    return matrices
