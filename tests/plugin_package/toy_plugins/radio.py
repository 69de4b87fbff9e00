# SPDX-License-Identifier: MIT
"""A radio."""


class ToyRadio:
    """Every user hears every base station equally well."""
