# SPDX-License-Identifier: MIT
"""Radio links of a future: received power, uplink SINR and what a user gets of a whole band."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import torch
from torch import Tensor

from py_agent.twin.model.parameters import TwinParameters
from py_agent.twin.model.radio_model import (
    FRONT_TO_BACK_DB,
    HORIZONTAL_BEAMWIDTH_DEG,
    SIDE_LOBE_DB,
    SMALLEST_GRANT_RB,
    VERTICAL_BEAMWIDTH_DEG,
)
from py_agent.twin.rollout.random_streams import RandomStreams, Stream
from py_agent.twin.rollout.sharing import total

_TABLE_DB = (-30.0, 80.0)  # where the rate curve is looked up
_STEP_DB = 0.02


@dataclasses.dataclass
class Links:
    """Of all users to all base stations.

    Attributes:
        residual_db: RSRP over what the map says, ``[n, n_ue, n_bs]``.
        sinr_correction_db: uplink SINR over what `UplinkSinr` says, ``[n, n_ue]``.
        rate_correction: logarithm of the rate over what `RateCurve` says, ``[n, n_ue]``.
        rsrp_dbm: ``[n, n_ue, n_bs]``.
        sinr_ul_db: of the sounding signal at the serving cell, ``[n, n_ue]``.
        full_rate_bps: of a user that has its cell's whole band, ``[n, n_ue]``.
        control_db: SINR of the serving cell's control channel, ``[n, n_ue]``.
        out_of_sync_s: for how long that has been too low, ``[n, n_ue]``.
    """

    residual_db: Tensor
    sinr_correction_db: Tensor
    rate_correction: Tensor
    rsrp_dbm: Tensor
    sinr_ul_db: Tensor
    full_rate_bps: Tensor
    control_db: Tensor
    out_of_sync_s: Tensor


class LinkLaw:
    """`ChannelMap`, `UplinkSinr` and `RateCurve` of the twin's parameters, over futures.

    Args:
        parameters: the twin's constants.
        bs_position_m: ``[n_bs, 2]``.
        device: where the tensors live.
    """

    def __init__(
        self, parameters: TwinParameters, bs_position_m: Tensor, device: torch.device
    ) -> None:
        self._channel = parameters.channel
        self._uplink = parameters.uplink
        self._rate = parameters.rate
        self._interference = parameters.interference
        self._control = parameters.control
        self._bs_position_m = bs_position_m
        self._cells = torch.arange(len(bs_position_m), device=device)
        # Cells on one mast share their residual: theirs is that of the first of them.
        same = (bs_position_m[:, None] == bs_position_m).all(-1)
        self._site = same.to(torch.int8).argmax(-1)
        self._shared = bool((self._site != self._cells).any())

        def vector(values: tuple[float, ...]) -> Tensor:
            return torch.tensor(values, dtype=torch.float32, device=device)

        self._intercept_dbm = vector(self._channel.intercept_dbm)
        self._slope_db = 5 * vector(self._channel.exponent)  # of log10 of the squared distance
        azimuth_deg = self._channel.azimuth_deg
        self._azimuth_deg = vector(azimuth_deg) if azimuth_deg else None
        self._rise_db = vector(self._uplink.interference_rise_db)
        steps_db = np.arange(_TABLE_DB[0], _TABLE_DB[1], _STEP_DB)
        bps_per_rb = np.interp(steps_db, self._rate.sinr_db, self._rate.bps_per_rb)
        self._table_bps = vector(tuple((self._uplink.bandwidth_rb * bps_per_rb).tolist()))

    def start(self, streams: RandomStreams, rows: Tensor, position_m: Tensor) -> Links:
        """Links of which nothing is known but the law."""
        n_rows, n_ue = position_m.shape[:2]
        n_bs = len(self._bs_position_m)
        residual = streams.normal(Stream.RESIDUAL_START, rows, 0, n_ue * n_bs)
        correction = streams.normal(Stream.CORRECTION_START, rows, 0, 2 * n_ue)
        return self.links_of(
            position_m,
            residual_db=self._of_sites(residual.view(n_rows, n_ue, n_bs))
            * self._channel.residual_sd_db,
            sinr_correction_db=correction[:, :n_ue] * self._uplink.sd_db,
            rate_correction=correction[:, n_ue:] * self._rate.correction_sd,
        )

    def links_of(
        self,
        position_m: Tensor,
        residual_db: Tensor,
        sinr_correction_db: Tensor,
        rate_correction: Tensor,
    ) -> Links:
        """Links at these places; `rate` them once it is known who is served by whom."""
        unknown = torch.empty_like(sinr_correction_db)
        return Links(
            residual_db=residual_db,
            sinr_correction_db=sinr_correction_db,
            rate_correction=rate_correction,
            rsrp_dbm=self.map_dbm(position_m) + residual_db,
            sinr_ul_db=unknown,
            full_rate_bps=unknown.clone(),
            control_db=unknown.clone(),
            out_of_sync_s=torch.zeros_like(unknown),
        )

    def advance(
        self,
        links: Links,
        streams: RandomStreams,
        rows: Tensor,
        counter: Tensor,
        walked_m: Tensor,
        by_s: float,
    ) -> None:
        """Let residuals and corrections wander; `measure` and `rate` then.

        Args:
            links: of the futures `rows`.
            streams: of all futures.
            rows: ``[n_rows]``.
            counter: how often each has been advanced, ``[n_rows]``.
            walked_m: by every user meanwhile, ``[n_rows, n_ue]``.
            by_s: how long that was.
        """
        n_rows, n_ue, n_bs = links.residual_db.shape
        noise = streams.noise(Stream.RESIDUAL, rows, counter, n_ue * (n_bs + 2))
        noise = noise.view(n_rows, n_ue, n_bs + 2)
        kept = torch.exp(walked_m * (-1 / self._channel.decorrelation_m))[..., None]
        fresh_db = self._channel.residual_sd_db * (1 - kept * kept).sqrt_()
        links.residual_db = links.residual_db * kept + fresh_db * self._of_sites(noise[..., :n_bs])
        links.sinr_correction_db = _wander(
            links.sinr_correction_db,
            noise[..., n_bs],
            self._uplink.sd_db,
            by_s / self._uplink.correlation_s,
        )
        links.rate_correction = _wander(
            links.rate_correction,
            noise[..., n_bs + 1],
            self._rate.correction_sd,
            by_s / self._rate.correction_correlation_s,
        )

    def measure(self, links: Links, position_m: Tensor) -> None:
        """Received power at these places, ``[n, n_ue, 2]``."""
        links.rsrp_dbm = self.map_dbm(position_m) + links.residual_db

    def map_dbm(self, position_m: Tensor) -> Tensor:
        """Received power without residual, ``[..., n_ue, n_bs]``, at places ``[..., n_ue, 2]``."""
        height_m = self._channel.bs_height_m - self._channel.ue_height_m
        x_m = position_m[..., 0:1] - self._bs_position_m[:, 0]
        y_m = position_m[..., 1:2] - self._bs_position_m[:, 1]
        square_m2 = x_m * x_m + y_m * y_m
        loss_db = self._slope_db * torch.log10((square_m2 + height_m**2).clamp_min(1.0))
        if self._azimuth_deg is None:
            return self._intercept_dbm - loss_db
        azimuth_deg = torch.rad2deg(torch.atan2(y_m, x_m))
        off_deg = torch.remainder(azimuth_deg - self._azimuth_deg + 180, 360) - 180
        below_deg = torch.rad2deg(torch.atan(height_m / square_m2.sqrt().clamp_min(1e-3)))
        tilt_deg = below_deg - self._channel.sector_downtilt_deg
        weaker_db = (12 * (off_deg / HORIZONTAL_BEAMWIDTH_DEG) ** 2).clamp_max_(FRONT_TO_BACK_DB)
        weaker_db += (12 * (tilt_deg / VERTICAL_BEAMWIDTH_DEG) ** 2).clamp_max_(SIDE_LOBE_DB)
        gain_db = self._channel.sector_gain_dbi - weaker_db.clamp_max_(FRONT_TO_BACK_DB)
        return self._intercept_dbm + gain_db - loss_db

    def _of_sites(self, values: Tensor) -> Tensor:
        return values[..., self._site] if self._shared else values

    def rate(self, links: Links, cell: Tensor, users: Tensor | None = None) -> None:
        """SINR and rate at the serving cells.

        Args:
            links: of the futures.
            cell: that serves, ``[n, n_ue]``; -1 counts as 0.
            users: future and user as one number, ``[n_users]``: only theirs; None: all.
        """

        def of_users(values: Tensor) -> Tensor:
            flat = values.flatten(0, 1)
            return flat if users is None else flat.index_select(0, users)

        uplink, bs = self._uplink, of_users(cell).clamp_min(0)
        heard_dbm = of_users(links.rsrp_dbm)
        rsrp_dbm = heard_dbm.gather(1, bs[:, None])[:, 0]
        control_db = self._control_db(heard_dbm, rsrp_dbm)
        path_loss_db = uplink.reference_power_dbm - rsrp_dbm
        wanted_dbm = uplink.p0_dbm + 10 * math.log10(uplink.bandwidth_rb) + path_loss_db
        received_dbm = wanted_dbm.clamp_max(uplink.max_power_dbm) - path_loss_db
        noise_dbm = (uplink.noise_dbm - uplink.offset_db) + self._rise_db
        sinr_db = received_dbm - noise_dbm.index_select(0, bs) + of_users(links.sinr_correction_db)
        sinr_db = sinr_db.clamp_max(uplink.ceiling_db)
        step = ((sinr_db - _TABLE_DB[0]) / _STEP_DB).round_().clamp_(0, len(self._table_bps) - 1)
        rate_bps = self._table_bps.index_select(0, step.to(torch.int64))
        control = self._control
        decoded = torch.sigmoid((control_db - control.needed_db) / control.slope_db)
        rate_bps = (rate_bps * of_users(links.rate_correction).exp() * decoded).clamp_min_(1.0)
        for state, value in (
            (links.sinr_ul_db, sinr_db),
            (links.full_rate_bps, rate_bps),
            (links.control_db, control_db),
        ):
            if users is None:
                state.view(-1).copy_(value)
            else:
                state.view(-1).index_copy_(0, users, value)

    def watch(self, links: Links, cell: Tensor, due: Tensor, by_s: float) -> Tensor:
        """Let time pass for those who hear their cell too badly.

        Args:
            links: of all futures.
            cell: that serves, ``[n, n_ue]``; -1: none.
            due: futures in which the time has passed, ``[n]``.
            by_s: how long.

        Returns:
            whose radio link has failed, ``[n, n_ue]``.
        """
        bad = (links.control_db < self._control.out_of_sync_db) & (cell >= 0)
        longer_s = (links.out_of_sync_s + by_s) * bad
        failed = (longer_s >= self._control.out_of_sync_s) & due[:, None]
        longer_s = torch.where(due[:, None], longer_s, links.out_of_sync_s)
        links.out_of_sync_s = torch.where(failed, 0.0, longer_s)
        return failed

    def _control_db(self, heard_dbm: Tensor, own_dbm: Tensor) -> Tensor:
        own_mw = 10 ** (own_dbm / 10)
        others_mw = (10 ** (heard_dbm / 10)).sum(1) - own_mw
        noise_mw = 10 ** (self._control.noise_dbm / 10)
        return own_dbm - 10 * torch.log10(others_mw.clamp_min(0.0) + noise_mw)

    def density_dbm(
        self, rsrp_dbm: Tensor, own_dbm: Tensor, used_rb: Tensor
    ) -> tuple[Tensor, Tensor]:
        """What base stations receive of users that send, per resource block of their grants.

        Args:
            rsrp_dbm: of their links, ``[n_users, n_bs]``.
            own_dbm: of the link to the serving cell, ``[n_users]``.
            used_rb: mean resource blocks of every user just now; 0: it begins to send, and finds
                the band empty, as far as can be known; ``[n_users]``.

        Returns:
            all base stations, ``[n_users, n_bs]``, and the serving one, ``[n_users]``.
        """
        uplink = self._uplink
        width_rb = torch.where(used_rb > 0, used_rb, float(uplink.bandwidth_rb))
        width_db = 10 * torch.log10(width_rb.clamp_min(SMALLEST_GRANT_RB))
        path_loss_db = uplink.reference_power_dbm - own_dbm
        sent_dbm = torch.minimum(uplink.max_power_dbm - width_db, uplink.p0_dbm + path_loss_db)
        offset_db = sent_dbm - uplink.reference_power_dbm
        return rsrp_dbm + offset_db[:, None], own_dbm + offset_db

    def disturbance(
        self, density_dbm: Tensor, used_rb: Tensor, cell: Tensor, n_futures: int
    ) -> tuple[Tensor, Tensor]:
        """What the data of each cell's users are to the base stations of other cells.

        Args:
            density_dbm: ``[n_users, n_bs]``.
            used_rb: ``[n_users]``.
            cell: future and cell of each user as one number, ``[n_users]``.
            n_futures: how many.

        Returns:
            noise and interference at base station m from cell c in dBm per resource block,
            ``[n_futures, m, c]``, and the busy part of each band, ``[n_futures, c]``.
        """
        uplink, n_bs = self._uplink, len(self._cells)
        used = torch.cat([used_rb[:, None] * density_dbm, used_rb[:, None]], -1)
        sums = total(used, cell, n_futures * n_bs).view(n_futures, n_bs, n_bs + 1)
        cell_rb = sums[..., -1]
        mean_dbm = sums[..., :-1] / cell_rb.clamp_min(1e-9)[..., None]
        noise_mw = 10 ** ((uplink.noise_dbm - 10 * math.log10(uplink.bandwidth_rb)) / 10)
        disturbed_dbm = 10 * torch.log10(noise_mw + 10 ** (mean_dbm / 10))
        busy = (cell_rb / uplink.bandwidth_rb).clamp_max(1.0)
        return disturbed_dbm.transpose(1, 2).contiguous(), busy

    def success(
        self,
        wanted_dbm: Tensor,
        disturbed_dbm: Tensor,
        busy: Tensor,
        cell: Tensor,
        sinr_ul_db: Tensor,
    ) -> Tensor:
        """Part of the rate that gets through the interference of other cells' data.

        `DataInterference` has the formula, `radio_model.success` the same for NumPy.

        Args:
            wanted_dbm: what the serving base station receives, ``[n_users]``.
            disturbed_dbm: noise and interference there, by cell, ``[n_users, n_bs]``.
            busy: part of each cell's band, ``[n_users, n_bs]``.
            cell: that serves, ``[n_users]``.
            sinr_ul_db: of the sounding signal, ``[n_users]``.

        Returns:
            ``[n_users]``, from 0 to 1.
        """
        law = self._interference
        needed_db = sinr_ul_db.clamp(law.needed_min_db, law.needed_max_db) + law.margin_db
        excess_db = (wanted_dbm - needed_db)[:, None] - disturbed_dbm
        lost = busy * torch.sigmoid(excess_db * (-1 / law.slope_db))
        return (1 - lost * (cell[:, None] != self._cells)).prod(-1)


def _wander(value: Tensor, noise: Tensor, sd: float, steps: float) -> Tensor:
    """A Gauss-Markov process, ``steps`` correlation times later."""
    kept = math.exp(-steps)
    return value * kept + noise * (sd * math.sqrt(1 - kept * kept))
