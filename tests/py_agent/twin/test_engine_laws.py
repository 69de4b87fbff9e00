# SPDX-License-Identifier: MIT
"""The engine's laws in double are those of the radio's plug-in; in float they are close to them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from py_agent.radio.lte import laws
from py_agent.twin import _engine
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
        self.engine = _engine.laws.LteLaws(self.lte.model_dump())
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
    engine, lte = case.engine, case.lte
    where = (case.ue_m, case.bs_m)
    assert engine.map_rsrp_dbm(*where) == pytest.approx(laws.map_rsrp_dbm(lte, *where), **TIGHT)
    assert engine.log_distance(*where) == pytest.approx(laws.log_distance(lte, *where), **TIGHT)
    gain_db = np.broadcast_to(laws.antenna_gain_db(lte, *where), (N_UE, N_BS))
    assert engine.antenna_gain_db(*where) == pytest.approx(gain_db, **TIGHT)
    sounded_db = laws.formula_sinr_db(lte, case.own_dbm, case.bs)
    assert engine.sounded_db(case.own_dbm, case.bs) == pytest.approx(sounded_db, **TIGHT)
    density = laws.density_dbm_per_rb(lte, case.rsrp_dbm, case.bs, case.width_rb)
    over_db = engine.density_over_rsrp_db(case.own_dbm, case.width_rb)
    assert case.rsrp_dbm + over_db[:, None] == pytest.approx(density, **TIGHT)


@MANY
@given(seed=SEEDS)
def test_rates_and_what_is_heard(network, seed):
    case = Case(network, seed)
    engine, lte = case.engine, case.lte
    rate_bps = lte.uplink.bandwidth_rb * engine.bps_per_rb(case.sinr_db)
    expected = laws.curve_rate_bps(lte, case.sinr_db, 1.0)
    assert np.minimum(rate_bps, lte.rate.largest_bps) == pytest.approx(expected, **TIGHT)
    control_db = engine.control_sinr_db(case.rsrp_dbm, case.bs)
    # A difference of powers: what rounding leaves of it counts against their sum.
    expected = laws.control_sinr_db(lte, case.rsrp_dbm, case.bs)
    assert control_db == pytest.approx(expected, rel=1e-9)
    heard = laws.decoded_at(lte.control, expected)
    assert engine.decoded(expected) == pytest.approx(heard, **TIGHT)
    excess_db = np.ascontiguousarray(case.rsrp_dbm[:, 0] - case.rsrp_dbm[:, 1])
    fails = laws.failure_probability(lte.failure, excess_db)
    assert engine.failure_probability(excess_db) == pytest.approx(fails, **TIGHT)


@MANY
@given(seed=SEEDS)
def test_what_interference_leaves(network, seed):
    case = Case(network, seed)
    lte = case.lte
    density = laws.density_dbm_per_rb(lte, case.rsrp_dbm, case.bs, case.width_rb)
    expected = laws.success(lte, density, case.bs, case.used_rb, case.sinr_db)
    found = np.ones(N_UE)
    for cell in range(N_BS):
        here = case.bs == cell
        cell_rb = case.used_rb[here].sum()
        if cell_rb == 0:
            continue
        heard_dbm = case.used_rb[here] @ density[here] / cell_rb
        busy = min(cell_rb / lte.uplink.bandwidth_rb, 1.0)
        wanted_dbm = density[np.arange(N_UE), case.own]
        survives = case.engine.survives(
            wanted_dbm, heard_dbm[case.own], np.full(N_UE, busy), case.sinr_db
        )
        found *= np.where(here, 1.0, survives)
    assert found == pytest.approx(expected, rel=1e-10)


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
