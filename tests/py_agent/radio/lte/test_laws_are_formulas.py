# SPDX-License-Identifier: MIT
"""LTE's laws are the formulas that their docstrings name; in rollouts, in float, they are close."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import reference_laws as formulas
from hypothesis import given, settings
from hypothesis import strategies as st

from py_agent.engine import _engine
from py_agent.radio.lte import laws
from py_agent.twin.environment.network import TwinNetwork
from py_agent.twin.rollout.random_streams import spread_seeds

N_UE, N_BS = 5, 3
SEEDS = st.integers(0, 2**32)
TIGHT = {"rel": 1e-12, "abs": 1e-12}
MANY = settings(max_examples=60, deadline=None)


@pytest.fixture(scope="module", params=[0, 3], ids=["omni", "sectors"])
def network(request):
    layout = {"sectors": request.param} if request.param else {}
    return TwinNetwork.of({"n_ue": N_UE, "n_bs": N_BS, "layout": layout})


@dataclasses.dataclass
class Case:
    """Random places and activity, and both forms of the laws."""

    network: TwinNetwork
    seed: int

    def __post_init__(self):
        rng = np.random.default_rng(self.seed)
        self.lte = self.network.parameters.radio
        self.bs_m = np.ascontiguousarray(self.network.place.bs_position_m, np.float64)
        self.ue_m = rng.uniform(-600, 600, (N_UE, 2))
        self.bs = rng.integers(-1, N_BS, N_UE).astype(np.int32)
        self.own = np.maximum(self.bs, 0)
        self.rsrp_dbm = rng.uniform(-130, -60, (N_UE, N_BS))
        self.own_dbm = self.rsrp_dbm[np.arange(N_UE), self.own]
        self.used_rb = rng.uniform(0, 12, N_UE) * (rng.uniform(size=N_UE) < 0.7)
        self.width_rb = rng.uniform(0, 25, N_UE)
        self.sinr_db = rng.uniform(-30, 50, N_UE)


@MANY
@given(seed=SEEDS)
def test_places_and_powers(network, seed):
    case = Case(network, seed)
    lte, where = case.lte, (case.ue_m, case.bs_m)
    for law in ("map_rsrp_dbm", "log_distance", "antenna_gain_db"):
        expected = np.broadcast_to(getattr(formulas, law)(lte, *where), (N_UE, N_BS))
        assert getattr(laws, law)(lte, *where) == pytest.approx(expected, **TIGHT)
    sounded = (lte, case.own_dbm, case.bs)
    expected = formulas.formula_sinr_db(*sounded)
    assert laws.formula_sinr_db(*sounded) == pytest.approx(expected, **TIGHT)
    sent = (lte, case.rsrp_dbm, case.bs, case.width_rb)
    expected = formulas.density_dbm_per_rb(*sent)
    assert laws.density_dbm_per_rb(*sent) == pytest.approx(expected, **TIGHT)


@MANY
@given(seed=SEEDS)
def test_rates_and_what_is_heard(network, seed):
    case = Case(network, seed)
    lte, share = case.lte, case.used_rb / case.lte.uplink.bandwidth_rb
    expected = formulas.curve_rate_bps(lte, case.sinr_db, share)
    assert laws.curve_rate_bps(lte, case.sinr_db, share) == pytest.approx(expected, **TIGHT)
    # A difference of powers: what rounding leaves of it counts against their sum.
    expected = formulas.control_sinr_db(lte, case.rsrp_dbm, case.bs)
    assert laws.control_sinr_db(lte, case.rsrp_dbm, case.bs) == pytest.approx(expected, rel=1e-9)
    heard = formulas.decoded_at(lte.control, expected)
    assert laws.decoded_at(lte.control, expected) == pytest.approx(heard, **TIGHT)
    excess_db = case.rsrp_dbm[:, 0] - case.rsrp_dbm[:, 1]
    fails = formulas.failure_probability(lte.failure, excess_db)
    assert laws.failure_probability(lte.failure, excess_db) == pytest.approx(fails, **TIGHT)


@MANY
@given(seed=SEEDS)
def test_what_interference_leaves(network, seed):
    case = Case(network, seed)
    density = formulas.density_dbm_per_rb(case.lte, case.rsrp_dbm, case.bs, case.width_rb)
    told = (case.lte, density, case.bs, case.used_rb, case.sinr_db)
    assert laws.success(*told) == pytest.approx(formulas.success(*told), rel=1e-10)


def test_shapes_of_batches_are_kept(network):
    cases = [Case(network, seed) for seed in range(4)]
    lte, bs_m = cases[0].lte, cases[0].bs_m
    together = laws.map_rsrp_dbm(lte, np.stack([case.ue_m for case in cases]), bs_m)
    assert together.shape == (4, N_UE, N_BS)
    for case, found in zip(cases, together, strict=True):
        assert np.array_equal(found, laws.map_rsrp_dbm(lte, case.ue_m, bs_m))


def test_in_a_rollout_laws_hold_to_single_precision(network):
    rollout = network.rollout(64)
    rollout.start(spread_seeds(3, 64))
    lte = network.parameters.radio
    state, links = rollout.state, rollout.links
    bs_m = np.asarray(network.place.bs_position_m, np.float64)
    rsrp_dbm = laws.map_rsrp_dbm(lte, rollout.position_m().astype(np.float64), bs_m)
    assert np.abs(state["strength_db"] - rsrp_dbm - links["residual_db"]).max() < 2e-3
    heard_dbm = state["strength_db"].astype(np.float64)
    control_db = laws.control_sinr_db(lte, heard_dbm, state["cell"])
    assert np.abs(links["control_db"] - control_db).max() < 2e-3
    own_dbm = np.take_along_axis(heard_dbm, state["cell"][..., None], axis=-1)[..., 0]
    sounded_db = laws.formula_sinr_db(lte, own_dbm, state["cell"]) + links["sinr_correction_db"]
    sounded_db = np.minimum(sounded_db, lte.uplink.ceiling_db)
    assert np.abs(links["sinr_ul_db"] - sounded_db).max() < 1e-3
    rate_bps = laws.curve_rate_bps(lte, sounded_db, 1.0) * np.exp(links["rate_correction"])
    rate_bps *= laws.decoded_at(lte.control, control_db)
    assert links["full_rate_bps"] == pytest.approx(np.maximum(rate_bps, 1.0), rel=2e-3)


def test_polynomials_are_as_close_as_they_say():
    powers = np.linspace(-125.9, 125.9, 20_001).astype(np.float32)
    exact = np.exp2(powers.astype(np.float64))
    found = np.array([_engine.laws.exp2(float(x)) for x in powers])
    assert np.abs(found / exact - 1).max() < 3e-7
    numbers = np.concatenate([exact, np.linspace(0.5, 2, 5_001)]).astype(np.float32)
    exact = np.log2(numbers.astype(np.float64))
    found = np.array([_engine.laws.log2(float(x)) for x in numbers])
    assert (np.abs(found - exact) <= 3e-7 * np.maximum(1, np.abs(exact))).all()
    assert _engine.laws.exp2(1e4) == _engine.laws.exp2(126.0)
