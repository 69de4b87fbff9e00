# SPDX-License-Identifier: MIT
"""Rotates the images of many users at once, each user by an angle of its own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Pixels = NDArray[np.float32]


def rotation_matrices(angle_deg: Floats, side: int) -> Pixels:
    """Rotation about the centre with bilinear interpolation, as a linear map of the pixels.

    ``image.reshape(-1) @ matrix`` is the image turned counter-clockwise; what comes from outside
    is 0.

    Args:
        angle_deg: ``[n]``.
        side: height and width of an image in pixels.

    Returns:
        ``[n, side², side²]``, source pixel by target pixel.
    """
    matrices = np.zeros((len(angle_deg), side * side, side * side), np.float32)
    user, target = np.ogrid[: len(angle_deg), : side * side]
    for source, weight in _corners(angle_deg, side):
        # The sources of a target are distinct, those outside (weight 0) apart: += adds safely.
        matrices[user, source, target] += weight
    return matrices


def turned(images: Pixels, angle_deg: Floats, side: int) -> Pixels:
    """The same without the matrices, of which four in ``side²`` numbers count: for large images.

    Args:
        images: ``[n, n_images, side²]``.
        angle_deg: ``[n]``.
        side: height and width of an image in pixels.

    Returns:
        as `images`.
    """
    sources, weights = (np.stack(x, axis=-1) for x in zip(*_corners(angle_deg, side), strict=True))
    ends = np.arange(0, sources[0].size + 1, sources.shape[-1])  # four per target pixel
    result = np.empty_like(images)
    for user, image in enumerate(images):
        row = (weights[user].ravel(), sources[user].ravel(), ends)
        result[user] = (sparse.csr_array(row, shape=(side * side, side * side)) @ image.T).T
    return result


def _corners(angle_deg: Floats, side: int) -> Iterator[tuple[NDArray[np.intp], Pixels]]:
    """The four pixels between which each target pixel's origin lies, and their weights.

    Of each corner the source pixel and its weight, ``[n, side²]`` each.
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
    for d_row in (0, 1):
        for d_column in (0, 1):
            r, c = low_row + d_row, low_column + d_column
            weight = (1 - np.abs(from_row - r)) * (1 - np.abs(from_column - c))
            inside = (r >= 0) & (r < side) & (c >= 0) & (c < side)
            source = np.where(inside, r * side + c, 0)
            yield source, np.where(inside, weight, 0).astype(np.float32)
