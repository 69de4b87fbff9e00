# SPDX-License-Identifier: MIT
"""Whether the fits of LTE find what a made-up record holds."""

from types import SimpleNamespace

import numpy as np
import pytest

from py_agent.fidelity.checkpoint import whole_settings
from py_agent.radio.lte.control_fit import fit_control
from py_agent.radio.lte.failure_fit import fit_failure
from py_agent.radio.lte.laws import failure_probability
from py_agent.radio.lte.parameters import ControlChannel, FailureLaw
from py_agent.radio.lte.prior import prior as prior_of
from py_agent.radio.lte.rate_fit import CarriedBits


def test_how_control_channels_are_heard_is_found_again():
    """A made-up record: blocks, bits and losses of users that hear their cells as they should."""
    rng = np.random.default_rng(2)
    prior = prior_of(whole_settings({"n_ue": 20, "n_bs": 2}))
    control = ControlChannel(needed_db=-6.0, slope_db=1.0, noise_dbm=prior.control.noise_dbm)
    truth = prior.model_copy(update={"control": control})
    n, n_ue = 400, 20
    serving = np.zeros((n + 1, n_ue), np.int32)
    rsrp_dbm = np.full((n + 1, n_ue, 2), -80.0)
    rsrp_dbm[..., 0] = np.repeat(rng.uniform(-95, -75, (1, n_ue)), n + 1, axis=0)
    rsrp_dbm[:200, 0, 0] = -75.0
    rsrp_dbm[200:, 0, 0] = -95.0  # is out of sync from then on, and loses its link
    table = {
        "ue": np.zeros(12, int),
        "lost_s": np.full(12, 0.02 * 300),
        "restored_s": np.full(12, 0.02 * 300 + 0.25),
        "reason": np.array(["radio_link_failure"] * 12, object),
    }
    fields = {
        "time_s": 0.02 * np.arange(n + 1)[:, None],
        "serving_bs": serving,
        "rsrp_dbm": rsrp_dbm,
        "sinr_ul_db": np.full((n + 1, n_ue), 15.0),
        "rb_used_ul": np.full((n + 1, n_ue), 1.25),
        "upload_backlog_bit": np.full((n + 1, n_ue), 1e6),
        "upload_unconfirmed_bit": np.zeros((n + 1, n_ue)),
        "delivered_bit": np.zeros((n + 1, n_ue)),
    }
    run = SimpleNamespace(field=fields.__getitem__, table=lambda name: table, slot_s=0.02, slots=n)
    carried = CarriedBits.of(run)
    bits = carried.clean_bits(truth) * carried.passing(truth)
    fields["delivered_bit"][1:] = np.cumsum(bits, axis=0)
    found = fit_control([run], prior)
    assert found.needed_db == -6.0
    assert found.slope_db == 1.0
    assert found.out_of_sync_s == pytest.approx(0.02 * 100, abs=0.05)
    assert found.lost_s == pytest.approx(0.25)


def test_the_margin_at_which_handovers_fail_is_found_again():
    """A made-up record: a thousand handovers to targets heard better or worse."""
    rng = np.random.default_rng(5)
    truth = FailureLaw(floor=0.01, margin_db=8.0, slope_db=2.0)
    excess_db = rng.uniform(-10, 20, 1000)
    failed = rng.random(1000) < failure_probability(truth, excess_db)
    slots = np.arange(1000)
    fields = {
        "time_s": 0.02 * np.arange(1001)[:, None],
        "rsrp_dbm": np.full((1001, 1, 2), -90.0),
    }
    fields["rsrp_dbm"][:-1, 0, 0] += excess_db
    table = {
        "ue": np.zeros(1000, int),
        "commanded_s": 0.02 * slots + 0.001,
        "from_bs": np.zeros(1000, int),
        "to_bs": np.ones(1000, int),
        "outcome": np.where(failed, "failed", "done"),
    }
    run = SimpleNamespace(field=fields.__getitem__, table=lambda name: table, slot_s=0.02)
    found = fit_failure([run], FailureLaw())
    assert found.margin_db == 8.0
    assert found.slope_db in (1.0, 2.0, 4.0)


def test_a_handful_of_handovers_changes_nothing():
    table = {name: np.zeros(3, int) for name in ("ue", "from_bs", "to_bs", "commanded_s")}
    fields = {"time_s": np.zeros((2, 1)), "rsrp_dbm": np.zeros((2, 1, 1))}
    few = {**table, "outcome": np.array(["failed"] * 3)}
    run = SimpleNamespace(field=fields.__getitem__, table=lambda name: few, slot_s=0.02)
    assert fit_failure([run], FailureLaw()) == FailureLaw()
