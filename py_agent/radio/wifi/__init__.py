# SPDX-License-Identifier: MIT
"""IEEE 802.11: what a share of a channel's airtime brings, and what is believed of links."""
